import { createHash } from 'node:crypto';
import { type TablePlace, type TwoFactorTables, quoted, tablesIn } from './tables.js';

/**
 * A setup without a proof costs nothing and can be repeated without end, and so does a new name; each replaces the one
 * before it. All other events lie in an index of their own, so that a run of these is passed over however long it is.
 */
export const NEEDS_PROOF = `type NOT IN ('setup_started', 'authenticator_renamed') OR method IS NOT NULL`;

/** A user has one reset at a time. */
export const IS_OPEN = 'ended_at IS NULL';

/** What holds of a reset by support, whatever writes it (invariant 41). */
export const RESET_CHECKS = {
  /** Nobody asks for, or approves, what is their own. */
  people: 'requested_by <> user_id AND (approved_by IS NULL OR approved_by <> user_id)',
  /** A day at least, and three where one person has done the work of two. */
  wait: `ready_at >= requested_at + interval '24 hours' AND expires_at > ready_at AND
    (approved_by IS NULL OR approved_by <> requested_by OR ready_at >= requested_at + interval '72 hours')`,
  /** There is a code once it was approved, and not before. */
  code: '(approved_by IS NULL) = (code_hash IS NULL)',
} as const;

/** The few events that somebody else than the user has made: found by who it was, when that one leaves. */
export const HAS_ACTOR = 'actor IS NOT NULL';

/** The setting under which the trigger of the events lets somebody delete, who may. */
export const ERASING = 'nestjs_two_factor.erasing';
/** How often a notice is handed out. One that was refused each time is parked: it keeps no later one from its user. */
export const NOTICE_TRIES = 12;
/** What is parked lies outside the index that is looked through for what is due. */
export const IS_TRIED = `tries < ${NOTICE_TRIES}`;

/** What has a name of its own beside the tables: these are one space in a schema, so the prefix is in them. */
export interface SchemaNames {
  readonly tables: TwoFactorTables;
  readonly refuseChange: string;
  readonly oneOfASecret: string;
  readonly oneOfAToken: string;
  readonly needsProof: string;
  readonly oneOfACredential: string;
  readonly relyingParties: string;
  readonly dueNotices: string;
  readonly openResets: string;
  readonly actors: string;
}

/** The names of a schema, those of constraints and indexes as TypeORM gives them: its tables and all others are alike. */
export function schemaNames(place: TablePlace): SchemaNames {
  const { prefix = '' } = place;
  const hashed = (text: string): string => createHash('sha1').update(`${prefix}${text}`).digest('hex');
  const tables = tablesIn(place);
  return {
    tables,
    // Beside its table: the same schema and prefix.
    refuseChange: tables.events.replace(/"$/, '_append_only"'),
    oneOfASecret: quoted(`UQ_${hashed('two_factor_secrets_secret_tag_user_id').slice(0, 27)}`),
    oneOfAToken: quoted(`UQ_${hashed('two_factor_challenges_token_hash_user_id').slice(0, 27)}`),
    oneOfACredential: quoted(`UQ_${hashed('two_factor_passkeys_credential_id_user_id').slice(0, 27)}`),
    relyingParties: quoted(`IDX_${hashed('two_factor_passkeys_rp_id').slice(0, 26)}`),
    dueNotices: quoted(`IDX_${hashed(`two_factor_notices_due_at_${IS_TRIED}`).slice(0, 26)}`),
    openResets: quoted(`IDX_${hashed(`two_factor_resets_user_id_${IS_OPEN}`).slice(0, 26)}`),
    actors: quoted(`IDX_${hashed(`two_factor_events_actor_${HAS_ACTOR}`).slice(0, 26)}`),
    needsProof: quoted(`IDX_${hashed(`two_factor_events_id_user_id_${NEEDS_PROOF}`).slice(0, 26)}`),
  };
}

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
