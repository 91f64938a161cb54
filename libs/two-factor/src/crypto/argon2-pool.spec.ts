import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Argon2Pool } from './argon2-pool.js';

const CORES = Math.min(availableParallelism(), 3);
const WAITING_AT_MOST = 128;

const BUSY = { code: 'SERVICE_UNAVAILABLE', status: 503, retryAfterSeconds: 1 };

let pool: Argon2Pool;
let running: number;
let mostAtOnce: number;
let done: number;
let openGate: () => void;
let gate: Promise<void>;

beforeEach(() => {
  pool = new Argon2Pool();
  running = 0;
  mostAtOnce = 0;
  done = 0;
  gate = new Promise((resolve) => {
    openGate = resolve;
  });
});

/** Computations that hold their place until the gate opens. */
function computations(count: number): (() => Promise<number>)[] {
  return Array.from({ length: count }, (_, index) => async () => {
    running += 1;
    mostAtOnce = Math.max(mostAtOnce, running);
    await gate;
    running -= 1;
    done += 1;
    return index;
  });
}

describe('Argon2Pool', () => {
  it('runs at once as many computations as there are cores, never more', async () => {
    const results = pool.run(computations(WAITING_AT_MOST));
    await setImmediate();
    expect(running).toBe(CORES);

    openGate();

    expect(await results).toEqual(Array.from({ length: WAITING_AT_MOST }, (_, index) => index));
    expect({ mostAtOnce, running, done }).toEqual({ mostAtOnce: CORES, running: 0, done: WAITING_AT_MOST });
  });

  it('keeps to the cores when many callers share it', async () => {
    const callers = Array.from({ length: 6 }, () => pool.run(computations(10)));
    await setImmediate();

    openGate();
    await Promise.all(callers);

    expect({ mostAtOnce, done }).toEqual({ mostAtOnce: CORES, done: 60 });
  });

  it('refuses at once, and runs nothing, when 128 wait already', async () => {
    const begun = pool.run(computations(CORES));
    const waiting = pool.run(computations(WAITING_AT_MOST));

    await expect(pool.run(computations(1))).rejects.toMatchObject(BUSY);

    expect(() => pool.assertRoomFor(1)).toThrow(expect.objectContaining(BUSY));
    openGate();
    await Promise.all([begun, waiting]);
    expect(done).toBe(CORES + WAITING_AT_MOST);
  });

  it('admits a set as a whole or not at all', async () => {
    const admitted = [pool.run(computations(CORES)), pool.run(computations(WAITING_AT_MOST - 9))];

    await expect(pool.run(computations(10))).rejects.toMatchObject(BUSY);
    admitted.push(pool.run(computations(9)));

    openGate();
    await Promise.all(admitted);
    expect(done).toBe(CORES + WAITING_AT_MOST);
  });

  it('refuses a set that could never wait', async () => {
    await expect(pool.run(computations(WAITING_AT_MOST + 1))).rejects.toMatchObject(BUSY);

    await setImmediate();
    expect(mostAtOnce).toBe(0);
  });

  it('has room again once the burst is over', async () => {
    const burst = [pool.run(computations(CORES)), pool.run(computations(WAITING_AT_MOST))];
    await expect(pool.run(computations(1))).rejects.toMatchObject(BUSY);
    openGate();
    await Promise.all(burst);

    expect(await pool.run(computations(WAITING_AT_MOST))).toHaveLength(WAITING_AT_MOST);
    expect(done).toBe(CORES + 2 * WAITING_AT_MOST);
  });

  it('keeps room for computations to come, so that of a burst no more go on than there is room for', async () => {
    const kept = Array.from({ length: WAITING_AT_MOST }, () => pool.keepRoomFor(1));

    expect(() => pool.keepRoomFor(1)).toThrow(expect.objectContaining(BUSY));
    await expect(pool.run(computations(1))).rejects.toMatchObject(BUSY);
    kept.forEach((giveBack) => giveBack());

    openGate();
    expect(await pool.run(computations(WAITING_AT_MOST))).toHaveLength(WAITING_AT_MOST);
  });

  it('keeps one place for a set that is to come, so that a few of them do not keep out the rest', async () => {
    const kept = Array.from({ length: 50 }, () => pool.keepRoomFor(10));

    const others = pool.run(computations(WAITING_AT_MOST - 50));
    openGate();

    expect(await others).toHaveLength(WAITING_AT_MOST - 50);
    kept.forEach((giveBack) => giveBack());
  });

  it('keeps nothing where nothing is to come', () => {
    const kept = Array.from({ length: 2 * WAITING_AT_MOST }, () => pool.keepRoomFor(0));

    expect(() => pool.assertRoomFor(WAITING_AT_MOST)).not.toThrow();
    kept.forEach((giveBack) => giveBack());
  });

  it('asks no room for no computation, even when it is full', async () => {
    const full = [pool.run(computations(CORES)), pool.run(computations(WAITING_AT_MOST))];

    expect(() => pool.assertRoomFor(0)).not.toThrow();
    expect(await pool.run([])).toEqual([]);

    openGate();
    await Promise.all(full);
  });

  it('gets a place back from a computation that fails, whether it rejects or throws', async () => {
    const failure = new Error('out of memory');
    const rejecting = (): Promise<never> => Promise.reject(failure);
    const throwing = (): never => {
      throw failure;
    };
    for (let round = 0; round <= CORES; round += 1) {
      await expect(pool.run([rejecting])).rejects.toBe(failure);
      await expect(pool.run([throwing])).rejects.toBe(failure);
    }

    const results = pool.run(computations(CORES));
    await setImmediate();

    expect(running).toBe(CORES);
    openGate();
    expect(await results).toHaveLength(CORES);
  });
});
