import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { User } from './user.entity.js';

export class CreateUsers1700000000000 implements MigrationInterface {
  name = 'CreateUsers1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, password text NOT NULL)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE users');
  }
}

export function dataSourceOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: [User, ...TWO_FACTOR_ENTITIES],
    migrations: [CreateUsers1700000000000, ...TWO_FACTOR_MIGRATIONS],
    migrationsRun: true,
  };
}
