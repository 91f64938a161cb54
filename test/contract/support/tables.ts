import type { TestDatabase } from '../../support/database.js';

/**
 * The content of every table at one moment, row by row as text: equal before and after means that nothing has changed.
 *
 * @param withCounts also how often somebody asked, which is no state of an account. Default: false
 */
export async function tables(
  database: TestDatabase,
  { withCounts = false } = {},
): Promise<Record<string, string[]>> {
  const names = await database.query<{ name: string; literal: string }>(
    `SELECT quote_ident(tablename) AS name, quote_literal(quote_ident(tablename)) AS literal FROM pg_tables
      WHERE schemaname = 'public' AND ($1 OR tablename <> 'rate_limits') ORDER BY 1`,
    [withCounts],
  );
  // One statement, for thousands of tests ask.
  const each = names.map(({ name, literal }) => `SELECT ${literal} AS name, t::text AS row FROM ${name} t`);
  const rows = await database.query<{ name: string; row: string }>(
    `${each.join(' UNION ALL ')} ORDER BY name, row`,
  );
  const content: Record<string, string[]> = Object.fromEntries(names.map(({ name }) => [name, []]));
  for (const { name, row } of rows) {
    content[name]?.push(row);
  }
  return content;
}
