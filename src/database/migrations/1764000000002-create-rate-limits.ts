import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The counts per address, in the form rate-limiter-flexible reads. Unlogged: they may be lost in a crash. */
export class CreateRateLimits1764000000002 implements MigrationInterface {
  readonly name = 'CreateRateLimits1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE UNLOGGED TABLE rate_limits (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_limits');
  }
}
