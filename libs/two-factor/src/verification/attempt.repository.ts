import { Inject, Injectable } from '@nestjs/common';
import { ATTEMPT_BUDGET, type FailureWindow, nextAttemptAt } from '../options/attempt-budget.js';
import { type AttemptMethod, FACTOR_METHODS, type FactorMethod } from '../options/factor-method.js';
import type { MethodLock } from '../options/method-lock.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';

const [DAY, MONTH] = ATTEMPT_BUDGET.windows;

/** An attempt at a method's codes, at a moment. */
export interface TimedAttempt {
  readonly method: AttemptMethod;
  readonly at: Date;
}

/** The same, and how many secrets it is compared with: it costs as many failures. */
export interface CountedAttempt extends TimedAttempt {
  readonly guesses: number;
}

/** What {@link nextAttemptAt} reads, of a row `a` with times as numbers. */
interface RecordRow {
  readonly blockedUntil: number | null;
  readonly failedAt: readonly number[];
}
/** The same of each method, with how many failures an attempt at it costs. */
export interface MethodRecordRow extends RecordRow {
  readonly method: FactorMethod;
  readonly guesses: number;
}
const RECORD = `${epochOf('a.blocked_until')} AS "blockedUntil",
  ARRAY(SELECT ${epochOf('f')} FROM unnest(a.failed_at) f) AS "failedAt"`;

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

  /** Whether the budget of the `subject` admits an attempt at its `own_material` `m` now, as a condition. */
  hasRoom({ method, at }: TimedAttempt): Statement {
    return {
      sql: `NOT EXISTS (SELECT FROM ${this.tables.attempts} a
        WHERE a.user_id = s.user_id AND a.method = $1::text AND NOT (${this.#admits('$2', 'm.guesses')}))`,
      parameters: [method, at],
    };
  }

  /**
   * Charges the `subject` an attempt at its `own_material`, as a failure until proved otherwise, and yields `charged` with one row,
   * or none when the budget admits no attempt now. The row lock of the upsert makes parallel attempts wait
   * for each other, so that a burst cannot exceed the budget.
   */
  charge({ method, at }: TimedAttempt): NamedStatement {
    const failure = this.#columns('$2', 'excluded.failed_at').map((of) => `${of.column} = ${of.failure}`);
    return {
      name: 'charged',
      sql: `INSERT INTO ${this.tables.attempts} AS a (user_id, method, failures_in_a_row, failed_at)
        SELECT user_id, $1::text, 1, array_fill($2::timestamptz, ARRAY[m.guesses]) FROM own_material m
        ON CONFLICT (user_id, method) DO UPDATE SET ${failure.join(', ')}
        WHERE ${this.#admits('$2', 'cardinality(excluded.failed_at)')}
        RETURNING a.user_id`,
      parameters: [method, at],
    };
  }

  /** Yields the `subject` as `charged`, where there is no budget. */
  chargeNothing(): NamedStatement {
    return { name: 'charged', sql: 'SELECT user_id FROM subject', parameters: [] };
  }

  /**
   * Yields the `proof` as `admitted`, if the budget admits an attempt at this very moment. A wrong one adds
   * its failure, a right one adds none and clears the delay: one statement for both, the verdict a value.
   */
  settle({ method, at, guesses }: CountedAttempt): readonly NamedStatement[] {
    const failures = 'array_fill($2::timestamptz, ARRAY[$3::integer])';
    const columns = this.#columns('$2', failures).map(
      ({ column, failure, right }) =>
        `${column} = CASE WHEN (SELECT is_right FROM proof) THEN ${right} ELSE ${failure} END`,
    );
    return [
      {
        name: 'own_budget',
        sql: `INSERT INTO ${this.tables.attempts} AS a (user_id, method, failures_in_a_row, failed_at)
          SELECT p.user_id, $1::text, CASE WHEN p.is_right THEN 0 ELSE 1 END,
            CASE WHEN p.is_right THEN '{}' ELSE ${failures} END FROM proof p
          ON CONFLICT (user_id, method) DO UPDATE SET
            ${columns.join(', ')}
          WHERE ${this.#admits('$2', '$3::integer')}
          RETURNING a.user_id`,
        parameters: [method, at, guesses],
      },
      { name: 'admitted', sql: 'SELECT p.* FROM proof p JOIN own_budget b USING (user_id)', parameters: [] },
    ];
  }

  /** Yields the `proof` as `admitted`: its attempt was charged before it was looked at, or there is no budget. */
  admitUncounted(): readonly NamedStatement[] {
    return [{ name: 'admitted', sql: 'SELECT * FROM proof', parameters: [] }];
  }

  /** Clears the delay of the user whose proof was `accepted`, and takes back the charge of `at`, that one only. */
  takeBack(userId: string, { method, at, guesses }: CountedAttempt): Statement {
    return {
      sql: `UPDATE ${this.tables.attempts} a SET failures_in_a_row = 0, blocked_until = NULL,
          failed_at = ARRAY(SELECT f FROM (
            SELECT f, place, row_number() OVER (PARTITION BY f ORDER BY place) AS nth
            FROM unnest(a.failed_at) WITH ORDINALITY u (f, place)) failures
            WHERE f <> $2::timestamptz OR nth > $4::integer ORDER BY place)
        FROM accepted p WHERE a.user_id = $3 AND a.user_id = p.user_id AND a.method = $1::text`,
      parameters: [method, at, userId, guesses],
    };
  }

  /** Whole seconds, rounded up, until the budget admits such an attempt. */
  async retryAfterSeconds(userId: string, { method, at, guesses }: CountedAttempt): Promise<number> {
    const [record] = await this.database.query<RecordRow>(
      `SELECT ${RECORD} FROM ${this.tables.attempts} a WHERE a.user_id = $1 AND a.method = $2`,
      [userId, method],
    );
    return Math.max(1, record === undefined ? 0 : this.#secondsLeft(record, { at, guesses }));
  }

  /** What was charged to the user, for {@link locksIn}. */
  recordsOf(userId: string): Statement {
    const { attempts, secrets } = this.tables;
    return {
      sql: `SELECT a.method, ${RECORD}, CASE WHEN a.method = 'totp'
          THEN greatest((SELECT count(*) FROM ${secrets} s WHERE s.user_id = $1), 1)::integer ELSE 1 END AS guesses
      FROM ${attempts} a WHERE a.user_id = $1 AND a.method = ANY($2::text[]) ORDER BY a.method`,
      parameters: [userId, FACTOR_METHODS],
    };
  }

  /**
   * The methods that are locked. It is told to whoever would be told by an attempt, and an attempt at a locked method is
   * charged nothing either.
   */
  locksIn(records: readonly MethodRecordRow[], at: Date): MethodLock[] {
    return records
      .map(({ method, guesses, ...record }) => ({
        method,
        retryAfterSeconds: this.#secondsLeft(record, { at, guesses }),
      }))
      .filter(({ retryAfterSeconds }) => retryAfterSeconds > 0);
  }

  /** Whole seconds, rounded up, until the budget admits so many guesses. */
  #secondsLeft(
    { blockedUntil, failedAt }: RecordRow,
    { at, guesses }: { readonly at: Date; readonly guesses: number },
  ): number {
    const record = {
      blockedUntil: blockedUntil === null ? undefined : dateOf(blockedUntil),
      failedAt: failedAt.map(dateOf),
    };
    const next = nextAttemptAt(record, at, { windows: this.#windows, guesses });
    return Math.ceil((next.getTime() - at.getTime()) / 1000);
  }

  /** Whether there is room for all the guesses, as a condition: for a part of them there is no answer. */
  #admits(at: string, guesses: string): string {
    const windows = this.#windows.map(
      ({ seconds, failures }) => `(SELECT count(*) FROM unnest(a.failed_at) f
        WHERE f > ${at}::timestamptz - interval '${seconds} seconds') + ${guesses} <= ${failures}`,
    );
    return [`(a.blocked_until IS NULL OR a.blocked_until <= ${at}::timestamptz)`, ...windows].join(' AND ');
  }

  /**
   * What a failed attempt makes of the row `a`, however many `failures` it counts as, and what a right proof makes of it: the failures of others stay in the
   * windows. The exponent is bounded, for a double holds no 2^1024.
   */
  #columns(
    at: string,
    failures: string,
  ): readonly { readonly column: string; readonly failure: string; readonly right: string }[] {
    const { freeFailures, firstDelaySeconds, longestDelaySeconds } = ATTEMPT_BUDGET;
    return [
      { column: 'failures_in_a_row', failure: 'a.failures_in_a_row + 1', right: '0' },
      {
        column: 'failed_at',
        failure: `ARRAY(SELECT f FROM unnest(a.failed_at) f
          WHERE f > ${at}::timestamptz - interval '${MONTH.seconds} seconds') || ${failures}`,
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
