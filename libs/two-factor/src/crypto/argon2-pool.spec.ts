import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Argon2Kind, Argon2Pool, type Argon2Room } from './argon2-pool.js';

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

/** Work that has its room and does not go on yet. */
function keptRoom(
  kind: Argon2Kind,
  count: number,
): { readonly room: Argon2Room; readonly giveBack: () => void; readonly isDone: Promise<void> } {
  let room: Argon2Room | undefined;
  let giveBack = (): void => {};
  const isDone = pool.keepingRoom({ kind, computations: count }, (kept) => {
    room = kept;
    return new Promise<void>((resolve) => {
      giveBack = resolve;
    });
  });
  return { room: room!, giveBack, isDone };
}

describe('Argon2Pool', () => {
  it('runs at once as many computations as there are cores, never more', async () => {
    const results = pool.run('sign_in', computations(WAITING_AT_MOST));
    await setImmediate();
    expect(running).toBe(CORES);

    openGate();

    expect(await results).toEqual(Array.from({ length: WAITING_AT_MOST }, (_, index) => index));
    expect({ mostAtOnce, running, done }).toEqual({ mostAtOnce: CORES, running: 0, done: WAITING_AT_MOST });
  });

  it('keeps to the cores when many callers share it', async () => {
    const callers = Array.from({ length: 6 }, () => pool.run('sign_in', computations(10)));
    await setImmediate();

    openGate();
    await Promise.all(callers);

    expect({ mostAtOnce, done }).toEqual({ mostAtOnce: CORES, done: 60 });
  });

  it('refuses at once, and runs nothing, when 128 wait already', async () => {
    const begun = pool.run('sign_in', computations(CORES));
    const waiting = pool.run('sign_in', computations(WAITING_AT_MOST));

    await expect(pool.run('sign_in', computations(1))).rejects.toMatchObject(BUSY);

    openGate();
    await Promise.all([begun, waiting]);
    expect(done).toBe(CORES + WAITING_AT_MOST);
  });

  it('admits a set as a whole or not at all', async () => {
    const admitted = [
      pool.run('sign_in', computations(CORES)),
      pool.run('sign_in', computations(WAITING_AT_MOST - 9)),
    ];

    await expect(pool.run('sign_in', computations(10))).rejects.toMatchObject(BUSY);
    admitted.push(pool.run('sign_in', computations(9)));

    openGate();
    await Promise.all(admitted);
    expect(done).toBe(CORES + WAITING_AT_MOST);
  });

  it('refuses a set that could never wait', async () => {
    await expect(pool.run('sign_in', computations(WAITING_AT_MOST + 1))).rejects.toMatchObject(BUSY);

    await setImmediate();
    expect(mostAtOnce).toBe(0);
  });

  it('has room again once the burst is over', async () => {
    const burst = [
      pool.run('sign_in', computations(CORES)),
      pool.run('sign_in', computations(WAITING_AT_MOST)),
    ];
    await expect(pool.run('sign_in', computations(1))).rejects.toMatchObject(BUSY);
    openGate();
    await Promise.all(burst);

    expect(await pool.run('sign_in', computations(WAITING_AT_MOST))).toHaveLength(WAITING_AT_MOST);
    expect(done).toBe(CORES + 2 * WAITING_AT_MOST);
  });

  it('keeps room for computations to come, so that of a burst no more go on than there is room for', async () => {
    const kept = Array.from({ length: WAITING_AT_MOST }, () => keptRoom('sign_in', 1));

    await expect(keptRoom('sign_in', 1).isDone).rejects.toMatchObject(BUSY);
    await expect(pool.run('sign_in', computations(1))).rejects.toMatchObject(BUSY);

    kept.forEach(({ giveBack }) => giveBack());
    await Promise.all(kept.map(({ isDone }) => isDone));
    openGate();
    expect(await pool.run('sign_in', computations(WAITING_AT_MOST))).toHaveLength(WAITING_AT_MOST);
  });

  it('runs a set in the room that was kept for it, when all the rest is taken', async () => {
    const { room, giveBack, isDone } = keptRoom('factor_change', 10);
    const others = [
      pool.run('factor_change', computations(CORES)),
      pool.run('factor_change', computations(WAITING_AT_MOST - 10)),
    ];
    await expect(pool.run('factor_change', computations(1))).rejects.toMatchObject(BUSY);

    const set = room.run(computations(10));
    await expect(room.run(computations(1))).rejects.toMatchObject(BUSY);

    openGate();
    expect(await set).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    giveBack();
    await Promise.all([...others, isDone]);
  });

  it('gets the room back when the work fails before it has used it', async () => {
    const failure = new Error('the database is away');

    for (let round = 0; round <= WAITING_AT_MOST; round += 1) {
      const work = pool.keepingRoom({ kind: 'sign_in', computations: 10 }, () => Promise.reject(failure));
      await expect(work).rejects.toBe(failure);
    }

    openGate();
    expect(await pool.run('sign_in', computations(WAITING_AT_MOST))).toHaveLength(WAITING_AT_MOST);
  });

  it('has room for one kind when another one has filled all of its own', async () => {
    const flood = [
      pool.run('sign_in', computations(CORES)),
      pool.run('sign_in', computations(WAITING_AT_MOST)),
    ];

    const changes = pool.run('factor_change', computations(WAITING_AT_MOST));
    const codes = pool.run('backup_code', computations(WAITING_AT_MOST));

    openGate();
    await Promise.all([...flood, changes, codes]);
    expect(done).toBe(CORES + 3 * WAITING_AT_MOST);
  });

  it('serves the kinds in turn, and each in the order in which it came', async () => {
    const order: string[] = [];
    const named = (name: string) => async (): Promise<void> => {
      order.push(name);
    };
    const held = pool.run('sign_in', computations(CORES));
    const waiting = [
      pool.run('sign_in', ['s1', 's2', 's3', 's4', 's5'].map(named)),
      pool.run('factor_change', ['f1', 'f2'].map(named)),
      pool.run('backup_code', ['b1'].map(named)),
      pool.run('factor_change', ['f3'].map(named)),
    ];

    openGate();
    await Promise.all([held, ...waiting]);

    // A sign-in was served last, so the others are next; who is left alone has every turn.
    expect(order).toEqual(['b1', 'f1', 's1', 'f2', 's2', 'f3', 's3', 's4', 's5']);
  });

  it('asks no room for no computation, even when it is full', async () => {
    const full = [
      pool.run('sign_in', computations(CORES)),
      pool.run('sign_in', computations(WAITING_AT_MOST)),
    ];

    expect(await pool.keepingRoom({ kind: 'sign_in', computations: 0 }, async () => 'done')).toBe('done');
    expect(await pool.run('sign_in', [])).toEqual([]);

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
      await expect(pool.run('sign_in', [rejecting])).rejects.toBe(failure);
      await expect(pool.run('sign_in', [throwing])).rejects.toBe(failure);
    }

    const results = pool.run('sign_in', computations(CORES));
    await setImmediate();

    expect(running).toBe(CORES);
    openGate();
    expect(await results).toHaveLength(CORES);
  });
});
