import { Inject, Injectable } from '@nestjs/common';
import { ATTEMPT_BUDGET, type FailureWindow, nextAttemptAt } from '../options/attempt-budget.js';
import type { AttemptMethod } from '../options/factor-method.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';

const [DAY, MONTH] = ATTEMPT_BUDGET.windows;

/** An attempt at a method's codes, at a moment. */
export interface TimedAttempt {
  readonly method: AttemptMethod;
  readonly at: Date;
}

/**
 * The budgets against guessing (lock-out, throttling). The rule is {@link ATTEMPT_BUDGET};
 * `delaySecondsAfter` says the same in TypeScript.
 */
@Injectable()
export class AttemptRepository {
  readonly #windows: readonly FailureWindow[];

  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) { limits }: TwoFactorSettings,
  ) {
    this.#windows = [
      { ...DAY, failures: limits.failuresPerDay },
      { ...MONTH, failures: limits.failuresPer30Days },
    ];
  }

  /** Whether the budget of the `subject` admits an attempt now, as a condition. */
  hasRoom({ method, at }: TimedAttempt): Statement {
    return {
      sql: `NOT EXISTS (SELECT FROM ${this.tables.attempts} a
        WHERE a.user_id = s.user_id AND a.method = $1::text AND NOT (${this.#admits('$2')}))`,
      parameters: [method, at],
    };
  }

  /**
   * Charges the `subject` an attempt, as a failure until proved otherwise, and yields `charged` with one row,
   * or none when the budget admits no attempt now. The row lock of the upsert makes parallel attempts wait
   * for each other, so that a burst cannot exceed the budget.
   */
  charge({ method, at }: TimedAttempt): NamedStatement {
    const failure = this.#columns('$2').map((of) => `${of.column} = ${of.failure}`);
    return {
      name: 'charged',
      sql: `INSERT INTO ${this.tables.attempts} AS a (user_id, method, failures_in_a_row, failed_at)
        SELECT user_id, $1::text, 1, ARRAY[$2::timestamptz] FROM subject
        ON CONFLICT (user_id, method) DO UPDATE SET ${failure.join(', ')}
        WHERE ${this.#admits('$2')}
        RETURNING a.user_id`,
      parameters: [method, at],
    };
  }

  /**
   * Yields the `proof` as `admitted`, if the budget admits an attempt at this very moment. A wrong one adds
   * its failure, a right one adds none and clears the delay: one statement for both, the verdict a value.
   */
  settle({ method, at }: TimedAttempt): readonly NamedStatement[] {
    const columns = this.#columns('$2').map(
      ({ column, failure, right }) =>
        `${column} = CASE WHEN (SELECT is_right FROM proof) THEN ${right} ELSE ${failure} END`,
    );
    return [
      {
        name: 'own_budget',
        sql: `INSERT INTO ${this.tables.attempts} AS a (user_id, method, failures_in_a_row, failed_at)
          SELECT p.user_id, $1::text, CASE WHEN p.is_right THEN 0 ELSE 1 END,
            CASE WHEN p.is_right THEN '{}' ELSE ARRAY[$2::timestamptz] END FROM proof p
          ON CONFLICT (user_id, method) DO UPDATE SET
            ${columns.join(', ')}
          WHERE ${this.#admits('$2')}
          RETURNING a.user_id`,
        parameters: [method, at],
      },
      { name: 'admitted', sql: 'SELECT p.* FROM proof p JOIN own_budget b USING (user_id)', parameters: [] },
    ];
  }

  /** Yields the `proof` as `admitted`: its attempt was charged before it was looked at. */
  admitCharged(): readonly NamedStatement[] {
    return [{ name: 'admitted', sql: 'SELECT * FROM proof', parameters: [] }];
  }

  /** Clears the delay of the user whose proof was `accepted`, and takes back the charge of `at`, that one only. */
  takeBack(userId: string, { method, at }: TimedAttempt): Statement {
    return {
      sql: `UPDATE ${this.tables.attempts} a SET failures_in_a_row = 0, blocked_until = NULL,
          failed_at = coalesce(a.failed_at[:array_position(a.failed_at, $2::timestamptz) - 1]
            || a.failed_at[array_position(a.failed_at, $2::timestamptz) + 1:], a.failed_at)
        FROM accepted p WHERE a.user_id = $3 AND a.user_id = p.user_id AND a.method = $1::text`,
      parameters: [method, at, userId],
    };
  }

  /** Whole seconds, rounded up, until the budget admits another attempt. */
  async retryAfterSeconds(userId: string, { method, at }: TimedAttempt): Promise<number> {
    const [record] = await this.database.query<{ blockedUntil: Date | null; failedAt: Date[] }>(
      `SELECT blocked_until AS "blockedUntil", failed_at AS "failedAt" FROM ${this.tables.attempts}
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

  #admits(at: string): string {
    const windows = this.#windows.map(
      ({ seconds, failures }) => `(SELECT count(*) FROM unnest(a.failed_at) f
        WHERE f > ${at}::timestamptz - interval '${seconds} seconds') < ${failures}`,
    );
    return [`(a.blocked_until IS NULL OR a.blocked_until <= ${at}::timestamptz)`, ...windows].join(' AND ');
  }

  /**
   * What a failure makes of the row `a`, and what a right proof makes of it: the failures of others stay in the
   * windows. The exponent is bounded, for a double holds no 2^1024.
   */
  #columns(
    at: string,
  ): readonly { readonly column: string; readonly failure: string; readonly right: string }[] {
    const { freeFailures, firstDelaySeconds, longestDelaySeconds } = ATTEMPT_BUDGET;
    return [
      { column: 'failures_in_a_row', failure: 'a.failures_in_a_row + 1', right: '0' },
      {
        column: 'failed_at',
        failure: `ARRAY(SELECT f FROM unnest(a.failed_at) f
          WHERE f > ${at}::timestamptz - interval '${MONTH.seconds} seconds') || ${at}::timestamptz`,
        right: 'a.failed_at',
      },
      {
        column: 'blocked_until',
        failure: `CASE WHEN a.failures_in_a_row >= ${freeFailures} THEN ${at}::timestamptz + interval '1 second'
          * least(${longestDelaySeconds}, ${firstDelaySeconds} * 2 ^ least(a.failures_in_a_row - ${freeFailures}, 16)) END`,
        right: 'NULL',
      },
    ];
  }
}
