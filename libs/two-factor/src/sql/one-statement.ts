import { LOCK_WAIT, readCommitted } from './read-committed.js';

/** What runs a piece of SQL: the library's database, or a transaction in it. */
export interface SqlRunner {
  /** @param parameters the values of `$1`, `$2`, … */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** A piece of SQL with its own `$1`, `$2`, … and the values for them. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * The relations that the parts of a composed statement read from one another. Each has the column
 * `user_id`, and one row or none.
 *
 * - `read_committed`: the isolation and the bound of waiting, asked for by name: what locks first reads from it
 * - `account`: the user's row, locked
 * - `subject`: who makes the attempt, while what it is made at is still there
 * - `charged`: whose attempt the budget admitted, in the statement that charges first
 * - `proof`: what the check found, `is_right` and `reason`
 * - `admitted`: the proof, if the budget admits it at this moment
 * - `accepted`: the proof, if it was admitted and right; every effect reads from it
 */
export type Relation =
  | 'read_committed'
  | 'account'
  | 'subject'
  | 'charged'
  | 'proof'
  | 'admitted'
  | 'accepted';

/** A statement that later ones of the same composed statement can read from. */
export interface NamedStatement extends Statement {
  readonly name: Relation | `${'own' | 'effect'}_${string}`;
}

/**
 * Whether the proof was accepted, as an expression. Should `accepted` yield more than one row, all of the statement fails:
 * what composes it was wrong.
 */
export const IS_ACCEPTED = '(SELECT user_id FROM accepted) IS NOT NULL';

/** Yields a user who is known already, for other statements to read from. */
export function userAs(name: Relation, userId: string): NamedStatement {
  return { name, sql: 'SELECT $1::text AS user_id FROM read_committed', parameters: [userId] };
}

/**
 * Names effects, so that they can stand behind what they read from. Each reads `accepted`, so that it does
 * nothing when the proof was refused.
 */
export function effects(statements: readonly Statement[]): NamedStatement[] {
  return statements.map(({ sql, parameters }, index) => ({ name: `effect_${index + 1}`, sql, parameters }));
}

/** In the place of what may refuse. */
export const IN_ANY_CASE: Statement = { sql: 'SELECT 1 AS one', parameters: [] };

/** One or none, for lists of what may be missing. */
export function optional<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

/**
 * Runs several statements as one `WITH`, hence in one round trip and one commit, and gives what `answer`
 * selects from them. The first that locks or writes reads from `read_committed`. All parts see the database as it was when the statement began; the rows they lock or
 * change they find as they are now, and check again (PostgreSQL, Read Committed).
 */
export function runAsOne<Row extends object>(
  on: SqlRunner,
  statements: readonly NamedStatement[],
  answer: Statement,
  { lockWait = LOCK_WAIT }: { readonly lockWait?: string | undefined } = {},
): Promise<Row[]> {
  const { sql, parameters } = compose([readCommitted(lockWait), ...statements]);
  const last = moved(answer, parameters.length);
  return on.query<Row>(`${sql} ${last}`, [...parameters, ...answer.parameters]);
}

/** Writes named statements as one `WITH`, each one's placeholders moved behind those of the ones before. */
export function compose(statements: readonly NamedStatement[]): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parts = statements.map((statement) => {
    const sql = moved(statement, parameters.length);
    parameters.push(...statement.parameters);
    return `${statement.name} AS (${sql})`;
  });
  return { sql: `WITH ${parts.join(', ')}`, parameters };
}

function moved({ sql }: Statement, by: number): string {
  return sql.replaceAll(/\$(\d+)/g, (_, index: string) => `$${Number(index) + by}`);
}
