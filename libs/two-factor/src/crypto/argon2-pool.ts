import { availableParallelism } from 'node:os';
import { TwoFactorException } from '../errors/two-factor.errors.js';

/** One of libuv's four threads stays free for files and names, however many cores there are. */
const AT_ONCE = Math.min(availableParallelism(), 3);

/**
 * How many computations of one kind may wait for a core. At about 25 ms each, on two cores, the last one waits
 * 1.6 s, and as long again for each other kind that is full as well.
 */
const WAITING_AT_MOST = 128;

/**
 * Who waits for a computation: somebody who signs in or registers with a password, somebody who answers a
 * challenge with a backup code, or somebody who is signed in and changes factors.
 */
export type Argon2Kind = 'sign_in' | 'backup_code' | 'factor_change';

type Computation<Result> = () => Promise<Result>;

/** Room that is kept in the pool: what runs in it is never refused. */
export interface Argon2Room {
  /**
   * Runs the computations, all of them or none.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when they are more than room was kept for, and too many wait
   */
  run<Result>(computations: readonly Computation<Result>[]): Promise<Result[]>;
}

/** The computations of one kind, in the order in which they came. */
interface Line {
  readonly waiting: (() => void)[];
  /** Places that are kept for computations still to come. */
  kept: number;
}

/**
 * Admits as many Argon2 computations at once as there are cores, three at most, and of each kind a bounded
 * number of waiting ones. Kinds are served in turn, so that a flood of one keeps no other one waiting.
 *
 * Argon2 runs on libuv's four threads, which DNS and files share, and takes 19 MiB each: without this
 * bound a burst of sign-ins stalls the whole process.
 */
export class Argon2Pool {
  readonly #lines: Readonly<Record<Argon2Kind, Line>> = {
    sign_in: { waiting: [], kept: 0 },
    backup_code: { waiting: [], kept: 0 },
    factor_change: { waiting: [], kept: 0 },
  };
  /** The lines in the order of their turns. */
  #turns = Object.values(this.#lines);
  #running = 0;

  /**
   * Runs the computations, all of them or none.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when too many of their kind wait already
   */
  run<Result>(kind: Argon2Kind, computations: readonly Computation<Result>[]): Promise<Result[]> {
    return this.keepingRoom({ kind, computations: computations.length }, (room) => room.run(computations));
  }

  /**
   * Keeps room for the computations of a piece of work, until they are run in it or the work is done. What is
   * charged within has its place: a right code or password is not lost to a full queue.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE`, before the work begins, when too many of their kind wait already
   */
  async keepingRoom<Result>(
    { kind, computations }: { readonly kind: Argon2Kind; readonly computations: number },
    work: (room: Argon2Room) => Promise<Result>,
  ): Promise<Result> {
    const line = this.#lines[kind];
    assertRoom(line, computations);
    let kept = computations;
    line.kept += kept;
    const leave = (places: number): void => {
      kept -= places;
      line.kept -= places;
    };
    const run = async <Value>(toRun: readonly Computation<Value>[]): Promise<Value[]> => {
      const inPlace = Math.min(kept, toRun.length);
      assertRoom(line, toRun.length - inPlace);
      leave(inPlace);
      return Promise.all(toRun.map((computation) => this.#inTurn(line, computation)));
    };
    try {
      return await work({ run });
    } finally {
      leave(kept);
    }
  }

  async #inTurn<Result>(line: Line, computation: Computation<Result>): Promise<Result> {
    await new Promise<void>((start) => {
      line.waiting.push(start);
      this.#startNext();
    });
    try {
      return await computation();
    } finally {
      this.#running -= 1;
      this.#startNext();
    }
  }

  #startNext(): void {
    const line = this.#turns.find(({ waiting }) => waiting.length > 0);
    if (line === undefined || this.#running === AT_ONCE) {
      return;
    }
    this.#running += 1;
    this.#turns = [...this.#turns.filter((other) => other !== line), line];
    line.waiting.shift()?.();
  }
}

/** Who needs no computation needs no room, also where there is none. */
function assertRoom({ waiting, kept }: Line, computations: number): void {
  if (computations > 0 && waiting.length + kept + computations > WAITING_AT_MOST) {
    throw new TwoFactorException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 });
  }
}
