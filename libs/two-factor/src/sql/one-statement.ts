import { READ_COMMITTED } from './read-committed.js';

/** What runs a piece of SQL: the library's database, a transaction in it, or an EntityManager of the host's. */
export interface SqlRunner {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** A piece of SQL with its own `$1`, `$2`, … and the values for them. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A statement under a name that later ones of the same guarded statement can read from. */
export interface NamedStatement extends Statement {
  readonly name: string;
}

/**
 * Runs a use-case as one SQL statement, hence in one round trip and one commit: the guard decides, the
 * effects follow it, and either all of it has happened or nothing.
 *
 * The first guard reads from `read_committed`. The last one is named `accepted` and yields one row or none; should
 * it yield more, all of it fails. Each effect reads from `accepted`, so
 * that it does nothing when the guard refused. All parts see the database as it was when the statement
 * began; what they change they find as it is now, row by row, and check again (PostgreSQL, Read Committed).
 *
 * @returns the row of `accepted`, or `undefined` when it was refused and nothing has changed
 */
export async function runGuarded<Row extends object>(
  on: SqlRunner,
  guards: readonly NamedStatement[],
  effects: readonly Statement[],
): Promise<Row | undefined> {
  const named = effects.map((effect, index) => ({ name: `effect_${index + 1}`, ...effect }));
  const { sql, parameters } = compose([READ_COMMITTED, ...guards, ...named]);
  const rows = await on.query<Row>(
    `${sql} SELECT * FROM accepted WHERE (SELECT user_id FROM accepted) IS NOT NULL`,
    parameters,
  );
  return rows[0];
}

/** Whether a statement yields a row. */
export async function yieldsRow(on: SqlRunner, { sql, parameters }: Statement): Promise<boolean> {
  return (await on.query(sql, parameters)).length > 0;
}

/** Yields a user who is known already, under a name that other statements read from. */
export function userAs(name: string, userId: string): NamedStatement {
  return { name, sql: 'SELECT $1::text AS user_id FROM read_committed', parameters: [userId] };
}

/** Writes named statements as one `WITH`, each one's placeholders moved behind those of the ones before. */
export function compose(statements: readonly NamedStatement[]): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parts = statements.map((statement) => {
    const offset = parameters.length;
    parameters.push(...statement.parameters);
    const sql = statement.sql.replaceAll(/\$(\d+)/g, (_, index: string) => `$${Number(index) + offset}`);
    return `${statement.name} AS (${sql})`;
  });
  return { sql: `WITH ${parts.join(', ')}`, parameters };
}
