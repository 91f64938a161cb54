import type { Method, MethodLock } from '../api/contract.js';
import { Countdown } from '../parts/countdown.js';
import type { SignInTexts } from '../texts/texts.js';
import type { TwoFactorElement } from '../parts/two-factor-element.js';

/** What is locked: a method of the account, or every call from this network. */
export type Locked = Method | 'address';

export interface Lock {
  readonly of: Locked;
  readonly secondsLeft: number;
}

/** The locks that the server has told of. They outlive the form that met them: the next one is locked as well. */
export class Locks {
  /** Hears that a lock is over: the form on the screen. */
  onEnd: (() => void) | undefined;
  readonly #countdowns = new Map<Locked, Countdown>();

  constructor(private readonly host: TwoFactorElement<SignInTexts>) {}

  start(of: Locked, seconds: number): void {
    const countdown = this.#countdowns.get(of) ?? new Countdown(this.host);
    this.#countdowns.set(of, countdown);
    countdown.start(seconds, () => this.onEnd?.());
  }

  /** What a login or a status tells, before anybody has typed a code in vain. */
  tell(locks: readonly MethodLock[] = []): void {
    for (const { method, retryAfterSeconds } of locks) {
      this.start(method, retryAfterSeconds);
    }
  }

  /** The lock that a proof by this method meets. */
  on(method: Method): Lock | undefined {
    const of = (['address', method] as const).find((one) => this.#countdowns.get(one)?.isRunning);
    return of && { of, secondsLeft: this.#countdowns.get(of)?.secondsLeft ?? 0 };
  }

  /** Another account is at it. */
  forget(): void {
    for (const countdown of this.#countdowns.values()) {
      countdown.stop();
    }
  }
}
