import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canReach, pickServerUser } from '../server-user.js';

const KEEPER = fileURLToPath(new URL('temporary-folder.keeper.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

/** A folder for servers of a test. */
export interface TemporaryFolder {
  readonly path: string;
  /** Ends the servers whose data lies in it, and removes it. */
  remove(): Promise<void>;
}

/**
 * Makes a folder that the server's user can enter. It goes, and the servers in it too, at `remove`, or else when this
 * process ends: by a failing set-up, by a signal, by `kill -9`.
 */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  // As the servers write it in their commands: macOS has a link in the way.
  const path = await realpath(await mkdtemp(join(await findReachableParent(), 'pg-test-')));
  await chmod(path, 0o755);
  // In a group of its own, for a terminal sends Ctrl-C to all of a group.
  const keeper = spawn(process.execPath, ['--import', TSX, KEEPER, path], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  keeper.unref();
  const ended = once(keeper, 'exit');
  return {
    path,
    remove: async () => {
      keeper.ref();
      keeper.stdin.end();
      const [code] = await ended;
      if (code !== 0) {
        throw new Error(`The keeper of ${path} ended with ${code}`);
      }
    },
  };
}

/** As with sockets: `/tmp` where the user's own temporary folder is closed to the server's user. */
async function findReachableParent(): Promise<string> {
  const user = process.getuid?.() === 0 ? pickServerUser(await readFile('/etc/passwd', 'utf8')) : undefined;
  return (await canReach(user, tmpdir())) ? tmpdir() : '/tmp';
}
