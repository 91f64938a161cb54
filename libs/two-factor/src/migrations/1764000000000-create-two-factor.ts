import type { EntityMetadata, EntityTarget, MigrationInterface, ObjectLiteral, QueryRunner } from 'typeorm';
import { TwoFactorAttemptRecord } from '../verification/attempt-record.entity.js';
import { IS_NO_PLAIN_SETUP, TwoFactorEventRecord } from '../events/security-event.entity.js';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import { TwoFactorChallenge } from '../challenges/challenge.entity.js';
import { TwoFactorKeyCanary } from '../keys/key-canary.entity.js';
import { quotedTable } from '../sql/tables.js';
import { STATE_COLUMNS, UserSecret } from '../factors/totp/user-secret.entity.js';

/** The library's tables. Names follow the schema and prefix of the host's DataSource. */
export class CreateTwoFactor1764000000000 implements MigrationInterface {
  readonly name = 'CreateTwoFactor1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { secrets, codes, challenges, attempts, events, keys, ...names } = namesIn(queryRunner);
    const { refuseChange, oneOfAState, eventsOfAUser, noPlainSetups } = names;

    await queryRunner.query(`CREATE TABLE ${secrets} (
      id uuid PRIMARY KEY,
      user_id text NOT NULL,
      state text NOT NULL,
      sealed_secret text NOT NULL,
      sealed_backup_codes text,
      replaces uuid,
      last_used_step bigint,
      challenge_slot smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL,
      expires_at timestamptz,
      enabled_at timestamptz,
      CONSTRAINT ${oneOfAState} UNIQUE (user_id, state),
      CONSTRAINT user_secrets_state_columns CHECK (${STATE_COLUMNS})
    )`);

    await queryRunner.query(`CREATE TABLE ${codes} (
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
      token_hash bytea NOT NULL UNIQUE,
      attempts smallint NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, slot)
    )`);

    await queryRunner.query(`CREATE TABLE ${attempts} (
      user_id text NOT NULL,
      method text NOT NULL,
      failures_in_a_row integer NOT NULL,
      failed_at timestamptz[] NOT NULL,
      blocked_until timestamptz,
      PRIMARY KEY (user_id, method)
    )`);

    await queryRunner.query(`CREATE TABLE ${events} (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      user_id text NOT NULL,
      at timestamptz NOT NULL,
      type text NOT NULL,
      method text,
      outcome text NOT NULL,
      reason text,
      request_id text,
      ip text,
      user_agent text
    )`);
    await queryRunner.query(`CREATE INDEX ${eventsOfAUser} ON ${events} (user_id, id)`);
    await queryRunner.query(
      `CREATE INDEX ${noPlainSetups} ON ${events} (user_id, id) WHERE ${IS_NO_PLAIN_SETUP}`,
    );
    // Whoever owns the table can disable the trigger, for retention: docs/operations.md.
    // TypeORM's `schema:drop` and `dropSchema` leave the function there, and databases of tests are made with those.
    await queryRunner.query(`CREATE OR REPLACE FUNCTION ${refuseChange}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'security events are append-only' USING ERRCODE = 'restrict_violation'; END $$`);
    await queryRunner.query(`CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${events}
      FOR EACH STATEMENT EXECUTE FUNCTION ${refuseChange}()`);

    await queryRunner.query(`CREATE TABLE ${keys} (
      purpose text NOT NULL,
      key_id text NOT NULL,
      canary text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (purpose, key_id)
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const { secrets, codes, challenges, attempts, events, keys, refuseChange } = namesIn(queryRunner);
    await queryRunner.query(`DROP TABLE ${[keys, events, attempts, challenges, codes, secrets].join(', ')}`);
    await queryRunner.query(`DROP FUNCTION ${refuseChange}()`);
  }
}

type Name =
  | 'secrets'
  | 'codes'
  | 'challenges'
  | 'attempts'
  | 'events'
  | 'keys'
  | 'refuseChange'
  | 'oneOfAState'
  | 'eventsOfAUser'
  | 'noPlainSetups';

function namesIn({ manager }: QueryRunner): Record<Name, string> {
  // A repository leads to the metadata in TypeORM 0.3 as in 1.x; the way from the runner has changed its name.
  const metadataOf = (entity: EntityTarget<ObjectLiteral>): EntityMetadata =>
    manager.getRepository(entity).metadata;
  const tableOf = (entity: EntityTarget<ObjectLiteral>): string => quotedTable(metadataOf(entity));
  const events = tableOf(TwoFactorEventRecord);
  const indexOfEvents = (isPartial: boolean): string | undefined =>
    metadataOf(TwoFactorEventRecord).indices.find(({ where }) => (where !== undefined) === isPartial)?.name;
  return {
    secrets: tableOf(UserSecret),
    codes: tableOf(BackupCode),
    challenges: tableOf(TwoFactorChallenge),
    attempts: tableOf(TwoFactorAttemptRecord),
    events,
    keys: tableOf(TwoFactorKeyCanary),
    // Beside its table: the same schema and prefix.
    refuseChange: events.replace(/"$/, '_append_only"'),
    // As TypeORM names them for this prefix: the names of indexes are one space in a schema.
    oneOfAState: `"${metadataOf(UserSecret).uniques[0]?.name}"`,
    eventsOfAUser: `"${indexOfEvents(false)}"`,
    noPlainSetups: `"${indexOfEvents(true)}"`,
  };
}
