import type { NamedStatement } from './one-statement.js';

/**
 * How long a statement waits for what somebody else holds. A transaction of the host's that is open around the call
 * waits for us: did we wait for its rows, nobody would ever end it, and PostgreSQL sees no deadlock in it.
 */
export const LOCK_WAIT = '2s';

/** The setting in which a commit of ours leaves what it is. It is gone with the commit. */
const COMMIT = 'nestjs_two_factor.commit';
const KNOWN = `coalesce(current_setting('${COMMIT}', true), '')`;
const REFUSAL =
  'the library was given a transaction of the host, whose error would take the charge of a guess back';

/**
 * The first part of a statement that commits by itself. Its first guard reads from `read_committed`, and with that
 * nothing is locked or written before the statement has asked for what it relies on:
 *
 * - Read Committed, by name. Under the database's default the first call does nothing, under any other it fails,
 *   for the isolation of a statement cannot be changed once it runs; {@link TwoFactorDatabase.query} then asks anew.
 * - The bound of its waiting.
 * - That the statement before it was committed. If it was not, all of this happens in a transaction of the host's, and
 *   PostgreSQL refuses it: a verdict that an error takes back could be asked for without end.
 *
 * All of it ends with the commit, so that poolers are fine.
 */
export function readCommitted(lockWait: string): NamedStatement {
  return {
    name: 'read_committed',
    sql: `SELECT ${settings(lockWait, `WHEN 'transaction' THEN 'transaction' WHEN '' THEN 'statement'`)}`,
    parameters: [],
  };
}

/** The same, as the first statement of a transaction: those that follow are in it. */
export const BEGUN = `SELECT ${settings(LOCK_WAIT, `WHEN '' THEN 'transaction'`)}`;

/** @param commits what the commit becomes, by what is known of it. Anything else is refused: a text that is no boolean */
function settings(lockWait: string, commits: string): string {
  return `set_config('transaction_isolation', 'read committed', true) AS isolation,
      set_config('lock_timeout', '${lockWait}', true) AS lock_wait,
      set_config('${COMMIT}', CASE ${KNOWN} ${commits} ELSE (${KNOWN} || ': ${REFUSAL}')::boolean::text END, true) AS commit`;
}
