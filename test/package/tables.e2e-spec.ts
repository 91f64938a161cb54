import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import { readFileSync } from 'node:fs';
import { type TestDatabase, createDatabase } from '../support/database.js';

/** How a host may call its tables. */
interface Names {
  readonly schema?: string;
  readonly entityPrefix?: string;
  readonly migrationsTableName?: string;
}

/** How a host may have its tables made at each start. */
interface DataSourceOverrides {
  readonly dropSchema?: boolean;
  readonly migrationsRun?: boolean;
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
async function connect(names: Names & DataSourceOverrides): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    ...database.connection,
    entities: [...TWO_FACTOR_ENTITIES],
    migrations: [...TWO_FACTOR_MIGRATIONS],
    installExtensions: false,
    ...names,
  });
  await dataSource.initialize();
  open.push(dataSource);
  return dataSource;
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
        'two_factor_accounts',
        'two_factor_assurances',
        'two_factor_attempts',
        'two_factor_backup_codes',
        'two_factor_ceremonies',
        'two_factor_challenges',
        'two_factor_deadlines',
        'two_factor_enrolments',
        'two_factor_events',
        'two_factor_keys',
        'two_factor_notices',
        'two_factor_panic_tokens',
        'two_factor_passkeys',
        'two_factor_required_enrolments',
        'two_factor_resets',
        'two_factor_secrets',
        'two_factor_trusted_devices',
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

  it('come again after `typeorm schema:drop`, which leaves functions where they are', async () => {
    const dataSource = await connect(names);
    await dataSource.runMigrations();
    const before = await tables();
    await dataSource.dropDatabase();
    expect(await tables()).toEqual([]);

    await dataSource.runMigrations();

    expect(await tables()).toEqual(before);
    await expectAppendOnly(names);
  });

  it('come again at every start with `dropSchema` and `migrationsRun`, as databases of tests are made', async () => {
    const recreate = { ...names, dropSchema: true, migrationsRun: true };
    await connect(recreate);
    const before = await tables();

    await connect(recreate);

    expect(await tables()).toEqual(before);
    await expectAppendOnly(names);
  });
});

/** The trigger is there, and does what it is for. */
async function expectAppendOnly({ schema = 'public', entityPrefix: prefix = '' }: Names): Promise<void> {
  await expect(database.query(`DELETE FROM ${schema}.${prefix}two_factor_events`)).rejects.toMatchObject({
    code: '23001',
    message: 'security events are append-only',
  });
}

it('two sets of tables lie in one schema under two prefixes', async () => {
  const left = await connect({ entityPrefix: 'a_' });
  // Each DataSource of a host keeps a record of its own of what has run.
  const right = await connect({ entityPrefix: 'b_', migrationsTableName: 'b_migrations' });

  await left.runMigrations();
  await right.runMigrations();

  expect((await tables()).filter((name) => name.endsWith('two_factor_secrets'))).toEqual([
    'public.a_two_factor_secrets',
    'public.b_two_factor_secrets',
  ]);
});

/** Everything that makes a table what it is, as PostgreSQL writes it. */
async function schemaOf(of: TestDatabase): Promise<string[]> {
  const rows = await of.query<{ line: string }>(
    `SELECT format('%s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default, is_identity) AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('migrations')::oid, 0)
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g') FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

describe('the SQL of the README', () => {
  const [up = '', down = ''] = Array.from(
    readFileSync(new URL('../../libs/two-factor/README.md', import.meta.url), 'utf8').matchAll(
      /```sql\n(.*?)```/gs,
    ),
    ([, sql]) => sql,
  );

  it('makes what the migration makes, and takes all of it away', async () => {
    const dataSource = await connect({});
    await dataSource.runMigrations();
    const migrated = await schemaOf(database);
    const other = await createDatabase({ template: 'template1' });

    await other.query(up);
    const made = await schemaOf(other);
    await other.query(down);
    const left = await schemaOf(other);
    await other.drop();

    expect(migrated.length).toBeGreaterThan(50);
    expect(made).toEqual(migrated);
    expect(left).toEqual([]);
  });
});
