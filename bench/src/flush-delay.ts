import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Makes each flush of PostgreSQL's log take longer. */
export interface FlushDelay {
  /** What the server has to be started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** From the next flush on. */
  set(milliseconds: number): Promise<void>;
}

/**
 * A library around `fdatasync`, to be preloaded. PostgreSQL's own `commit_delay` is not the same: a commit that comes
 * while it sleeps still goes along with the flush, while a real disk that is flushing makes it wait for the next one.
 *
 * @param folder which the server's user can read
 * @throws Error where there is no C compiler
 */
export async function makeFlushDelay(folder: string): Promise<FlushDelay> {
  const library = join(folder, 'flush-delay.so');
  const file = join(folder, 'flush-delay-us');
  const source = fileURLToPath(new URL('flush-delay.c', import.meta.url));
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  } catch (cause) {
    throw new Error(
      'Late flushes need a C compiler, cc, on Linux: what delays them is preloaded into PostgreSQL',
      {
        cause,
      },
    );
  }
  const set = async (milliseconds: number): Promise<void> => {
    // Whole or not at all: the server reads it at any time.
    await writeFile(`${file}.new`, String(Math.round(milliseconds * 1000)), { mode: 0o644 });
    await rename(`${file}.new`, file);
  };
  await set(0);
  return { environment: { LD_PRELOAD: library, FLUSH_DELAY_FILE: file }, set };
}
