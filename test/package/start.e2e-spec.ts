import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorHostError, TwoFactorModule } from 'nestjs-two-factor';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PLAIN } from './start-module.js';

let database: TestDatabase;
afterEach(() => database.drop());

/** Starts the library on the database. @returns what the log was warned of */
async function start(changed: object = {}, options: object = {}): Promise<string[]> {
  const warnings: string[] = [];
  const connection = { type: 'postgres', ...database.connection, retryAttempts: 0 } as const;
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...connection, entities: [...TWO_FACTOR_ENTITIES], ...changed }),
      TwoFactorModule.forRoot({ ...PLAIN, ...options }),
    ],
  })
    .setLogger({ log: () => {}, warn: (message: string) => warnings.push(message), error: () => {} })
    .compile();
  const app = await module.init();
  await app.close();
  return warnings;
}

describe('a start', () => {
  it('goes on without a word where the migrations have made the tables', async () => {
    database = await createDatabase();

    expect(await start()).toEqual([]);
  });

  it('goes on with entities that the module brings itself', async () => {
    database = await createDatabase();

    expect(await start({ entities: [], autoLoadEntities: true })).toEqual([]);
  });

  it('says that the migration was forgotten, and how it is run', async () => {
    database = await createDatabase({ template: 'template1' });

    const starting = start();

    await expect(starting).rejects.toThrow(TwoFactorHostError);
    await expect(starting).rejects.toThrow(
      'The database lacks tables of nestjs-two-factor: "two_factor_accounts", "two_factor_enrolments"',
    );
    await expect(starting).rejects.toThrow(
      'Put ...TWO_FACTOR_MIGRATIONS into the migrations of your DataSource and run migration:run',
    );
  });

  it('names the one table that a newer migration has not made yet', async () => {
    database = await createDatabase();
    await database.query('DROP TABLE two_factor_assurances');

    await expect(start()).rejects.toThrow(
      'The database lacks tables of nestjs-two-factor: "two_factor_assurances". Put',
    );
  });

  it('looks for the tables in the schema of the DataSource', async () => {
    database = await createDatabase();
    await database.query('CREATE SCHEMA elsewhere');

    await expect(start({ schema: 'elsewhere' })).rejects.toThrow('"elsewhere"."two_factor_accounts"');
  });

  it('says that the entities were forgotten, and where they belong', async () => {
    database = await createDatabase();

    const starting = start({ entities: [] });

    await expect(starting).rejects.toThrow(TwoFactorHostError);
    await expect(starting).rejects.toThrow('entities: [...yours, ...TWO_FACTOR_ENTITIES]');
  });

  it('says of keys that are undefined that .env may not be loaded yet, and what to use', async () => {
    database = await createDatabase();
    const { NOT_SET: keys } = process.env;

    const starting = start({}, { keys });

    await expect(starting).rejects.toThrow(
      'keys: undefined: the variable is not set, or was read before ConfigModule had loaded .env',
    );
    await expect(starting).rejects.toThrow('Use forRootAsync, and take it from ConfigService');
  });

  it('warns of tables that were made by synchronize, for their events can be altered', async () => {
    database = await createDatabase({ template: 'template1' });

    const warnings = await start({ synchronize: true });

    expect(warnings).toEqual([
      'Security events can be altered: "two_factor_events" has no trigger append_only. "synchronize: true" makes the ' +
        'tables without it: turn that off, and let TWO_FACTOR_MIGRATIONS make them',
    ]);
    await expect(database.query('DELETE FROM two_factor_events')).resolves.toEqual([]);
  });

  it('warns of a trigger that somebody has disabled', async () => {
    database = await createDatabase();
    await database.query('ALTER TABLE two_factor_events DISABLE TRIGGER append_only');

    expect(await start()).toEqual([expect.stringContaining('Security events can be altered')]);
  });

  it('is refused by what only speaks PostgreSQL’s protocol, with its name', async () => {
    database = await createDatabase();
    await database.query(`CREATE FUNCTION public.version() RETURNS text LANGUAGE sql AS $$
      SELECT 'CockroachDB CCL v25.4.0 (x86_64-pc-linux-gnu)' $$`);
    const { database: name } = database.connection;
    await database.query(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`);

    await expect(start()).rejects.toThrow('nestjs-two-factor needs PostgreSQL, and this is CockroachDB: ');
  });
});
