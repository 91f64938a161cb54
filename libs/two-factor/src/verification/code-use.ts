import { Injectable, Logger } from '@nestjs/common';
import { AttemptGate, type AttemptRequest, type ReservedAttempt } from './attempt-gate.js';
import { AttemptRepository } from './attempt.repository.js';
import {
  type RequestContext,
  type SecurityEvent,
  type SecurityEventType,
  boundedContext,
} from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { Argon2Pool, type Argon2Room } from '../crypto/argon2-pool.js';
import { ChallengeRepository } from '../challenges/challenge.repository.js';
import { TwoFactorDatabase } from '../sql/database.js';
import {
  type NamedStatement,
  type SqlRunner,
  type Statement,
  runGuarded,
  yieldsRow,
} from '../sql/one-statement.js';
import { isUnanswered } from '../sql/retry.js';
import {
  type RefusalReason,
  type TwoFactorErrorCode,
  TwoFactorException,
} from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { UserSecretRepository } from '../factors/totp/user-secret.repository.js';

/** What a right code commits: the guards, the last of which is `accepted`, and the effects. */
export interface CodeEffect {
  readonly guards: readonly NamedStatement[];
  readonly effects: readonly Statement[];
  /** When the event is another one than the use said. */
  readonly type?: SecurityEventType;
  /** Why the guards refused, for the log, when it is not that another request was first. */
  readonly refusalReason?: (() => Promise<RefusalReason>) | undefined;
}

/** A use of a code: what it is charged to, and what it does when the code is right. */
export interface CodeUseRequest extends AttemptRequest {
  readonly context: RequestContext;
  readonly type: SecurityEventType;
  /** Argon2 computations it will take: they have their places before it is charged, or it is refused. */
  readonly computations: number;
  /** Whether it changes the factors of a user, and so runs alone among those that do. */
  readonly isFactorChange: boolean;
  /** Of a change: yields the row of the session that asks, while that is alive. */
  readonly callerIsAlive?: Statement | undefined;
  /** The error when there is nothing to attempt, and when another request was first. */
  readonly errors: { readonly absent: TwoFactorErrorCode; readonly lost: TwoFactorErrorCode };
  /**
   * @param room where its computations are run
   * @throws TwoFactorException when the code is not right
   */
  check(attempt: ReservedAttempt, room: Argon2Room): Promise<CodeEffect>;
}

/** The one way a code is used: charge, check, commit, and tell. */
@Injectable()
export class CodeUse {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly database: TwoFactorDatabase,
    private readonly gate: AttemptGate,
    private readonly attempts: AttemptRepository,
    private readonly challenges: ChallengeRepository,
    private readonly secrets: UserSecretRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
    private readonly pool: Argon2Pool,
  ) {}

  /** @throws TwoFactorException whatever refuses the code; a refusal is recorded before it is thrown */
  run(use: CodeUseRequest): Promise<ReservedAttempt> {
    const isSignedIn = use.isFactorChange || use.method === 'password';
    const kind = isSignedIn ? 'factor_change' : 'backup_code';
    return this.pool.keepingRoom({ kind, computations: use.computations }, (room) => this.#run(use, room));
  }

  async #run(use: CodeUseRequest, room: Argon2Room): Promise<ReservedAttempt> {
    const attempt = await this.gate.reserve(use, (userId) => this.#recordRefusal(userId, use, 'locked'));
    if (attempt === undefined) {
      throw new TwoFactorException(use.errors.absent);
    }
    const effect = await this.#recordingFaults(use, attempt, () => use.check(attempt, room));
    const event = this.#eventOf(attempt.userId, use, {
      type: effect.type ?? use.type,
      outcome: 'success',
      reason: null,
    });
    const isAccepted = await this.#recordingFaults(use, attempt, () =>
      this.#commit(use, { attempt, effect, event }),
    );
    if (!isAccepted) {
      const reason = (await effect.refusalReason?.()) ?? 'replayed';
      await this.#recordRefusal(attempt.userId, use, reason);
      throw new TwoFactorException(use.errors.lost, { reason });
    }
    this.events.publish(event);
    return attempt;
  }

  /** What ends a charged attempt leaves an event: a refusal with its reason, and an error that nobody foresaw. */
  async #recordingFaults<Result>(
    use: CodeUseRequest,
    { userId }: ReservedAttempt,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TwoFactorException && error.reason !== undefined) {
        await this.#recordRefusal(userId, use, error.reason);
      } else if (!isUnanswered(error)) {
        // A database that does not answer is not asked again: the caller has waited for it already.
        await this.#recordError(userId, use);
      }
      throw error;
    }
  }

  /** @throws TwoFactorException `AUTH_TOKEN_INVALID` when the session that asks has ended; nothing was changed */
  #commit(
    { method, isFactorChange, callerIsAlive }: CodeUseRequest,
    {
      attempt,
      effect,
      event,
    }: { readonly attempt: ReservedAttempt; readonly effect: CodeEffect; readonly event: SecurityEvent },
  ): Promise<boolean> {
    // A code that is accepted ends every challenge of the user: nothing half-open outlives it. A password is no code.
    const isCode = method !== 'password';
    const effects = [
      ...(isCode ? [this.challenges.endAll()] : []),
      this.attempts.clearDelay({
        method,
        chargedAt: attempt.chargedAt,
        after: isCode ? 'ended' : 'accepted',
      }),
      this.securityEvents.record(event),
      ...effect.effects,
    ];
    const run = async (on: SqlRunner): Promise<boolean> =>
      (await runGuarded(on, effect.guards, effects)) !== undefined;
    return isFactorChange
      ? this.database.transaction(async (transaction) => {
          await this.secrets.lockUser(transaction, attempt.userId);
          if (callerIsAlive !== undefined) {
            await requireCaller(transaction, callerIsAlive);
          }
          return run(transaction);
        })
      : run(this.database);
  }

  /** The caller and the log hear of the error itself, whatever becomes of its event. */
  async #recordError(userId: string, use: CodeUseRequest): Promise<void> {
    try {
      await this.#recordRefusal(userId, use, 'error');
    } catch (error) {
      this.#logger.error({ err: error, userId }, 'The event of a failed attempt could not be written');
    }
  }

  async #recordRefusal(userId: string, use: CodeUseRequest, reason: RefusalReason): Promise<void> {
    const event = this.#eventOf(userId, use, { type: use.type, outcome: 'failure', reason });
    await this.securityEvents.append(event);
    this.events.publish(event);
  }

  #eventOf(
    userId: string,
    { at, method, context }: CodeUseRequest,
    outcome: Pick<SecurityEvent, 'type' | 'outcome' | 'reason'>,
  ): SecurityEvent {
    return { userId, at, method, ...outcome, ...boundedContext(context) };
  }
}

/**
 * Locks the row of the session that asks, after the user: whoever ends the session waits for the change, or has
 * ended it before.
 */
async function requireCaller(transaction: SqlRunner, { sql, parameters }: Statement): Promise<void> {
  if (!(await yieldsRow(transaction, { sql: `${sql} FOR UPDATE`, parameters }))) {
    throw new TwoFactorException('AUTH_TOKEN_INVALID', { reason: 'session_ended' });
  }
}
