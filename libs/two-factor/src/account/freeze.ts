import { Injectable } from '@nestjs/common';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { SqlRunner } from '../sql/one-statement.js';
import { AccountRepository } from './account.repository.js';

/** After a panic nobody changes the factors of the account for a day; signing in with one that is there goes on. */
@Injectable()
export class Freeze {
  constructor(private readonly accounts: AccountRepository) {}

  /**
   * @param on the transaction that holds the account's lock. Default: asked beforehand, so that no code is spent in vain
   * @throws TwoFactorException `TWO_FACTOR_FROZEN`
   */
  async requireThawed(userId: string, at: Date, on?: SqlRunner): Promise<void> {
    const retryAfterSeconds = await this.accounts.frozenSeconds(userId, at, on);
    if (retryAfterSeconds !== undefined) {
      throw new TwoFactorException('TWO_FACTOR_FROZEN', { retryAfterSeconds });
    }
  }
}
