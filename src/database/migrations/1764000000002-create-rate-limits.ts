import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts by key, each until its window ends. Unlogged: they may be lost in a crash. */
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
