import { QueryFailedError } from 'typeorm';
import { TwoFactorException } from '../errors/two-factor.errors.js';

/** serialization_failure and deadlock_detected: PostgreSQL asks for the transaction once more. */
const ASK_AGAIN = new Set(['40001', '40P01']);
const TRIES = 3;

/** Runs one commit, and again when PostgreSQL broke it off in favour of another one. Nothing of a broken one stays. */
export async function retryingConflicts<Result>(commit: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await commit();
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) {
        throw error;
      }
    }
  }
}

function isConflict(error: unknown): boolean {
  return ASK_AGAIN.has(sqlStateOf(error) ?? '');
}

/** PostgreSQL's code of an error, five characters, if it is one of PostgreSQL's. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof QueryFailedError ? String(error.driverError.code) : undefined;
}

/** PostgreSQL's own codes, but for connection (08), resources (53), and shutdown or time-out (57). */
const ANSWERED = /^(?!08|53|57)(?:\d|F0|HV|P0|XX)[0-9A-Z]+$/;

/** Whether PostgreSQL gave no answer, or said that it cannot just now: a statement's error, or what a 503 of ours is caused by. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof TwoFactorException) {
    return error.cause !== undefined && !hasAnswered(error.cause);
  }
  return error instanceof QueryFailedError && !hasAnswered(error);
}

function hasAnswered(error: unknown): boolean {
  return ANSWERED.test(sqlStateOf(error) ?? '');
}

/**
 * Whether the bound of waiting was over while a row of this table was waited for: PostgreSQL names the table in the
 * context of its error, whatever its language.
 *
 * @param table quoted, as in {@link TwoFactorTables}
 */
export function waitedFor(error: unknown, table: string): boolean {
  const cause = error instanceof TwoFactorException ? error.cause : error;
  const name = table.split('.').at(-1) ?? table;
  return cause instanceof QueryFailedError && String(Reflect.get(cause.driverError, 'where')).includes(name);
}
