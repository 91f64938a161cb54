import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim, inTurn, liveClaims } from './process-locks.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ep-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The name of a claim whose process has been killed. */
async function nameOfTheDead(): Promise<string> {
  const child = spawn('sleep', ['60']);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  return `${child.pid}_whenever_x`;
}

describe('inTurn', () => {
  it('lets one through at a time, in a burst', async () => {
    let inside = 0;
    let most = 0;
    let served = 0;
    await Promise.all(
      Array.from({ length: 12 }, () =>
        inTurn(folder, 20_000, async () => {
          most = Math.max(most, ++inside);
          await setImmediate();
          served++;
          inside--;
        }),
      ),
    );

    expect({ most, served }).toEqual({ most: 1, served: 12 });
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not wait for a holder that was killed, nor for one that was killed as it drew its number', async () => {
    await writeFile(join(folder, await nameOfTheDead()), '1\n');
    await writeFile(join(folder, await nameOfTheDead()), '');

    expect(await inTurn(folder, 1000, async () => 'in')).toBe('in');
    expect(await readdir(folder)).toEqual([]);
  });

  it('waits for a live process that still draws, and gives up when it has been long', async () => {
    await claim(folder);

    await expect(inTurn(folder, 50, async () => 'in')).rejects.toMatchObject({ code: 'BUSY' });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('gives the turn on when the work fails', async () => {
    await expect(inTurn(folder, 1000, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');

    expect(await inTurn(folder, 1000, async () => 'in')).toBe('in');
  });
});

describe('liveClaims', () => {
  it('removes what the dead have left, folders too', async () => {
    const mine = await claim(folder);
    const theirs = join(folder, await nameOfTheDead());
    await mkdir(theirs);
    await appendFile(join(theirs, 'half'), '');

    expect(await liveClaims(folder)).toEqual([mine]);
    expect(await readdir(folder)).toHaveLength(1);
    expect(await readFile(mine, 'utf8')).toBe('');
  });
});
