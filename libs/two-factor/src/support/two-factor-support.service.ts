import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { type AccountState, stateOf } from '../status/status.js';
import { ChallengeRepository } from '../challenges/challenge.repository.js';
import { Argon2Pool } from '../crypto/argon2-pool.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import type { SecurityEvent, SecurityEventType } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { AllFactors } from '../factors/all-factors.js';
import { drawBackupCode } from '../factors/backup-codes/backup-code.js';
import { BackupCodesFactor } from '../factors/backup-codes/backup-codes.factor.js';
import { isUuid, requireUserId } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { requireAccepted, runInTransaction } from '../sql/in-same-commit.js';
import { effects, runAsOne, userAs } from '../sql/one-statement.js';
import type { UseCase } from '../verification/use-case.js';
import { RESET_REASON_RULE, parseResetReason } from './reset-rules.js';
import { type ShownReset, hasLongWait } from './reset.js';
import { type OpenedRecovery, type RedemptionRequest, ResetRedemption } from './reset-redemption.service.js';
import { type ResetCodeHash, ResetRepository } from './reset.repository.js';

/** What every call of support takes. Its event says who has done it, and why, and not from where: that is staff's. */
export interface SupportAction extends UseCase {
  /** The host's id of who does it. The host has asked that one for a factor just now. */
  readonly actor: string;
  /** Why, in their words: 1 to 500 characters, of the ticket for instance. */
  readonly reason: string;
}

export interface ResetRequest extends SupportAction {
  /** Whose factors are lost. */
  readonly userId: string;
}

export interface ResetAction extends SupportAction {
  /** Of the reset: a UUID. */
  readonly id: string;
}

/** A reset that was approved. */
export interface ApprovedReset extends ShownReset {
  /** Fifteen characters, as a backup code; shown this once. The user gives it together with the password, from `readyAt` on. */
  readonly resetCode: string;
}

/** What support may see of an account: no secret, and no name that the owner has given an authenticator. */
export interface SupportView {
  readonly status: Omit<AccountState, 'authenticators'>;
  /** The last fifty, newest first. */
  readonly events: readonly SecurityEvent[];
  /** Newest first. */
  readonly resets: readonly ShownReset[];
}

interface Noted {
  readonly userId: string;
  readonly at: Date;
  readonly note: string;
}

const DONE = { sql: 'SELECT user_id FROM accepted', parameters: [] } as const;

/**
 * What support may do for somebody who has lost all factors. Two people who are not that one, and a wait, in which the owner
 * hears of it and can end it: by any sign-in with a factor, or because somebody cancels it.
 */
@Injectable()
export class TwoFactorSupport {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly allFactors: AllFactors,
    private readonly backupCodes: BackupCodesFactor,
    private readonly challenges: ChallengeRepository,
    private readonly resets: ResetRepository,
    private readonly redemption: ResetRedemption,
    private readonly pool: Argon2Pool,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /**
   * Asks for a reset. It waits as long as the option `support` says, from now on, 72 hours at least for an account with a
   * passkey, and is void three days after that.
   *
   * @throws TwoFactorException `VALIDATION_FAILED` without a reason, `TWO_FACTOR_RESET_OTHER_PERSON` for one's own account,
   *   `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_RESET_OPEN`
   */
  async request({ userId, inSameCommit = [], ...action }: ResetRequest): Promise<ShownReset> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const { actor } = action;
    const noted = this.#noted(userId, action);
    const { at, note: reason } = noted;
    if (actor === userId) {
      throw new TwoFactorException('TWO_FACTOR_RESET_OTHER_PERSON');
    }
    const { waitHours } = this.settings.support;
    const asked = { id: randomUUID(), userId, requestedBy: actor, reason, at, waitHours };
    return this.#commit(eventOf('reset_requested', action, noted), async (transaction) => {
      const reset = await this.resets.request(transaction, asked);
      if (reset === undefined) {
        const isOn = await this.accounts.isEnabled(userId, transaction);
        throw new TwoFactorException(isOn ? 'TWO_FACTOR_RESET_OPEN' : 'TWO_FACTOR_NOT_ENABLED');
      }
      await runInTransaction(inSameCommit, transaction, userId);
      return reset;
    });
  }

  /**
   * Approves a reset, and gives its code, which counts once the wait is over.
   *
   * @throws TwoFactorException `TWO_FACTOR_RESET_UNKNOWN`, `TWO_FACTOR_RESET_OTHER_PERSON` for who has asked for it (but for
   *   the option `onePerson`, and a wait of 72 hours) and whose account it is, `TWO_FACTOR_RESET_CLOSED`, `VALIDATION_FAILED`
   */
  async approve({ id, inSameCommit = [], ...action }: ResetAction): Promise<ApprovedReset> {
    requireAccepted(inSameCommit);
    const { actor } = action;
    const { onePerson } = this.settings.support;
    const reset = await this.#require(id);
    const { userId, requestedBy } = reset;
    const noted = this.#noted(userId, action);
    if (actor === userId || (actor === requestedBy && !(onePerson && hasLongWait(reset)))) {
      throw new TwoFactorException('TWO_FACTOR_RESET_OTHER_PERSON');
    }
    const resetCode = drawBackupCode();
    const hashed = await this.#hash(resetCode);
    return this.#commit(eventOf('reset_approved', action, noted), async (transaction) => {
      const approval = { ...hashed, actor, onePerson };
      if (!(await this.resets.approve(transaction, { id, ...noted }, approval))) {
        throw new TwoFactorException('TWO_FACTOR_RESET_CLOSED');
      }
      await runInTransaction(inSameCommit, transaction, userId);
      return { ...(await this.#require(id, transaction)), resetCode };
    });
  }

  /**
   * Ends a reset, approved or not; its code is dead. Whoever may ask for one may end one, and so may its owner.
   *
   * @throws TwoFactorException `TWO_FACTOR_RESET_UNKNOWN`, `TWO_FACTOR_RESET_CLOSED`, `VALIDATION_FAILED`
   */
  async cancel({ id, inSameCommit = [], ...action }: ResetAction): Promise<ShownReset> {
    requireAccepted(inSameCommit);
    const { userId } = await this.#require(id);
    const noted = this.#noted(userId, action);
    return this.#commit(eventOf('reset_cancelled', action, noted), async (transaction) => {
      if (!(await this.resets.cancel(transaction, { id, ...noted }, action.actor))) {
        throw new TwoFactorException('TWO_FACTOR_RESET_CLOSED');
      }
      await runInTransaction(inSameCommit, transaction, userId);
      return this.#require(id, transaction);
    });
  }

  /**
   * Takes the code of a reset from somebody whose password was right just now, and opens the enrolment of a new factor: the token
   * is for `TwoFactorEnrolment`, and for nothing else. All old factors die when that is confirmed, and until then one of them
   * that is used ends it.
   *
   * @throws TwoFactorException `TWO_FACTOR_RESET_CODE_INVALID` for a code that is wrong, too early, too late or spent, and where
   *   there is no reset; `TWO_FACTOR_LOCKED`, `VALIDATION_FAILED`
   */
  async redeem(request: RedemptionRequest): Promise<OpenedRecovery> {
    requireUserId(request.userId);
    requireAccepted(request.inSameCommit);
    return this.redemption.run(request);
  }

  /** The newest hundred resets, those that are open first. */
  list(): Promise<readonly ShownReset[]> {
    return this.resets.list(this.settings.clock.now());
  }

  /** What is to be seen of an account. Nothing of it opens anything. */
  async describe(userId: string): Promise<SupportView> {
    requireUserId(userId);
    const at = this.settings.clock.now();
    const { authenticators: _named, ...status } = stateOf(await this.accounts.status(userId, at), []);
    return {
      status,
      events: await this.securityEvents.latestOf(userId),
      resets: await this.resets.list(at, userId),
    };
  }

  /** Leaves an event at an account that somebody of support has looked up. */
  async lookedUp({
    userId,
    actor,
    context = {},
  }: Pick<ResetRequest, 'userId' | 'actor' | 'context'>): Promise<void> {
    requireUserId(userId);
    requireUserId(actor);
    const at = this.settings.clock.now();
    const event = eventOf('support_looked_up', { actor, context }, { userId, at });
    await this.securityEvents.append(event);
    this.events.publish(event);
  }

  /**
   * Takes all factors of an account at once, for a host that has a procedure of its own. Whoever calls this has gone around the
   * second factor: the next sign-in is by password alone. End the sessions in `inSameCommit`.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_RESET_OTHER_PERSON` for one's own account, `VALIDATION_FAILED`
   */
  async reset({ userId, inSameCommit = [], ...action }: ResetRequest): Promise<void> {
    requireUserId(userId);
    requireAccepted(inSameCommit);
    const noted = this.#noted(userId, action);
    if (action.actor === userId) {
      throw new TwoFactorException('TWO_FACTOR_RESET_OTHER_PERSON');
    }
    const closed = [userAs('accepted', userId), ...effects([this.challenges.endAll(userId)])];
    await this.#commit(eventOf('reset_at_once', action, noted), async (transaction) => {
      if (!(await this.accounts.isEnabled(userId, transaction))) {
        throw new TwoFactorException('TWO_FACTOR_NOT_ENABLED');
      }
      await this.allFactors.removeAll(transaction, userId);
      await this.accounts.disable(transaction, userId);
      await this.resets.cancel(transaction, noted, action.actor);
      await runAsOne(transaction, closed, DONE);
      await runInTransaction(inSameCommit, transaction, userId);
    });
  }

  /** Under the account's lock, with its event; that is told after the commit. */
  async #commit<Result>(
    event: SecurityEvent,
    work: (transaction: TwoFactorTransaction) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, event.userId);
      const done = await work(transaction);
      await this.securityEvents.append(event, transaction);
      return done;
    });
    this.events.publish(event);
    return result;
  }

  async #require(id: string, on?: TwoFactorTransaction): Promise<ShownReset> {
    const reset = isUuid(id) ? await this.resets.find(id, this.settings.clock.now(), on) : undefined;
    if (reset === undefined) {
      throw new TwoFactorException('TWO_FACTOR_RESET_UNKNOWN');
    }
    return reset;
  }

  async #hash(resetCode: string): Promise<ResetCodeHash> {
    const { hashes, pepperId } = await this.pool.keepingRoom(
      { kind: 'factor_change', computations: 1 },
      (room) => this.backupCodes.hashSet([resetCode], room),
    );
    return { codeHash: hashes[0] ?? '', pepperId };
  }

  #noted(userId: string, { actor, reason }: SupportAction): Noted {
    requireUserId(actor);
    const note = parseResetReason(reason);
    if (note === undefined) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'reason', message: RESET_REASON_RULE }],
      });
    }
    return { userId, at: this.settings.clock.now(), note };
  }
}

function eventOf(
  type: SecurityEventType,
  { actor, context = {} }: Pick<SupportAction, 'actor' | 'context'>,
  { userId, at, note }: Omit<Noted, 'note'> & Partial<Pick<Noted, 'note'>>,
): SecurityEvent {
  const { requestId } = context;
  return { userId, at, type, method: null, outcome: 'success', reason: null, requestId, actor, note };
}
