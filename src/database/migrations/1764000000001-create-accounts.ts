import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts and sessions: the reference host's own tables. */
export class CreateAccounts1764000000001 implements MigrationInterface {
  readonly name = 'CreateAccounts1764000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE users (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      email text NOT NULL UNIQUE,
      password_hash text NOT NULL,
      created_at timestamptz NOT NULL
    )`);
    await queryRunner.query(`CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      authenticated_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await queryRunner.query('CREATE INDEX sessions_user_id ON sessions (user_id)');
    await queryRunner.query(`CREATE TABLE refresh_tokens (
      token_hash bytea PRIMARY KEY,
      session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
      expires_at timestamptz NOT NULL,
      spent_at timestamptz
    )`);
    await queryRunner.query('CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE refresh_tokens, sessions, users');
  }
}
