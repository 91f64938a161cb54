import { ERASING, HAS_ACTOR, IS_OPEN, IS_TRIED, NEEDS_PROOF, RESET_CHECKS } from './schema-conditions.js';
import type { SchemaNames } from './schema-names.js';

/** Makes the tables: the one text of them, for the migrations of every tool. Each is one statement. */
export function createSchema({
  tables,
  refuseChange,
  oneOfASecret,
  oneOfAToken,
  needsProof,
  oneOfACredential,
  relyingParties,
  dueNotices,
  openResets,
  actors,
}: SchemaNames): readonly string[] {
  return [
    `CREATE TABLE ${tables.accounts} (
  user_id text PRIMARY KEY,
  enabled_at timestamptz,
  generation bigint NOT NULL DEFAULT 0,
  challenge_slot smallint NOT NULL DEFAULT 0,
  user_handle bytea,
  frozen_at timestamptz
)`,

    `CREATE TABLE ${tables.enrolments} (
  user_id text NOT NULL,
  method text NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  sealed_payload text NOT NULL,
  adds boolean NOT NULL,
  replaces uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, method)
)`,

    `CREATE TABLE ${tables.secrets} (
  user_id text NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  sealed_secret text NOT NULL,
  secret_tag text NOT NULL,
  last_used_step bigint NOT NULL,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  CONSTRAINT ${oneOfASecret} UNIQUE (user_id, secret_tag)
)`,

    `CREATE TABLE ${tables.passkeys} (
  user_id text NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  credential_id bytea NOT NULL,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  backup_eligible boolean NOT NULL,
  backed_up boolean NOT NULL,
  aaguid uuid NOT NULL,
  rp_id text NOT NULL,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  CONSTRAINT ${oneOfACredential} UNIQUE (user_id, credential_id)
)`,

    `CREATE INDEX ${relyingParties} ON ${tables.passkeys} (rp_id)`,

    `CREATE TABLE ${tables.ceremonies} (
  user_id text NOT NULL,
  purpose text NOT NULL,
  session_id text NOT NULL,
  challenge bytea NOT NULL,
  generation bigint,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, purpose)
)`,

    `CREATE TABLE ${tables.backupCodes} (
  user_id text NOT NULL,
  code_hash text NOT NULL,
  pepper_id text NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, code_hash)
)`,

    `CREATE TABLE ${tables.challenges} (
  user_id text NOT NULL,
  slot smallint NOT NULL,
  token_hash bytea NOT NULL,
  attempts smallint NOT NULL,
  webauthn_challenge bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, slot),
  CONSTRAINT ${oneOfAToken} UNIQUE (user_id, token_hash)
)`,

    `CREATE TABLE ${tables.attempts} (
  user_id text NOT NULL,
  method text NOT NULL,
  failures_in_a_row integer NOT NULL,
  failed_at timestamptz[] NOT NULL,
  blocked_until timestamptz,
  PRIMARY KEY (user_id, method)
)`,

    `CREATE TABLE ${tables.assurances} (
  user_id text NOT NULL,
  session_id text NOT NULL,
  method text NOT NULL,
  user_verified boolean NOT NULL DEFAULT false,
  passed_at timestamptz NOT NULL,
  generation bigint NOT NULL,
  PRIMARY KEY (user_id, session_id, method)
)`,

    `CREATE TABLE ${tables.trustedDevices} (
  user_id text NOT NULL,
  id uuid NOT NULL,
  generation bigint NOT NULL,
  token_hash bytea NOT NULL,
  previous_hash bytea,
  rotated_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  method text NOT NULL,
  ip text,
  user_agent text,
  PRIMARY KEY (user_id, id)
)`,

    `CREATE TABLE ${tables.deadlines} (
  user_id text NOT NULL,
  methods text NOT NULL,
  demanded_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, methods)
)`,

    `CREATE TABLE ${tables.requiredEnrolments} (
  user_id text PRIMARY KEY,
  token_hash bytea NOT NULL,
  generation bigint NOT NULL,
  is_proved boolean NOT NULL,
  lost_since bigint,
  expires_at timestamptz NOT NULL
)`,

    `CREATE TABLE ${tables.notices} (
  user_id text NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  type text NOT NULL,
  method text,
  at timestamptz NOT NULL,
  ip text,
  user_agent text,
  remaining smallint,
  tries smallint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, number)
)`,

    `CREATE INDEX ${dueNotices} ON ${tables.notices} (due_at)
  WHERE ${IS_TRIED}`,

    `CREATE TABLE ${tables.panicTokens} (
  user_id text NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, token_hash)
)`,

    `CREATE TABLE ${tables.resets} (
  user_id text NOT NULL,
  id uuid NOT NULL,
  requested_by text NOT NULL,
  note text NOT NULL,
  requested_at timestamptz NOT NULL,
  after_event bigint NOT NULL,
  ready_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  approved_by text,
  approved_at timestamptz,
  code_hash text,
  pepper_id text,
  ended_at timestamptz,
  ended_by text,
  outcome text,
  PRIMARY KEY (user_id, id),
  CONSTRAINT two_factor_reset_people CHECK (${RESET_CHECKS.people}),
  CONSTRAINT two_factor_reset_wait CHECK (${RESET_CHECKS.wait}),
  CONSTRAINT two_factor_reset_code CHECK (${RESET_CHECKS.code})
)`,

    `CREATE UNIQUE INDEX ${openResets} ON ${tables.resets} (user_id) WHERE ${IS_OPEN}`,

    `CREATE TABLE ${tables.events} (
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
  actor text,
  note text,
  PRIMARY KEY (user_id, id)
)`,

    `CREATE INDEX ${actors} ON ${tables.events} (actor) WHERE ${HAS_ACTOR}`,

    `CREATE INDEX ${needsProof} ON ${tables.events} (user_id, id)
  WHERE ${NEEDS_PROOF}`,

    // Retention and erasure say so, and need a role that may delete: docs/operations.md.
    // TypeORM's `schema:drop` and `dropSchema` leave the function there, and databases of tests are made with those.
    `CREATE OR REPLACE FUNCTION ${refuseChange}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'DELETE' AND current_setting('${ERASING}', true) = 'on' THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'security events are append-only' USING ERRCODE = 'restrict_violation';
  END $$`,

    `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${tables.events}
  FOR EACH STATEMENT EXECUTE FUNCTION ${refuseChange}()`,

    `CREATE TABLE ${tables.keys} (
  purpose text NOT NULL,
  key_id text NOT NULL,
  canary text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (purpose, key_id)
)`,
  ];
}

/** Takes the tables away, and all that is in them. Each is one statement. */
export function dropSchema({ tables, refuseChange }: SchemaNames): readonly string[] {
  return [`DROP TABLE ${Object.values(tables).join(',\n  ')}`, `DROP FUNCTION ${refuseChange}()`];
}
