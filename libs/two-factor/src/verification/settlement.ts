import { Injectable } from '@nestjs/common';
import { ChallengeRepository } from '../challenges/challenge.repository.js';
import type { RefusalReason } from '../errors/two-factor.errors.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { riding } from '../sql/in-same-commit.js';
import { IS_ACCEPTED, type SqlRunner, effects, optional, runAsOne } from '../sql/one-statement.js';
import { AttemptRepository } from './attempt.repository.js';
import type { Attempt, CheckedProof } from './factor.js';
import { type VerificationRequest, eventOf } from './verification-request.js';

/** What the database has said of an attempt. */
export interface Settled {
  readonly isOpen: boolean;
  readonly isAdmitted: boolean;
  readonly isAccepted: boolean;
  readonly reason: RefusalReason | null;
}

const ANSWER = {
  sql: `SELECT EXISTS (SELECT FROM subject) AS "isOpen", EXISTS (SELECT FROM admitted) AS "isAdmitted",
    ${IS_ACCEPTED} AS "isAccepted", (SELECT reason FROM admitted) AS reason`,
  parameters: [],
};

/** The statement that settles an attempt: it charges or accepts, and writes what has become of it (ADR 0020). */
@Injectable()
export class Settlement {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly challenges: ChallengeRepository,
    private readonly securityEvents: SecurityEventRepository,
  ) {}

  /**
   * One statement, for a right proof and a wrong one alike:
   *
   * ```sql
   * WITH account AS (… FOR UPDATE),                    -- the user's row: parallel attempts wait here
   *   subject AS (… FOR UPDATE),                       -- the challenge, for a sign-in
   *   proof AS (SELECT user_id, is_right, reason …),   -- the verdict, and that the code is still unspent
   *   admitted AS (…),                                 -- the budget: a wrong proof adds its failure
   *   accepted AS (SELECT user_id FROM admitted WHERE is_right),
   *   effect_1 AS (UPDATE … FROM accepted), …          -- spends the code, ends challenges, the event, the host's
   * SELECT …
   * ```
   */
  async run<Material>(
    on: SqlRunner,
    request: VerificationRequest<Material>,
    attempt: Attempt<Material>,
    checked: CheckedProof,
    { lockWait }: { readonly lockWait?: string } = {},
  ): Promise<Settled> {
    const { subject, method, hasBudget, at, computations, inSameCommit = [] } = request;
    const { userId, guesses } = attempt;
    const isCharged = computations > 0;
    const [settled] = await runAsOne<Settled>(
      on,
      [
        ...subject.settled(attempt, { isCharged }),
        ...checked.proof,
        ...(isCharged || !hasBudget
          ? this.attempts.admitUncounted()
          : this.attempts.settle({ method, at, guesses })),
        { name: 'accepted', sql: 'SELECT user_id FROM admitted WHERE is_right', parameters: [] },
        ...effects([
          ...checked.spend,
          ...(checked.always ?? []),
          // A code that is accepted ends every challenge of the user that was open when this statement began. One that was
          // opened while it waited stays, with its own five minutes: the code is spent for it too. A password is no code.
          ...(method === 'password' ? [] : [this.challenges.endAll(userId)]),
          ...(isCharged && hasBudget ? [this.attempts.takeBack(userId, { method, at, guesses })] : []),
          ...(isCharged ? [] : optional(subject.charge?.('refused'))),
          ...this.securityEvents.recordProof(eventOf(request, userId, attempt)),
          ...(checked.told === undefined
            ? []
            : this.securityEvents.recordTold(eventOf(request, userId, attempt), checked.told)),
          ...(request.effects?.(attempt) ?? []),
          ...(riding(inSameCommit) ?? []),
        ]),
      ],
      ANSWER,
      { lockWait },
    );
    if (settled === undefined) {
      throw new Error('A select without FROM always yields a row');
    }
    return settled;
  }
}
