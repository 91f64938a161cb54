import { type SqlRunner, type Statement, compose } from './one-statement.js';

/**
 * Runs several statements that only read as one, in one round trip and one snapshot.
 *
 * @returns the rows of each, by its name, as JSON has them: times are numbers (`epochOf`)
 */
export async function readAsOne<Rows extends Readonly<Record<string, object>>>(
  on: SqlRunner,
  reads: { readonly [Name in keyof Rows]: Statement },
): Promise<{ readonly [Name in keyof Rows]: readonly Rows[Name][] }> {
  const names = Object.keys(reads);
  const { sql, parameters } = compose(
    Object.entries<Statement>(reads).map(([name, { sql: of, parameters: values }]) => ({
      name: `own_${name}` as const,
      sql: of,
      parameters: values,
    })),
  );
  const rows = names.map((name) => `'${name}', ${rowsOf(`own_${name}`)}`);
  const [row] = await on.query<{ read: string }>(
    `${sql} SELECT json_build_object(${rows.join(', ')})::text AS read`,
    parameters,
  );
  if (row === undefined) {
    throw new Error('A SELECT without FROM always yields a row');
  }
  return JSON.parse(row.read);
}

/** The rows of a relation, in their order, as an expression: a JSON array. As text it is the same by every client. */
export function rowsOf(relation: `own_${string}`): string {
  return `(SELECT coalesce(json_agg(r), '[]') FROM ${relation} r)`;
}
