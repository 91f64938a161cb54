import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { TwoFactorException } from '../two-factor.errors.js';

/** One of libuv's four threads stays free for files and names, however many cores there are. */
const AT_ONCE = Math.min(availableParallelism(), 3);

/** How many computations may wait for a core. At about 25 ms each, on two cores, the last one waits 0.8 s. */
const WAITING_AT_MOST = 64;

/**
 * Admits as many Argon2 computations at once as there are cores, three at most, and a bounded number of waiting ones.
 *
 * Argon2 runs on libuv's four threads, which DNS and files share, and takes 19 MiB each: without this
 * bound a burst of sign-ins stalls the whole process.
 */
export class Argon2Pool {
  readonly #limit = pLimit(AT_ONCE);

  /**
   * Runs the computations, all of them or none.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when too many wait already
   */
  async run<Result>(computations: readonly (() => Promise<Result>)[]): Promise<Result[]> {
    this.assertRoomFor(computations.length);
    return Promise.all(computations.map((compute) => this.#limit(compute)));
  }

  /** @throws TwoFactorException `SERVICE_UNAVAILABLE` when so many more would be too many */
  assertRoomFor(computations: number): void {
    if (computations > 0 && this.#limit.pendingCount + computations > WAITING_AT_MOST) {
      throw new TwoFactorException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 });
    }
  }
}
