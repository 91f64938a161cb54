import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository } from '../assurance/assurance.repository.js';
import { ChallengeRepository } from '../challenges/challenge.repository.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { happened } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
import { effects, runAsOne, userAs } from '../sql/one-statement.js';
import type { UseCase } from '../verification/use-case.js';

export interface PasswordResetRequest extends UseCase {
  readonly userId: string;
}

/** What a password that was forgotten, and is another one now, means for the second factor. */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly assurances: AssuranceRepository,
    private readonly challenges: ChallengeRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /** It asks for no proof, and so opens nothing: trusted devices end with their generation. */
  async run({ userId, inSameCommit = [], context = {} }: PasswordResetRequest): Promise<void> {
    const event = happened('password_reset', { userId, at: this.settings.clock.now(), context });
    const closed = [
      userAs('accepted', userId),
      ...effects([this.challenges.endAll(userId), ...this.securityEvents.record(event)]),
    ];
    await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      await this.accounts.startGeneration(transaction, userId);
      await this.assurances.removeAll(transaction, userId);
      await runAsOne(transaction, closed, { sql: 'SELECT user_id FROM accepted', parameters: [] });
      await runInTransaction(inSameCommit, transaction, userId);
    });
    this.events.publish(event);
  }
}
