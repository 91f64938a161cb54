import type { EntityMetadata, EntityTarget, MigrationInterface, ObjectLiteral, QueryRunner } from 'typeorm';
import { IS_NO_PLAIN_SETUP, TwoFactorEventRecord } from '../events/security-event.entity.js';
import { TwoFactorChallenge } from '../challenges/challenge.entity.js';
import { tablesFrom } from '../two-factor.entities.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** The library's tables. Names follow the schema and prefix of the host's DataSource. */
export class CreateTwoFactor1764000000000 implements MigrationInterface {
  readonly name = 'CreateTwoFactor1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const names = namesIn(queryRunner);
    const { accounts, enrolments, secrets, backupCodes, challenges, attempts, assurances, events, keys } =
      names;

    await queryRunner.query(`CREATE TABLE ${accounts} (
      user_id text PRIMARY KEY,
      enabled_at timestamptz,
      generation bigint NOT NULL DEFAULT 0,
      challenge_slot smallint NOT NULL DEFAULT 0
    )`);

    await queryRunner.query(`CREATE TABLE ${enrolments} (
      user_id text NOT NULL,
      method text NOT NULL,
      id uuid NOT NULL,
      sealed_payload text NOT NULL,
      replaces uuid,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, method)
    )`);

    await queryRunner.query(`CREATE TABLE ${secrets} (
      user_id text NOT NULL,
      id uuid NOT NULL,
      sealed_secret text NOT NULL,
      last_used_step bigint NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, id)
    )`);

    await queryRunner.query(`CREATE TABLE ${backupCodes} (
      user_id text NOT NULL,
      code_hash text NOT NULL,
      pepper_id text NOT NULL,
      used_at timestamptz,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, code_hash)
    )`);

    await queryRunner.query(`CREATE TABLE ${challenges} (
      user_id text NOT NULL,
      slot smallint NOT NULL,
      token_hash bytea NOT NULL,
      attempts smallint NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, slot),
      CONSTRAINT ${names.oneOfAToken} UNIQUE (user_id, token_hash)
    )`);

    await queryRunner.query(`CREATE TABLE ${attempts} (
      user_id text NOT NULL,
      method text NOT NULL,
      failures_in_a_row integer NOT NULL,
      failed_at timestamptz[] NOT NULL,
      blocked_until timestamptz,
      PRIMARY KEY (user_id, method)
    )`);

    await queryRunner.query(`CREATE TABLE ${assurances} (
      user_id text NOT NULL,
      session_id text NOT NULL,
      method text NOT NULL,
      passed_at timestamptz NOT NULL,
      generation bigint NOT NULL,
      PRIMARY KEY (user_id, session_id, method)
    )`);

    await queryRunner.query(`CREATE TABLE ${events} (
      user_id text NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL,
      type text NOT NULL,
      method text,
      outcome text NOT NULL,
      reason text,
      request_id text,
      ip text,
      user_agent text,
      PRIMARY KEY (user_id, id)
    )`);
    await queryRunner.query(
      `CREATE INDEX ${names.noPlainSetups} ON ${events} (user_id, id) WHERE ${IS_NO_PLAIN_SETUP}`,
    );
    // Whoever owns the table can disable the trigger, for retention: docs/operations.md.
    // TypeORM's `schema:drop` and `dropSchema` leave the function there, and databases of tests are made with those.
    await queryRunner.query(`CREATE OR REPLACE FUNCTION ${names.refuseChange}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'security events are append-only' USING ERRCODE = 'restrict_violation'; END $$`);
    await queryRunner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${events}
      FOR EACH STATEMENT EXECUTE FUNCTION ${names.refuseChange}()`);

    await queryRunner.query(`CREATE TABLE ${keys} (
      purpose text NOT NULL,
      key_id text NOT NULL,
      canary text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (purpose, key_id)
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const { refuseChange, oneOfAToken: _, noPlainSetups: __, ...tables } = namesIn(queryRunner);
    await queryRunner.query(`DROP TABLE ${Object.values(tables).join(', ')}`);
    await queryRunner.query(`DROP FUNCTION ${refuseChange}()`);
  }
}

interface Names extends TwoFactorTables {
  readonly refuseChange: string;
  readonly oneOfAToken: string;
  readonly noPlainSetups: string;
}

function namesIn({ manager }: QueryRunner): Names {
  // A repository leads to the metadata in TypeORM 0.3 as in 1.x; the way from the runner has changed its name.
  const metadataOf = (entity: EntityTarget<ObjectLiteral>): EntityMetadata =>
    manager.getRepository(entity).metadata;
  const tables = tablesFrom(metadataOf);
  return {
    ...tables,
    // Beside its table: the same schema and prefix.
    refuseChange: tables.events.replace(/"$/, '_append_only"'),
    // As TypeORM names them for this prefix: the names of indexes are one space in a schema.
    oneOfAToken: `"${metadataOf(TwoFactorChallenge).uniques[0]?.name}"`,
    noPlainSetups: `"${metadataOf(TwoFactorEventRecord).indices[0]?.name}"`,
  };
}
