import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { findProcess, readProc, readPs } from './processes.js';

describe('processes', () => {
  it.runIf(existsSync('/proc/self/stat') && existsSync('/usr/bin/ps'))(
    'look the same from /proc and from ps',
    async () => {
      const fromProc = readProc(process.pid);
      const [fromPs] = await readPs(['-p', String(process.pid)]);

      expect(fromPs).toMatchObject({ pid: process.pid, command: fromProc?.command });
      expect(fromPs?.startedAt).toMatch(/^[A-Za-z0-9-]+$/);
      expect((await readPs(['-A'])).map(({ pid }) => pid)).toContain(process.ppid);
    },
  );

  it('are dead as zombies', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let zombie = 0;
    parent.stdout.once('data', (line: Buffer) => (zombie = Number(line.toString())));
    await vi.waitFor(() => expect(zombie).toBeGreaterThan(0));

    await vi.waitFor(async () => expect(await findProcess(zombie)).toBeUndefined());
    parent.kill();
  });
});
