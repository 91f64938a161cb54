import { Injectable } from '@nestjs/common';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { NamedStatement, SqlRunner } from '../sql/one-statement.js';
import { AccountRepository } from './account.repository.js';

/** When something is asked, and whether a policy demands it by now, after a panic too. */
interface FirstFactor {
  readonly at: Date;
  readonly evenIfFrozen: boolean;
}

/** After a panic nobody changes the factors of the account for a day; signing in with one that is there goes on. */
@Injectable()
export class Freeze {
  constructor(private readonly accounts: AccountRepository) {}

  /**
   * @param on the transaction that holds the account's lock. Default: asked beforehand, so that no code is spent in vain
   * @throws TwoFactorException `TWO_FACTOR_FROZEN`
   */
  async requireThawed(userId: string, at: Date, on?: SqlRunner): Promise<void> {
    refuseFrozen(await this.accounts.frozenSeconds(userId, at, on));
  }

  /**
   * For the statement that begins a first factor: yields `admitted`, if there is an `own_caller` whose account is not frozen. Else
   * `own_freeze` has the `seconds`.
   */
  admitting(userId: string, { at, evenIfFrozen }: FirstFactor): readonly NamedStatement[] {
    return [
      this.accounts.frozenWithoutFactor(userId, evenIfFrozen ? null : at),
      {
        name: 'admitted',
        sql: 'SELECT 1 AS one FROM own_caller WHERE NOT EXISTS (SELECT FROM own_freeze)',
        parameters: [],
      },
    ];
  }
}

/** @throws TwoFactorException `TWO_FACTOR_FROZEN`, if it is frozen for any seconds more */
export function refuseFrozen(retryAfterSeconds: number | null | undefined): void {
  if (typeof retryAfterSeconds === 'number') {
    throw new TwoFactorException('TWO_FACTOR_FROZEN', { retryAfterSeconds });
  }
}
