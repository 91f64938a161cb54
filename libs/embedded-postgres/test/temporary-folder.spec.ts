import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../src/embedded-postgres.js';
import { listProcesses } from '../src/processes.js';
import { makeTemporaryFolder } from '../src/testing/temporary-folder.js';

const FIXTURE = fileURLToPath(new URL('temporary-folder.fixture.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

interface Made {
  readonly path: string;
  readonly socketDir: string;
  readonly processId: number;
}

/** A test's process that has started a server, and then fails or waits. */
async function startTest(manner: 'fail' | 'wait'): Promise<{ test: ChildProcess; made: Made }> {
  const test = spawn(process.execPath, ['--import', TSX, FIXTURE, manner], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface({ input: test.stdout }), 'line')) as [string];
  const made: Made = JSON.parse(line);
  return { test, made };
}

/** What there still is of it. */
async function leftOf({ path, socketDir, processId }: Made): Promise<unknown[]> {
  const processes = await listProcesses();
  return [
    ...processes.filter(({ pid, command }) => pid === processId || command.includes(path)),
    ...[path, socketDir].filter((folder) => existsSync(folder)),
  ];
}

const isLinux = process.platform === 'linux';
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('a temporary folder', () => {
  it('holds the data itself, where the server can reach it, and goes with its server', async () => {
    const folder = await makeTemporaryFolder();
    const { connection, dataDir, processId } = await startEmbeddedPostgres({
      dataDir: folder.path,
      fsync: false,
    });
    expect(dirname(dataDir)).toBe(folder.path);
    expect((await stat(connection.host)).isDirectory()).toBe(true);

    await folder.remove();

    expect(await leftOf({ path: folder.path, socketDir: connection.host, processId })).toEqual([]);
  });

  it('goes when its process fails', async () => {
    const { made } = await startTest('fail');

    await expect.poll(() => leftOf(made), PATIENCE).toEqual([]);
  });

  it('goes when its process is killed', async () => {
    const { test, made } = await startTest('wait');
    expect(await leftOf(made)).toHaveLength(4);

    test.kill('SIGKILL');

    await expect.poll(() => leftOf(made), PATIENCE).toEqual([]);
  });

  it.runIf(isLinux)('goes when its process is killed while it has it removed', async () => {
    const { test, made } = await startTest('wait');
    // A server that stands still holds the removal up: its signal stays pending.
    process.kill(made.processId, 'SIGSTOP');
    test.stdin?.write('remove\n');
    const status = (): string => readFileSync(`/proc/${made.processId}/status`, 'utf8');
    await expect.poll(status, PATIENCE).toMatch(/^ShdPnd:\t0*2$/m);

    test.kill('SIGKILL');

    await expect.poll(() => leftOf(made), PATIENCE).toEqual([]);
  });

  it('goes when its process is killed and so is its server, or stands still', async () => {
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const { test, made } = await startTest('wait');
      process.kill(made.processId, signal);

      test.kill('SIGKILL');

      await expect.poll(() => leftOf(made), PATIENCE).toEqual([]);
    }
  });
});
