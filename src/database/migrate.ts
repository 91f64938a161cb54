import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { DataSource } from 'typeorm';
import { type DatabaseConnection, dataSourceOptions } from './data-source-options.js';

/** Any number that no one else on this database locks. */
const MIGRATION_LOCK = 7_226_623_801;

/**
 * Brings the tables up to date. Processes that start at the same moment take turns under an advisory
 * lock, and all but the first find nothing left to do.
 */
export async function migrate(connection: DatabaseConnection): Promise<void> {
  // Without the time limits of requests: waiting one's turn, and a large table, take as long as they take.
  const options = dataSourceOptions(connection, TWO_FACTOR_ENTITIES);
  const dataSource = new DataSource({ ...options, extra: { max: 2 } });
  await dataSource.initialize();
  try {
    const turn = dataSource.createQueryRunner();
    await turn.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await turn.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await turn.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
