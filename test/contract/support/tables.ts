import type { TestDatabase } from '../../support/database.js';

/**
 * The content of every table, row by row as text: equal before and after means that nothing has changed.
 *
 * @param withCounts also how often somebody asked, which is no state of an account. Default: false
 */
export async function tables(
  database: TestDatabase,
  { withCounts = false } = {},
): Promise<Record<string, string[]>> {
  const names = await database.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables
      WHERE schemaname = 'public' AND ($1 OR tablename <> 'rate_limits') ORDER BY 1`,
    [withCounts],
  );
  const content: Record<string, string[]> = {};
  for (const { name } of names) {
    const rows = await database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}
