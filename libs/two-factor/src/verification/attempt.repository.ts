import { Inject, Injectable } from '@nestjs/common';
import { TwoFactorDatabase } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import { ATTEMPT_BUDGET, type AttemptMethod, type FailureWindow, nextAttemptAt } from './attempt-budget.js';
import { TwoFactorAttemptRecord } from './attempt-record.entity.js';

const [DAY, MONTH] = ATTEMPT_BUDGET.windows;

@Injectable()
export class AttemptRepository {
  readonly #table: string;
  readonly #windows: readonly FailureWindow[];

  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) { limits }: TwoFactorSettings,
  ) {
    this.#table = database.tableOf(TwoFactorAttemptRecord);
    this.#windows = [
      { ...DAY, failures: limits.failuresPerDay },
      { ...MONTH, failures: limits.failuresPer30Days },
    ];
  }

  /**
   * Charges an attempt to the user that `subject` yields, as a failure until proved otherwise, and yields
   * `reserved` with one row, or none when the budget admits no attempt now. The row lock of the upsert
   * makes parallel attempts wait for each other, so that a burst cannot exceed the budget.
   *
   * The rule is {@link ATTEMPT_BUDGET}; `delaySecondsAfter` says the same in TypeScript.
   */
  reserve({ method, at }: { readonly method: AttemptMethod; readonly at: Date }): NamedStatement {
    const { freeFailures, firstDelaySeconds, longestDelaySeconds } = ATTEMPT_BUDGET;
    return {
      name: 'reserved',
      // The exponent is bounded, for a double holds no 2^1024.
      sql: `INSERT INTO ${this.#table} AS a (user_id, method, failures_in_a_row, failed_at)
        SELECT user_id, $1::text, 1, ARRAY[$2::timestamptz] FROM subject
        ON CONFLICT (user_id, method) DO UPDATE SET
          failures_in_a_row = a.failures_in_a_row + 1,
          failed_at = ARRAY(SELECT f FROM unnest(a.failed_at) f
            WHERE f > $2::timestamptz - interval '${MONTH.seconds} seconds') || $2::timestamptz,
          blocked_until = CASE WHEN a.failures_in_a_row >= ${freeFailures} THEN $2::timestamptz + interval '1 second'
            * least(${longestDelaySeconds}, ${firstDelaySeconds} * 2 ^ least(a.failures_in_a_row - ${freeFailures}, 16)) END
        WHERE (a.blocked_until IS NULL OR a.blocked_until <= $2::timestamptz)
          AND ${this.#windows.map(hasRoom).join(' AND ')}
        RETURNING a.user_id`,
      parameters: [method, at],
    };
  }

  /**
   * Clears the delay of the user that `accepted` yields, and takes back the charge made at `chargedAt`, that
   * one only.
   *
   * @param after the statement that locks challenges. Budgets are locked after it, as reserving does: one order, no deadlock
   */
  clearDelay({
    method,
    chargedAt,
    after,
  }: {
    readonly method: AttemptMethod;
    readonly chargedAt: Date;
    readonly after: string;
  }): Statement {
    return {
      sql: `UPDATE ${this.#table} a SET failures_in_a_row = 0, blocked_until = NULL,
          failed_at = coalesce(a.failed_at[:array_position(a.failed_at, $2::timestamptz) - 1]
            || a.failed_at[array_position(a.failed_at, $2::timestamptz) + 1:], a.failed_at)
        FROM accepted g, (SELECT count(*) FROM ${after}) e
        WHERE a.user_id = g.user_id AND a.method = $1::text`,
      parameters: [method, chargedAt],
    };
  }

  /** Whole seconds, rounded up, until the budget admits another attempt. */
  async retryAfterSeconds(userId: string, method: AttemptMethod, at: Date): Promise<number> {
    const [record] = await this.database.query<Pick<TwoFactorAttemptRecord, 'blockedUntil' | 'failedAt'>>(
      `SELECT blocked_until AS "blockedUntil", failed_at AS "failedAt" FROM ${this.#table}
      WHERE user_id = $1 AND method = $2`,
      [userId, method],
    );
    const next = nextAttemptAt(
      // A host may have told pg to read times as texts.
      {
        blockedUntil: record?.blockedUntil ? new Date(record.blockedUntil) : undefined,
        failedAt: record?.failedAt ?? [],
      },
      at,
      { windows: this.#windows },
    );
    return Math.max(1, Math.ceil((next.getTime() - at.getTime()) / 1000));
  }
}

function hasRoom({ seconds, failures }: FailureWindow): string {
  return `(SELECT count(*) FROM unnest(a.failed_at) f
    WHERE f > $2::timestamptz - interval '${seconds} seconds') < ${failures}`;
}
