import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { TwoFactorException } from '../errors/two-factor.errors.js';

/** One of libuv's four threads stays free for files and names, however many cores there are. */
const AT_ONCE = Math.min(availableParallelism(), 3);

/** How many computations may wait for a core. At about 25 ms each, on two cores, the last one waits 1.6 s. */
const WAITING_AT_MOST = 128;

/**
 * Admits as many Argon2 computations at once as there are cores, three at most, and a bounded number of waiting ones.
 *
 * Argon2 runs on libuv's four threads, which DNS and files share, and takes 19 MiB each: without this
 * bound a burst of sign-ins stalls the whole process.
 */
export class Argon2Pool {
  readonly #limit = pLimit(AT_ONCE);
  /** Places that are kept for callers whose computations are still to come. */
  #expected = 0;

  /**
   * Runs the computations, all of them or none.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when too many wait already
   */
  async run<Result>(computations: readonly (() => Promise<Result>)[]): Promise<Result[]> {
    this.assertRoomFor(computations.length);
    return Promise.all(computations.map((compute) => this.#limit(compute)));
  }

  /**
   * Keeps room for computations that begin in a moment. A check alone would let a whole burst pass, and
   * refuse most of it further on, when it has cost connections and attempts.
   *
   * One place each, also for a set: most calls that announce a set turn out to have no right to it, and
   * a dozen of them must not keep everybody else's passwords waiting.
   *
   * @returns gives the room back: call it, once, just before the computations are run
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when so many more would be too many
   */
  keepRoomFor(computations: number): () => void {
    this.assertRoomFor(computations);
    const places = Math.min(1, computations);
    this.#expected += places;
    return () => {
      this.#expected -= places;
    };
  }

  /** @throws TwoFactorException `SERVICE_UNAVAILABLE` when so many more would be too many */
  assertRoomFor(computations: number): void {
    const waiting = this.#limit.pendingCount + this.#expected;
    if (computations > 0 && waiting + computations > WAITING_AT_MOST) {
      throw new TwoFactorException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 });
    }
  }
}
