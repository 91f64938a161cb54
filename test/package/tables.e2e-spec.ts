import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor';
import { type TestDatabase, createDatabase } from '../support/database.js';

/** How a host may call its tables. */
interface Names {
  readonly schema?: string;
  readonly entityPrefix?: string;
  readonly migrationsTableName?: string;
}

let database: TestDatabase;
const open: DataSource[] = [];

beforeEach(async () => {
  database = await createDatabase({ template: 'template1' });
  await database.query('CREATE SCHEMA auth');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));
  await database.drop();
});

/** A host's DataSource, with its own name for schema and prefix. */
async function connect(names: Names): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    ...database.connection,
    entities: [...TWO_FACTOR_ENTITIES],
    migrations: [...TWO_FACTOR_MIGRATIONS],
    installExtensions: false,
    ...names,
  });
  open.push(dataSource);
  return dataSource.initialize();
}

async function tables(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

describe.each<[string, Names]>([
  ['by their own names', {}],
  ['in a schema', { schema: 'auth' }],
  ['under a prefix', { entityPrefix: 'app_' }],
  ['in a schema and under a prefix', { schema: 'auth', entityPrefix: 'app_' }],
])('the tables %s', (_, names) => {
  it('come with the migration, fit the entities, and go with its revert', async () => {
    const dataSource = await connect(names);

    await dataSource.runMigrations();

    const { schema = 'public', entityPrefix: prefix = '' } = names;
    expect(await tables()).toEqual(
      [
        'backup_codes',
        'two_factor_attempts',
        'two_factor_challenges',
        'two_factor_events',
        'two_factor_keys',
        'user_secrets',
      ]
        .map((table) => `${schema}.${prefix}${table}`)
        .concat(`${schema}.migrations`)
        .toSorted(),
    );
    // What `migration:generate` would write into the host's next migration.
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);

    await dataSource.undoLastMigration();
    expect(await tables()).toEqual([`${schema}.migrations`]);
  });
});

it('two sets of tables lie in one schema under two prefixes', async () => {
  const left = await connect({ entityPrefix: 'a_' });
  // Each DataSource of a host keeps a record of its own of what has run.
  const right = await connect({ entityPrefix: 'b_', migrationsTableName: 'b_migrations' });

  await left.runMigrations();
  await right.runMigrations();

  expect((await tables()).filter((name) => name.endsWith('user_secrets'))).toEqual([
    'public.a_user_secrets',
    'public.b_user_secrets',
  ]);
});
