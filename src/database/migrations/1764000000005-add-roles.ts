import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom the support desk and the administrators' calls are for. */
export class AddRoles1764000000005 implements MigrationInterface {
  readonly name = 'AddRoles1764000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE users
      ADD COLUMN role text NOT NULL DEFAULT 'user' CONSTRAINT users_role CHECK (role IN ('user', 'support', 'admin'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users DROP COLUMN role');
  }
}
