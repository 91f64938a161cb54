import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { DatabaseAdapter } from './database-adapter.js';

/** The part of an adapter that can read its errors. */
export type ErrorReader = Pick<DatabaseAdapter, 'failureOf'>;

/** serialization_failure and deadlock_detected: PostgreSQL asks for the transaction once more. */
const ASK_AGAIN = new Set(['40001', '40P01']);
const TRIES = 3;

/** Runs one commit, and again when PostgreSQL broke it off in favour of another one. Nothing of a broken one stays. */
export async function retryingConflicts<Result>(
  commit: () => Promise<Result>,
  errors: ErrorReader,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await commit();
    } catch (error) {
      if (attempt === TRIES || !ASK_AGAIN.has(errors.failureOf(error)?.sqlState ?? '')) {
        throw error;
      }
    }
  }
}

/** PostgreSQL's own codes, but for connection (08), resources (53), and shutdown or time-out (57). */
const ANSWERED = /^(?!08|53|57)(?:\d|F0|HV|P0|XX)[0-9A-Z]+$/;

/** Whether PostgreSQL gave no answer, or said that it cannot just now: a statement's error, or what a 503 of ours is caused by. */
export function isUnanswered(error: unknown, errors: ErrorReader): boolean {
  const isOurs = error instanceof TwoFactorException;
  const cause = isOurs ? error.cause : error;
  const failure = errors.failureOf(cause);
  if (failure === undefined) {
    return isOurs && cause !== undefined;
  }
  return !ANSWERED.test(failure.sqlState ?? '');
}

/**
 * Whether the bound of waiting was over while a row of this table was waited for: PostgreSQL names the table in the
 * context of its error, whatever its language.
 *
 * @param table quoted, as in {@link TwoFactorTables}
 */
export function waitedFor(error: unknown, table: string, errors: ErrorReader): boolean {
  const cause = error instanceof TwoFactorException ? error.cause : error;
  const name = table.split('.').at(-1) ?? table;
  return errors.failureOf(cause)?.where?.includes(name) ?? false;
}
