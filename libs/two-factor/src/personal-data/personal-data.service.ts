import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { type AccountState, stateOf } from '../status/status.js';
import { AuthenticatorRepository } from '../authenticators/authenticator.repository.js';
import type { SecurityEvent } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { requireUserId } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { requireAccepted, runInTransaction } from '../sql/in-same-commit.js';
import type { ShownTrust } from '../trusted-devices/trusted-device.repository.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.service.js';
import type { UseCase } from '../verification/use-case.js';
import { BEFORE_ALL_EVENTS, type EventPlace, ErasureRepository } from './erasure.repository.js';

/** All that there is about a user, but for secrets, hashes and counts of failures. */
export interface TwoFactorExport {
  readonly status: AccountState;
  readonly trustedDevices: readonly ShownTrust[];
  /** All of them, oldest first. */
  readonly events: readonly SecurityEvent[];
}

export interface ErasureRequest extends Pick<UseCase, 'inSameCommit'> {
  readonly userId: string;
}

const DAY_MS = 86_400_000;
/** Budgets look back 30 days, and so may whoever asks what has happened. */
const KEPT_DAYS = 30;
const BATCH = 2000;

/** What people may ask of their data: to see it, and that it goes (GDPR articles 15, 17 and 20). */
@Injectable()
export class TwoFactorPersonalData {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly authenticators: AuthenticatorRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly trustedDevices: TrustedDevices,
    private readonly erasure: ErasureRepository,
  ) {}

  /** What a user may take along. Ask for a recent second factor first: it is what a thief of a session would want. */
  async exportOf(userId: string): Promise<TwoFactorExport> {
    requireUserId(userId);
    return {
      status: stateOf(
        await this.accounts.status(userId, this.settings.clock.now()),
        await this.authenticators.listOf(userId),
      ),
      trustedDevices: await this.trustedDevices.listOf(userId),
      events: await this.securityEvents.allOf(userId),
    };
  }

  /**
   * Takes a user who leaves out of all tables. Events stay, of nobody: with a random id in place of the user's, without
   * addresses, user agents and request ids.
   *
   * It takes the lock of all changes of the user's factors, and then does the host's part: end the sessions there, and delete
   * the account. Afterwards nobody asks for a factor of this user, so it is for an account that goes. A setup and a guess, let in
   * before, take no lock and may write after it: calling this once more takes that along too.
   *
   * @throws the database's error 42501, and nothing is forgotten, when its role may not delete events
   */
  async forget({ userId, inSameCommit = [] }: ErasureRequest): Promise<void> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const nameless = `forgotten:${randomUUID()}`;
    const at = this.settings.clock.now();
    await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      // First: whoever waits for a session that ends here, or has held it until now, is done by then.
      await runInTransaction(inSameCommit, transaction, userId);
      await this.erasure.allow(transaction);
      await this.erasure.removeAll(transaction, userId);
      if (await this.erasure.anonymise(transaction, { userId, nameless })) {
        const event = { at, type: 'forgotten', method: null, outcome: 'success', reason: null } as const;
        await this.securityEvents.append({ ...event, userId: nameless }, transaction);
      }
    });
  }

  /**
   * Deletes the events before a moment: retention. It walks through all of them in batches, each a commit, beside running
   * servers, and can be broken off and run again.
   *
   * @param onBatch hears how many were deleted so far
   * @returns how many were deleted
   * @throws RangeError for a moment within the last 30 days. The database's error 42501 when its role may not delete events
   */
  async removeEventsBefore(
    before: Date,
    { onBatch = () => {} }: { readonly onBatch?: (removed: number) => void } = {},
  ): Promise<number> {
    const latest = this.settings.clock.now().getTime() - KEPT_DAYS * DAY_MS;
    // What is no date is not before anything.
    if (!(before.getTime() <= latest)) {
      throw new RangeError(`Events of the last ${KEPT_DAYS} days stay`);
    }
    let removed = 0;
    let after: EventPlace | undefined = BEFORE_ALL_EVENTS;
    while (after !== undefined) {
      const place: EventPlace = after;
      const walked = await this.database.transaction(async (transaction) => {
        await this.erasure.allow(transaction);
        return this.erasure.removeOlder(transaction, { before, after: place, limit: BATCH });
      });
      removed += walked.removed;
      onBatch(removed);
      after = walked.last;
    }
    return removed;
  }
}
