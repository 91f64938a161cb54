import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { User } from './user.entity';

/** The users as they were before: the secret of their authenticator stands in a column, for all to read. */
export class CreateUsers1700000000000 implements MigrationInterface {
  name = 'CreateUsers1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, password text NOT NULL, otp_secret text)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE users');
  }
}

export const dataSourceOptions: DataSourceOptions = {
  type: 'postgres',
  url: process.env['DATABASE_URL'] ?? '',
  entities: [User, ...TWO_FACTOR_ENTITIES],
  migrations: [CreateUsers1700000000000, ...TWO_FACTOR_MIGRATIONS],
};

export default new DataSource(dataSourceOptions);
