import { Logger } from '@nestjs/common';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import type { SqlRunner } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';

/**
 * Looks, at start, whether the tables are there as the migration makes them.
 *
 * @throws TwoFactorHostError when tables are missing, with their names and with what to do. A table of events that can be
 *   altered stops nothing: it is named in the log
 */
export async function checkSchema(on: SqlRunner, tables: TwoFactorTables): Promise<void> {
  const missing = await missingTables(on, tables);
  if (missing.length > 0) {
    throw new TwoFactorHostError(
      `The database lacks tables of nestjs-two-factor: ${missing.join(', ')}. Put ...TWO_FACTOR_MIGRATIONS into the ` +
        'migrations of your DataSource and run migration:run. Without TypeORM, let npx nestjs-two-factor add write them',
    );
  }
  if (!(await isAppendOnly(on, tables.events))) {
    new Logger('TwoFactor').warn(
      `Security events can be altered: ${tables.events} has no trigger append_only. "synchronize: true" makes the tables ` +
        'without it: turn that off, and let TWO_FACTOR_MIGRATIONS make them',
    );
  }
}

async function missingTables(on: SqlRunner, tables: TwoFactorTables): Promise<readonly string[]> {
  const rows = await on.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place)
    WHERE to_regclass(name) IS NULL ORDER BY place`,
    [Object.values(tables)],
  );
  return rows.map(({ name }) => name);
}

/** Whether the trigger is there, and is not disabled but for a replica's sake. */
async function isAppendOnly(on: SqlRunner, events: string): Promise<boolean> {
  const rows = await on.query(
    `SELECT 1 AS one FROM pg_trigger
    WHERE tgrelid = to_regclass($1) AND tgname = 'append_only' AND tgenabled IN ('O', 'A')`,
    [events],
  );
  return rows.length > 0;
}
