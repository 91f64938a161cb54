import { Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { Freeze } from '../account/freeze.js';
import { Argon2Pool, type Argon2Room } from '../crypto/argon2-pool.js';
import {
  type RefusalReason,
  type TwoFactorErrorCode,
  TwoFactorException,
} from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { riding, runInTransaction } from '../sql/in-same-commit.js';
import { type Statement, effects, optional, runAsOne } from '../sql/one-statement.js';
import { isStillThere } from '../sql/still-there.js';
import { AttemptRepository } from './attempt.repository.js';
import { type Attempt, type CheckedProof, verdict } from './factor.js';
import { type Settled, Settlement } from './settlement.js';
import { type VerificationRequest, eventOf } from './verification-request.js';

interface BegunRow<Material> {
  readonly userId: string;
  readonly generation: string;
  readonly material: Material | null;
  readonly guesses: number;
  readonly hasRoom: boolean;
}

/** Whether there is room for an attempt: when it is charged already, and when there is no budget. */
const WHEN_CHARGED: Statement = { sql: 'EXISTS (SELECT FROM charged)', parameters: [] };
const ALWAYS: Statement = { sql: 'true', parameters: [] };

/** The proof of a check that could not be made: it is not right. */
const FAILED: CheckedProof = { proof: verdict(false, 'error'), spend: [] };

/** The proof of a session that has ended since its guard: right or wrong, it changes nothing. */
const OF_NO_SESSION: CheckedProof = {
  proof: verdict(false, 'session_ended'),
  spend: [],
  refusal: 'AUTH_TOKEN_INVALID',
};

/**
 * The one way a proof is used: read, check, settle, and tell (ADR 0020). What costs Argon2 is charged first,
 * in a commit of its own. Either way no answer leaves before the commit that settles.
 */
@Injectable()
export class Verification {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly database: TwoFactorDatabase,
    private readonly accounts: AccountRepository,
    private readonly attempts: AttemptRepository,
    private readonly settlement: Settlement,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
    private readonly pool: Argon2Pool,
    private readonly freeze: Freeze,
  ) {}

  /** @throws TwoFactorException whatever refuses the proof; a refusal is recorded before it is thrown */
  run<Material>(request: VerificationRequest<Material>): Promise<Attempt<Material>> {
    const { method, change, computations } = request;
    // Whoever is signed in already has a queue of its own: a flood of sign-ins must not keep factors from being changed.
    const kind = change !== undefined || method === 'password' ? 'factor_change' : 'backup_code';
    return this.pool.keepingRoom({ kind, computations }, (room) => this.#run(request, room));
  }

  async #run<Material>(request: VerificationRequest<Material>, room: Argon2Room): Promise<Attempt<Material>> {
    const attempt = await this.#begin(request);
    const { checked, settled } = await this.#decide(request, attempt, room);
    if (!settled.isOpen) {
      const { gone = refusalOf(checked) } = request.subject.errors;
      throw new TwoFactorException(gone, { reason: 'replayed' });
    }
    if (!settled.isAdmitted) {
      throw await this.#lockedOut(request, attempt);
    }
    const event = eventOf(request, attempt.userId, attempt);
    const { told, details } = checked;
    const outcome = settled.isAccepted ? 'success' : 'failure';
    const reason = settled.isAccepted ? null : (settled.reason ?? 'wrong');
    if (told !== undefined && told.reason === settled.reason) {
      this.events.publish({ ...event, type: told.type, outcome, reason });
    }
    if (reason !== null) {
      this.events.publish({ ...event, outcome, reason });
      throw new TwoFactorException(refusalOf(checked, reason), { reason, details });
    }
    await this.#afterwards(checked);
    this.events.publish({ ...event, outcome, reason });
    return attempt;
  }

  /** Reads what the proof is checked against, or charges the attempt and reads it: one statement. */
  async #begin<Material>(request: VerificationRequest<Material>): Promise<Attempt<Material>> {
    const { subject, computations, method, at, material, hasBudget } = request;
    const isCharged = computations > 0;
    const room = isCharged ? WHEN_CHARGED : hasBudget ? this.attempts.hasRoom({ method, at }) : ALWAYS;
    const charge = hasBudget ? this.attempts.charge({ method, at }) : this.attempts.chargeNothing();
    const statements = [
      ...subject.read({ isCharged }),
      {
        name: 'own_material',
        sql: `SELECT s.user_id, m.material, m.guesses FROM ${subjectAs(material)} CROSS JOIN LATERAL (${material.sql}) m`,
        parameters: [...material.parameters, subject.userId],
      } as const,
      ...(isCharged ? [charge, ...effects(optional(subject.charge?.('charged')))] : []),
    ];
    const answer = {
      sql: `SELECT s.user_id AS "userId", s.generation::text AS generation, m.material, m.guesses,
        ${room.sql} AS "hasRoom" FROM read_committed, ${subjectAs(room)} JOIN own_material m USING (user_id)`,
      parameters: [...room.parameters, subject.userId],
    };
    const [row] = await runAsOne<BegunRow<Material>>(this.database, statements, answer);
    if (row === undefined) {
      throw new TwoFactorException(subject.errors.absent);
    }
    if (!row.hasRoom) {
      throw await this.#lockedOut(request, row);
    }
    const { userId, generation, guesses } = row;
    return { userId, generation, material: row.material, guesses, at };
  }

  /**
   * Checks the proof, and settles whatever the check has found. When the check, or what the host does in the
   * same commit, fails with an error of its own, the attempt is settled as a failure before the error leaves.
   */
  async #decide<Material>(
    request: VerificationRequest<Material>,
    attempt: Attempt<Material>,
    room: Argon2Room,
  ): Promise<{ readonly checked: CheckedProof; readonly settled: Settled }> {
    let always: CheckedProof['always'];
    try {
      const checked = await request.check(attempt, room);
      ({ always } = checked);
      return await this.#commit(request, attempt, checked);
    } catch (error) {
      // Nothing is asked again of a database that does not answer. Nor is somebody else's hold on the account waited for
      // again: a right proof and a wrong one have met it alike.
      if (!this.database.isUnanswered(error) && !this.database.waitedFor(error, this.accounts.table)) {
        await this.#settleFailed(request, attempt, { ...FAILED, always });
      }
      throw error;
    }
  }

  /** The caller and the log hear of the error itself, whatever becomes of its charge. */
  async #settleFailed<Material>(
    request: VerificationRequest<Material>,
    attempt: Attempt<Material>,
    failed: CheckedProof,
  ): Promise<void> {
    try {
      const settling = { ...request, inSameCommit: undefined };
      await this.settlement.run(this.database, settling, attempt, failed, { lockWait: '100ms' });
    } catch (error) {
      this.#logger.error({ err: error, userId: attempt.userId }, 'A failed attempt could not be settled');
    }
  }

  async #commit<Material>(
    request: VerificationRequest<Material>,
    attempt: Attempt<Material>,
    checked: CheckedProof,
  ): Promise<{ readonly checked: CheckedProof; readonly settled: Settled }> {
    const { change, callerIsAlive, last, inSameCommit = [] } = request;
    const needsMore = [change, callerIsAlive, checked.goesOn, last].some((more) => more !== undefined);
    const isAlone = !needsMore && riding(inSameCommit) !== undefined;
    return isAlone
      ? { checked, settled: await this.settlement.run(this.database, request, attempt, checked) }
      : this.database.transaction((transaction) => this.#commitIn(transaction, request, attempt, checked));
  }

  async #commitIn<Material>(
    transaction: TwoFactorTransaction,
    request: VerificationRequest<Material>,
    attempt: Attempt<Material>,
    given: CheckedProof,
  ): Promise<{ readonly checked: CheckedProof; readonly settled: Settled }> {
    const { change, callerIsAlive, last, evenIfFrozen = false, inSameCommit = [] } = request;
    const { userId } = attempt;
    const { goesOn } = given;
    // What may not go on cannot ride in the statement that accepts.
    const rides = goesOn === undefined && riding(inSameCommit) !== undefined;
    if (change !== undefined || callerIsAlive !== undefined) {
      await this.accounts.lock(transaction, userId);
    }
    // After the user's lock: whoever ends the session waits for the change, or has ended it before.
    const isAlive = callerIsAlive === undefined || (await isStillThere(transaction, callerIsAlive));
    if (change !== undefined && !evenIfFrozen) {
      await this.freeze.requireThawed(userId, attempt.at, transaction);
    }
    const checked = isAlive ? given : { ...OF_NO_SESSION, always: given.always };
    const settling = rides ? request : { ...request, inSameCommit: undefined };
    const settled = await this.settlement.run(transaction, settling, attempt, checked);
    if (!settled.isAccepted) {
      return { checked, settled };
    }
    await change?.(transaction, attempt);
    if ((await goesOn?.(transaction)) ?? true) {
      if (!rides) {
        await runInTransaction(inSameCommit, transaction, userId);
      }
      await last?.(transaction);
    }
    return { checked, settled };
  }

  async #afterwards({ afterwards }: CheckedProof): Promise<void> {
    try {
      await afterwards?.();
    } catch (error) {
      this.#logger.error({ err: error }, 'What follows an accepted proof failed');
    }
  }

  async #lockedOut<Material>(
    request: VerificationRequest<Material>,
    { userId, guesses }: Pick<Attempt<Material>, 'userId' | 'guesses'>,
  ): Promise<TwoFactorException> {
    const event = {
      ...eventOf(request, userId, undefined),
      outcome: 'failure',
      reason: 'locked',
    } as const;
    await this.securityEvents.append(event);
    this.events.publish(event);
    const { method, at } = request;
    const retryAfterSeconds = await this.attempts.retryAfterSeconds(userId, { method, at, guesses });
    return new TwoFactorException('TWO_FACTOR_LOCKED', { reason: 'locked', retryAfterSeconds });
  }
}

/**
 * The `subject` as `s`, whose `user_id` is a value that stands in the statement: of tables that are partitioned by the
 * user the planner then takes one partition, and leaves out the others. The value is the one behind the parameters.
 */
function subjectAs({ parameters }: Statement): string {
  const user = `(SELECT $${parameters.length + 1}::text AS user_id) u`;
  return `(SELECT * FROM ${user} JOIN subject USING (user_id)) s`;
}

/** What the caller is told of a proof that is not right. */
function refusalOf({ refusal, refusals }: CheckedProof, reason: RefusalReason = 'wrong'): TwoFactorErrorCode {
  return refusals?.[reason] ?? refusal ?? 'TWO_FACTOR_CODE_INVALID';
}
