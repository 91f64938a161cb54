import { tablesIn, unquoted } from '../../libs/two-factor/src/sql/tables.js';

/** A migrated database, or a connection to one. */
interface MigratedDatabase {
  query(sql: string): Promise<unknown>;
}

/** Of the library's tables, all that belong to users. The keys are the same for everybody. */
export const PARTITIONED_TABLES: readonly string[] = Object.values(tablesIn({}))
  .map(unquoted)
  .filter((table) => table !== 'two_factor_keys');

/**
 * Spreads the library's tables by the hash of the user, while they are empty: each becomes a partitioned table of the
 * same columns, keys and indexes. A user's rows lie in the partitions of one number, `two_factor_secrets_p2` and so on.
 */
export async function partitionByUser(database: MigratedDatabase, partitions: number): Promise<void> {
  for (const table of PARTITIONED_TABLES) {
    await database.query(`ALTER TABLE ${table} RENAME TO ${table}_whole`);
    await database.query(
      `CREATE TABLE ${table} (LIKE ${table}_whole INCLUDING ALL) PARTITION BY HASH (user_id)`,
    );
    await database.query(`DROP TABLE ${table}_whole`);
    for (let remainder = 0; remainder < partitions; remainder += 1) {
      await database.query(
        `CREATE TABLE ${table}_p${remainder} PARTITION OF ${table}
          FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${remainder})`,
      );
    }
  }
  // A trigger for statements holds for what is said to its own table: a partition can be named by itself.
  const ofEvents = Array.from({ length: partitions }, (_, remainder) => `two_factor_events_p${remainder}`);
  for (const table of ['two_factor_events', ...ofEvents]) {
    await database.query(
      `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION two_factor_events_append_only()`,
    );
  }
}
