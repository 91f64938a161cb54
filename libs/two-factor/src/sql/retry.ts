import { QueryFailedError } from 'typeorm';

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
  return error instanceof QueryFailedError && ASK_AGAIN.has(String(error.driverError.code));
}
