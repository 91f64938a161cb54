import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsers1700000000000 implements MigrationInterface {
  name = 'CreateUsers1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, password text NOT NULL)`,
    );
    await queryRunner.query(
      `CREATE TABLE sessions (id uuid PRIMARY KEY, user_id integer NOT NULL REFERENCES users, signed_in_at timestamptz NOT NULL)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE sessions, users');
  }
}

export const dataSourceOptions: DataSourceOptions = {
  type: 'postgres',
  url: process.env['DATABASE_URL'] ?? '',
  entities: [...TWO_FACTOR_ENTITIES],
  migrations: [CreateUsers1700000000000, ...TWO_FACTOR_MIGRATIONS],
  migrationsRun: true,
  // Each request holds one for as long as it takes.
  extra: { max: 2 },
};
