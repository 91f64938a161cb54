import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions end at the latest 30 days after their sign-in, and remember where that came from. In hours, for a day of
 * `timestamptz` is what the connection's time zone makes of it.
 */
export class BoundSessions1764000000004 implements MigrationInterface {
  readonly name = 'BoundSessions1764000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `UPDATE sessions SET expires_at = least(expires_at, authenticated_at + interval '720 hours')`,
    );
    await queryRunner.query(`ALTER TABLE sessions
      ADD COLUMN refreshed_at timestamptz,
      ADD COLUMN passed text[] NOT NULL DEFAULT '{}',
      ADD COLUMN ip text,
      ADD COLUMN user_agent text,
      ADD CONSTRAINT sessions_end CHECK (expires_at <= authenticated_at + interval '720 hours')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE sessions DROP CONSTRAINT sessions_end,
      DROP COLUMN refreshed_at, DROP COLUMN passed, DROP COLUMN ip, DROP COLUMN user_agent`);
  }
}
