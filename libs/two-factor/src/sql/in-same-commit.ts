import type { TwoFactorTransaction } from './database-adapter.js';
import { type Statement, effects, runAsOne, userAs } from './one-statement.js';

/**
 * Part of the library's transaction, by whichever means of the host's tool: `Transaction` is TypeORM's `EntityManager`,
 * `Prisma.TransactionClient`, or the `PoolClient` of pg. Of which it is, nothing is known where it is only handed on.
 */
export type HostFunction<Transaction = never> = (
  transaction: Transaction,
  userId: string,
) => Promise<unknown>;

/**
 * What the host does in the commit of the library's, if and only if that succeeds: a function, or a list of
 * functions and statements. A statement reads the user from `accepted (user_id text)`, a relation of one row.
 *
 * Statements alone spare round trips: they ride in the library's own. Cast every parameter of theirs, and
 * write no row that another of them writes.
 */
export type InSameCommit<Transaction = never> =
  | HostFunction<Transaction>
  | readonly (Statement | HostFunction<Transaction>)[];

function partsOf(inSameCommit: InSameCommit): readonly (Statement | HostFunction)[] {
  return typeof inSameCommit === 'function' ? [inSameCommit] : inSameCommit;
}

/** One after the other. */
export function inTurn(...all: readonly InSameCommit[]): InSameCommit {
  return all.flatMap(partsOf);
}

/** The statements, if there is no function among them, whose turn they would have to wait for. */
export function riding(inSameCommit: InSameCommit): readonly Statement[] | undefined {
  const statements = partsOf(inSameCommit).filter((part) => typeof part !== 'function');
  return statements.length === partsOf(inSameCommit).length ? statements : undefined;
}

const ANYTHING = { sql: 'SELECT 1 AS one', parameters: [] } as const;

/**
 * Does the host's part in its turn, for the user whose proof was accepted.
 *
 * @throws the database's error, when a function has swallowed one: PostgreSQL would answer the `COMMIT` with a rollback, and
 *   no client of it fails at that
 */
export async function runInTransaction(
  inSameCommit: InSameCommit,
  transaction: TwoFactorTransaction,
  userId: string,
): Promise<void> {
  const accepted = userAs('accepted', userId);
  for (const part of partsOf(inSameCommit)) {
    if (typeof part === 'function') {
      // The adapter gives what the host has written it for: the one knows no more of it than the other.
      await Reflect.apply(part, undefined, [transaction.native, userId]);
    } else {
      await runAsOne(transaction, [accepted, ...effects([part])], ANYTHING);
    }
  }
  if (riding(inSameCommit) === undefined) {
    await transaction.query(ANYTHING.sql);
  }
}

/** Texts and comments, in which the name of a relation is none: E'…', '…', $tag$…$tag$, -- and the starred ones. */
const NO_NAMES =
  /E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi;
const READS_ACCEPTED = /(?:\b(?:from|join|using)\b[\s(]*|,\s*)"?accepted\b/i;
const SHOWN_AT_MOST = 100;

/**
 * Refuses a host's statement that does not read from `accepted`: PostgreSQL runs it whatever becomes of the code,
 * so that `DELETE FROM sessions WHERE user_id = $1` would sign somebody out at every wrong guess.
 *
 * @throws Error with the statement. It is the host's fault, so nothing is charged for it
 */
export function requireAccepted(inSameCommit: InSameCommit = []): void {
  for (const part of partsOf(inSameCommit)) {
    if (typeof part === 'function') {
      continue;
    }
    const { sql } = part;
    if (!READS_ACCEPTED.test(sql.replaceAll(NO_NAMES, ' '))) {
      const shown = sql.trim().replaceAll(/\s+/g, ' ').slice(0, SHOWN_AT_MOST);
      throw new Error(
        `A statement for the same commit has to read from accepted, and this one does not: ${shown}`,
      );
    }
  }
}
