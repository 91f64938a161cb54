import type { NamedStatement } from './one-statement.js';

/**
 * How long a statement waits for what somebody else holds. A transaction of the host's that is open around the call
 * waits for us: did we wait for its rows, nobody would ever end it, and PostgreSQL sees no deadlock in it.
 */
export const LOCK_WAIT = '2s';

/**
 * The first part of a statement that commits by itself. Its first guard reads from `read_committed`, and with that
 * nothing is locked or written before the statement has asked for what it relies on:
 *
 * - Read Committed, by name. Under the database's default the first call does nothing, under any other it fails,
 *   for the isolation of a statement cannot be changed once it runs; {@link TwoFactorDatabase.query} then asks anew.
 * - The bound of its waiting. Both end with the statement, so that poolers are fine.
 */
export function readCommitted(lockWait: string): NamedStatement {
  return { name: 'read_committed', sql: `SELECT ${settings(lockWait)}`, parameters: [] };
}

/** The same, at the beginning of a transaction. */
export function settings(lockWait: string): string {
  return `set_config('transaction_isolation', 'read committed', true) AS isolation,
      set_config('lock_timeout', '${lockWait}', true) AS lock_wait`;
}
