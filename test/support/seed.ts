import type { AttemptMethod } from '../../libs/two-factor/src/verification/attempt-budget.js';

/** A database that is written to past the application. */
export interface SeededDatabase {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Adds failures to those of an account: when each was charged, and how many in a row there are with them. */
export async function seedFailures(
  database: SeededDatabase,
  {
    userId,
    method,
    failedAt,
    inARow = 0,
  }: {
    readonly userId: string;
    readonly method: AttemptMethod;
    readonly failedAt: readonly Date[];
    readonly inARow?: number;
  },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at) VALUES ($1, $2, $3, $4)
      ON CONFLICT (user_id, method) DO UPDATE SET
        failures_in_a_row = excluded.failures_in_a_row, failed_at = a.failed_at || excluded.failed_at`,
    [userId, method, inARow, failedAt],
  );
}
