import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository } from '../assurance/assurance.repository.js';
import { ChallengeRepository } from '../challenges/challenge.repository.js';
import { readUserToken } from '../crypto/user-token.js';
import { EnrolmentRepository } from '../enrolment/enrolment.repository.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { happened } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { CeremonyRepository } from '../factors/passkeys/ceremony.repository.js';
import { PanicTokenRepository } from '../notices/panic-token.repository.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { ResetRepository } from '../support/reset.repository.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
import { effects, runAsOne, userAs } from '../sql/one-statement.js';
import type { UseCase } from '../verification/use-case.js';

export interface PanicRequest extends UseCase {
  /** As the notice had it. */
  readonly token: string;
}

/**
 * Stops everything for whoever has been told of something that was not theirs. It only closes: it opens nothing, and
 * whoever has a factor signs in as before.
 */
@Injectable()
export class TwoFactorPanic {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly tokens: PanicTokenRepository,
    private readonly accounts: AccountRepository,
    private readonly enrolments: EnrolmentRepository,
    private readonly ceremonies: CeremonyRepository,
    private readonly assurances: AssuranceRepository,
    private readonly challenges: ChallengeRepository,
    private readonly resets: ResetRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /**
   * Ends trusted devices, what sessions have passed, challenges, pending setups and, once in 7 days, a reset of support's, and freezes
   * the factors for 24 hours. Sessions
   * are the host's: end them in `inSameCommit`, which gets the user. A token that is unknown, spent or expired does nothing,
   * and is answered alike.
   */
  async run({ token, inSameCommit = [], context = {} }: PanicRequest): Promise<void> {
    const named = readUserToken(token);
    if (named === undefined) {
      return;
    }
    const { userId } = named;
    const at = this.settings.clock.now();
    const event = happened('panicked', { userId, at, context });
    const closed = [
      userAs('accepted', userId),
      ...effects([this.challenges.endAll(userId), ...this.securityEvents.record(event)]),
    ];
    const isKnown = await this.database.transaction(async (transaction) => {
      if (!(await this.tokens.spend(transaction, named, at))) {
        return false;
      }
      await this.accounts.lock(transaction, userId);
      // The generation takes trusted devices and assurances along.
      await this.accounts.freeze(transaction, userId, at);
      await this.enrolments.removeAll(transaction, userId);
      await this.ceremonies.removeAll(transaction, userId);
      await this.assurances.removeAll(transaction, userId);
      await this.resets.cancelByPanic(transaction, { userId, at });
      await runAsOne(transaction, closed, { sql: 'SELECT user_id FROM accepted', parameters: [] });
      await runInTransaction(inSameCommit, transaction, userId);
      return true;
    });
    if (isKnown) {
      this.#logger.warn({ userId }, 'A panic link was used: sessions ended, factors are frozen');
      this.events.publish(event);
    }
  }
}
