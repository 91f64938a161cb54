import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Clock } from 'nestjs-two-factor';
import { DataSource, type EntityManager } from 'typeorm';
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
  /** Whoever has this e-mail: an account that does not exist is counted like any other. */
  readonly user: SignInUser | undefined;
}

/**
 * Bounds the guessing of passwords, also where addresses are not limited. An attempt is charged as a failure before
 * its password is looked at, and a right one is taken back: a burst gets no further, and a client that hangs up has
 * been counted.
 */
@Injectable()
export class SignInLimit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly limiter: RateLimiter,
    private readonly users: UsersRepository,
  ) {}

  /**
   * Charges an attempt. Where the owner has signed in from, what others guess elsewhere locks nobody out.
   *
   * @throws ApiException `RATE_LIMITED` with the seconds to wait, and nothing was charged
   */
  charge({ email, ip, user }: SignInAttempt): Promise<readonly Charge[]> {
    const account = accountKey(email);
    const atAddress = `${account}:${addressKey(ip)}`;
    const isKnown = this.#age(user) < REMEMBERED_MS;
    const network = isKnown ? undefined : networkKey(ip);
    return this.limiter.charge([
      { key: `sign-in-address:${atAddress}`, ...SIGN_IN_LIMITS.address },
      { key: `sign-in-account:${isKnown ? atAddress : account}`, ...SIGN_IN_LIMITS.account },
      ...(network === undefined ? [] : [{ key: `sign-in-network:${network}`, ...SIGN_IN_LIMITS.network }]),
    ]);
  }

  /** The password was right: takes its charges back, and remembers the address, once a day. */
  async accept(charges: readonly Charge[], user: SignInUser, ip: string): Promise<void> {
    await this.limiter.takeBack(charges);
    if (this.#age(user) >= DAY_MS) {
      await this.rememberAddress(this.dataSource.manager, user.id, ip);
    }
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

  /** Milliseconds since the user has signed in from there, for ever if that is not remembered. */
  #age(user: SignInUser | undefined): number {
    return this.clock.now().getTime() - (user?.addressUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  }
}

/** What an account is counted under: no address in clear. */
function accountKey(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}
