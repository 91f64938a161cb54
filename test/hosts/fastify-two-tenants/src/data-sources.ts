import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';

export class CreateTenants1700000000000 implements MigrationInterface {
  name = 'CreateTenants1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE SCHEMA acme');
    await queryRunner.query('CREATE SCHEMA globex');
    await queryRunner.query(
      `CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant text NOT NULL, email text NOT NULL,
        password text NOT NULL, UNIQUE (tenant, email))`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE users');
    await queryRunner.query('DROP SCHEMA globex');
    await queryRunner.query('DROP SCHEMA acme');
  }
}

function optionsOf(place: { readonly schema?: string; readonly entityPrefix?: string }): DataSourceOptions {
  return {
    type: 'postgres',
    url: process.env['DATABASE_URL'] ?? '',
    entities: [...TWO_FACTOR_ENTITIES],
    migrations: [...TWO_FACTOR_MIGRATIONS],
    ...place,
  };
}

/** The default one holds the users, and the second factors of the tenants without tables of their own. */
export const shared: DataSourceOptions = {
  ...optionsOf({}),
  migrations: [CreateTenants1700000000000, ...TWO_FACTOR_MIGRATIONS],
};
export const acme = optionsOf({ schema: 'acme' });
export const globex = optionsOf({ schema: 'globex', entityPrefix: 'g_' });

export async function migrateAll(): Promise<void> {
  for (const options of [shared, acme, globex]) {
    const dataSource = await new DataSource(options).initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
  }
}
