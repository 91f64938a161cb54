/** SQLSTATE classes and codes that mean: not now. Class 08 connection, 57P shutdown, 53 resources, 57014 timed out, 55P03 lock. */
const UNAVAILABLE_SQLSTATE = /^(?:08...|53...|57P..|57014|55P03|40001|40P01|25006)$/;
const UNAVAILABLE_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** node-postgres says these in words only, and TypeORM the last two: it lets go of a connection that was lost. */
const UNAVAILABLE_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end|Client was closed|Database connection provided by a query runner was already released|Query runner already released)/i;

/** Whether an error says that the database cannot be reached, or cannot answer just now: a 503, and worth another try. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = 'code' in error ? String(error.code) : '';
  const isQuery = 'severity' in error || 'driverError' in error || 'syscall' in error;
  return (
    (isQuery && (UNAVAILABLE_SQLSTATE.test(code) || UNAVAILABLE_SYSTEM.has(code))) ||
    UNAVAILABLE_WORDS.test(error.message) ||
    ('driverError' in error && isDatabaseUnavailable(error.driverError)) ||
    (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable))
  );
}

/** Whether all connections of the pool stayed taken: under load that is one error for each who waits. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

/** Runs one commit, and once more when PostgreSQL broke it off in a deadlock: nothing of it stays then. */
export async function onceMoreAfterDeadlock<Result>(commit: () => Promise<Result>): Promise<Result> {
  try {
    return await commit();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '40P01') {
      return commit();
    }
    throw error;
  }
}
