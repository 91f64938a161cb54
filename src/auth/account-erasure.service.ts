import { Injectable } from '@nestjs/common';
import { TwoFactorPersonalData } from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { RateLimiter } from '../http/rate-limit/rate-limiter.js';
import { normalEmail } from '../users/email.js';
import { UsersRepository } from '../users/users.repository.js';
import { factorChangeKey } from './factor-change-limit.js';
import { SignInLimit } from './sign-in-limit.js';
import { lookUpKey } from './support/account-look-up.service.js';

/** Takes an account away, and whoever it was. */
@Injectable()
export class AccountErasure {
  constructor(
    private readonly users: UsersRepository,
    private readonly personalData: TwoFactorPersonalData,
    private readonly signInLimit: SignInLimit,
    private readonly limiter: RateLimiter,
  ) {}

  /** @returns whether there was such an account */
  async forget(typedEmail: string): Promise<boolean> {
    const email = normalEmail(typedEmail);
    const user = await this.users.findByEmail(email);
    if (user === null) {
      return false;
    }
    const { id: userId } = user;
    // Its sessions, refresh tokens and addresses go with it.
    await this.personalData.forget({
      userId,
      inSameCommit: (manager: EntityManager) => this.users.remove(manager, userId),
    });
    await this.signInLimit.forget(email);
    await this.limiter.forget([factorChangeKey(userId), lookUpKey(userId)]);
    return true;
  }
}
