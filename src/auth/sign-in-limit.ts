import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { CLOCK } from '../config/environment.module.js';
import { addressKey, networkKey } from '../http/rate-limit/address-key.js';
import { type Charge, RateLimiter } from '../http/rate-limit/rate-limiter.js';
import { type SignInUser, UsersRepository } from '../users/users.repository.js';

/** Failed passwords at a sign-in. A window begins with its first failure. */
const SIGN_IN_LIMITS = {
  /** Of one account, from one address. */
  address: { points: 10, seconds: 900 },
  /** Of one account, from everywhere; and from an address that it has signed in from, apart from the others. */
  account: { points: 100, seconds: 86_400 },
  /** From one /48, on whichever accounts. */
  network: { points: 100, seconds: 900 },
} as const;

const DAY_MS = 86_400_000;
/** How long an address is one that the account has signed in from. */
const REMEMBERED_MS = 90 * DAY_MS;

/** A sign-in whose password is about to be looked at. */
export interface SignInAttempt {
  /** In its normal form. */
  readonly email: string;
  readonly ip: string;
}

/** What was charged, and of whom. */
export interface ChargedAttempt {
  readonly ip: string;
  /** Whoever has this e-mail: an account that does not exist is counted like any other. */
  readonly user: SignInUser | undefined;
  readonly charges: readonly Charge[];
}

/** The same, when the password was right. */
export interface RightAttempt extends ChargedAttempt {
  readonly user: SignInUser;
}

/**
 * Bounds the guessing of passwords, also where addresses are not limited. An attempt is charged as a failure before
 * its password is looked at, and a right one is taken back: a burst gets no further, and a client that hangs up has
 * been counted.
 */
@Injectable()
export class SignInLimit {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly limiter: RateLimiter,
    private readonly users: UsersRepository,
  ) {}

  /**
   * Finds the user and charges the attempt, in one statement. Where the owner has signed in from, what others guess elsewhere
   * locks nobody out.
   *
   * @throws ApiException `RATE_LIMITED` with the seconds to wait, and nothing was charged
   */
  async charge({ email, ip }: SignInAttempt): Promise<ChargedAttempt> {
    const account = accountKey(email);
    const address = addressKey(ip);
    const network = networkKey(ip);
    const now = this.clock.now().getTime();
    const { charges, read } = await this.limiter.chargeReading<SignInUser>(
      [
        { key: `sign-in-address:${account}:${address}`, ...SIGN_IN_LIMITS.address },
        { key: `sign-in-account:${account}:${address}`, ...SIGN_IN_LIMITS.account, ifKnown: true },
        { key: `sign-in-account:${account}`, ...SIGN_IN_LIMITS.account, ifKnown: false },
        ...(network === undefined
          ? []
          : [{ key: `sign-in-network:${network}`, ...SIGN_IN_LIMITS.network, ifKnown: false }]),
      ],
      this.users.forSignIn({
        email,
        address,
        knownAfter: new Date(now - REMEMBERED_MS),
        notedAfter: new Date(now - DAY_MS),
      }),
    );
    return { ip, user: read, charges };
  }

  /**
   * The password was right: takes its charges back, if it still is when the statement begins, and remembers the address, once a day.
   *
   * @returns whether it still is
   */
  async accept(manager: EntityManager, { charges, user, ip }: RightAttempt): Promise<boolean> {
    const isStillRight = await this.limiter.takeBackIf(manager, charges, this.users.ifPassword(user));
    if (isStillRight && !user.isNoted) {
      await this.rememberAddress(manager, user.id, ip);
    }
    return isStillRight;
  }

  /**
   * The password was right, and the sign-in has failed for another reason: it is no failed password. Nobody waits for this,
   * for what stood in the way of the sign-in may do so here too. What fails stays a failed password.
   */
  takeBack({ charges }: RightAttempt): void {
    this.limiter.takeBack(charges).catch(() => {});
  }

  /** Remembers where a user signs in from. */
  rememberAddress(manager: EntityManager, userId: string, ip: string): Promise<void> {
    const at = this.clock.now();
    const forgottenBefore = new Date(at.getTime() - REMEMBERED_MS);
    return this.users.rememberAddress(manager, userId, { address: addressKey(ip), at, forgottenBefore });
  }

  /** Forgets what was counted of an account. @param email in its normal form */
  forget(email: string): Promise<void> {
    const account = accountKey(email);
    return this.limiter.forget([`sign-in-address:${account}`, `sign-in-account:${account}`]);
  }
}

/** What an account is counted under: no address in clear. */
function accountKey(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}
