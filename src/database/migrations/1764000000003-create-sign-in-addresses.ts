import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where users have signed in from: there they are not locked out by what others guess elsewhere. */
export class CreateSignInAddresses1764000000003 implements MigrationInterface {
  readonly name = 'CreateSignInAddresses1764000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE sign_in_addresses (
      user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      address text NOT NULL,
      signed_in_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, address)
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE sign_in_addresses');
  }
}
