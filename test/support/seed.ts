import { createHash } from 'node:crypto';
import type { KeyRing } from '../../libs/two-factor/src/crypto/key-ring.js';
import { seal } from '../../libs/two-factor/src/crypto/sealed-secret.js';
import { tagOf } from '../../libs/two-factor/src/crypto/secret-tag.js';
import { timeStepOf } from '../../libs/two-factor/src/factors/totp/totp.js';
import {
  placeOfPayload,
  placeOfSecret,
  textOfPayload,
} from '../../libs/two-factor/src/factors/totp/totp-payload.js';
import type { AttemptMethod } from '../../libs/two-factor/src/options/factor-method.js';

// What tests and the benchmark write into the library's tables, past the library: all of it is here, so that a
// table that changes changes one file. Each takes many users at once.

/** A database, a transaction in it, or an attack's target. */
export interface SeededDatabase {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

export interface SeededAuthenticator {
  readonly userId: string;
  readonly secretId: string;
  /** Base32. */
  readonly secret: string;
}

export interface SeededSetup extends SeededAuthenticator {
  readonly backupCodes: readonly string[];
  /** The active authenticator that it may replace. */
  readonly replaces?: string | undefined;
}

export interface SeededChallenge {
  readonly userId: string;
  readonly slot: number;
  readonly token: string;
  /** What was drawn for a passkey. */
  readonly drawn?: Buffer;
}

/** A passkey that several accounts may have, each for its own. */
export interface SeededPasskey {
  readonly credentialId: Buffer;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly userHandle: Buffer;
  readonly rpId: string;
}

/** Authenticators as if they had been confirmed at that time, with the code of its time step. */
export async function seedAuthenticators(
  database: SeededDatabase,
  authenticators: readonly SeededAuthenticator[],
  { keys, enabledAt }: { readonly keys: KeyRing; readonly enabledAt: Date },
): Promise<void> {
  await database.query(
    `WITH account AS (INSERT INTO two_factor_accounts (user_id, enabled_at, generation)
      SELECT u, $5::timestamptz, 1 FROM unnest($2::text[]) u ON CONFLICT DO NOTHING)
    INSERT INTO two_factor_secrets
      (id, user_id, name, sealed_secret, secret_tag, last_used_step, last_used_at, created_at)
      SELECT i, u, 'Authenticator', s, t, $4, $5, $5 FROM unnest($1::uuid[], $2::text[], $3::text[], $6::text[]) x(i, u, s, t)`,
    [
      authenticators.map(({ secretId }) => secretId),
      authenticators.map(({ userId }) => userId),
      authenticators.map((authenticator) => sealedSecret(keys, authenticator)),
      timeStepOf(enabledAt),
      enabledAt,
      authenticators.map((authenticator) => tagOf(keys, authenticator)),
    ],
  );
}

/** Gives each of these users a device-bound passkey that has not been used yet, as the only authenticator. */
export async function seedPasskeys(
  database: SeededDatabase,
  userIds: readonly string[],
  { passkey, enabledAt }: { readonly passkey: SeededPasskey; readonly enabledAt: Date },
): Promise<void> {
  await database.query(
    `WITH account AS (INSERT INTO two_factor_accounts (user_id, enabled_at, generation, user_handle)
      SELECT u, $6::timestamptz, 1, $4 FROM unnest($1::text[]) u)
    INSERT INTO two_factor_passkeys (user_id, id, name, credential_id, public_key, counter, transports, backup_eligible,
        backed_up, aaguid, rp_id, created_at)
      SELECT u, gen_random_uuid(), 'Passkey', $2, $3, 0, '{internal,hybrid}', false, false,
        '00000000-0000-0000-0000-000000000000', $5, $6 FROM unnest($1::text[]) u`,
    [userIds, passkey.credentialId, passkey.publicKey, passkey.userHandle, passkey.rpId, enabledAt],
  );
}

/** Puts another secret into an authenticator that there is. Its tag stays: no account has one secret twice. */
export async function seedSecret(
  database: SeededDatabase,
  authenticator: SeededAuthenticator,
  { keys }: { readonly keys: KeyRing },
): Promise<void> {
  await database.query('UPDATE two_factor_secrets SET sealed_secret = $2 WHERE id = $1', [
    authenticator.secretId,
    sealedSecret(keys, authenticator),
  ]);
}

/** Sessions that have passed the authenticator, under the present generation of their users. */
export async function seedAssurances(
  database: SeededDatabase,
  sessions: readonly { readonly id: string; readonly userId: string }[],
  { passedAt }: { readonly passedAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_assurances (user_id, session_id, method, passed_at, generation)
      SELECT a.user_id, s, 'totp', $3, a.generation FROM unnest($1::text[], $2::text[]) x(u, s)
      JOIN two_factor_accounts a ON a.user_id = x.u`,
    [sessions.map(({ userId }) => userId), sessions.map(({ id }) => id), passedAt],
  );
}

/** Setups that wait to be confirmed. */
export async function seedSetups(
  database: SeededDatabase,
  setups: readonly SeededSetup[],
  {
    keys,
    createdAt,
    expiresAt,
  }: { readonly keys: KeyRing; readonly createdAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_enrolments (id, user_id, method, name, sealed_payload, adds, replaces, created_at, expires_at)
      SELECT i, u, 'totp', 'Authenticator', p, false, r, $5, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) x(i, u, p, r)`,
    [
      setups.map(({ secretId }) => secretId),
      setups.map(({ userId }) => userId),
      setups.map(({ userId, secretId, secret, backupCodes }) =>
        seal(keys, textOfPayload({ secret, backupCodes }), placeOfPayload(userId, secretId)),
      ),
      setups.map(({ replaces = null }) => replaces),
      createdAt,
      expiresAt,
    ],
  );
}

function sealedSecret(keys: KeyRing, { userId, secretId, secret }: SeededAuthenticator): string {
  return seal(keys, secret, placeOfSecret(userId, secretId));
}

/** Gives each of these users one and the same set of backup codes. */
export async function seedBackupCodes(
  database: SeededDatabase,
  userIds: readonly string[],
  {
    hashes,
    pepperId,
    createdAt,
  }: { readonly hashes: readonly string[]; readonly pepperId: string; readonly createdAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_backup_codes (user_id, code_hash, pepper_id, created_at)
      SELECT u, h, $3, $4 FROM unnest($1::text[]) u, unnest($2::text[]) h`,
    [userIds, hashes, pepperId, createdAt],
  );
}

export async function seedOpenChallenges(
  database: SeededDatabase,
  challenges: readonly SeededChallenge[],
  { expiresAt }: { readonly expiresAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_challenges (user_id, slot, token_hash, attempts, expires_at, webauthn_challenge)
      SELECT u, s, h, 0, $4, d FROM unnest($1::text[], $2::int[], $3::bytea[], $5::bytea[]) x(u, s, h, d)`,
    [
      challenges.map(({ userId }) => userId),
      challenges.map(({ slot }) => slot),
      challenges.map(({ token }) => createHash('sha256').update(token).digest()),
      expiresAt,
      challenges.map(({ drawn = null }) => drawn),
    ],
  );
}

/** Devices that are trusted under the present generation of their users, with the newest token of each. */
export async function seedTrustedDevices(
  database: SeededDatabase,
  devices: readonly { readonly userId: string; readonly id: string; readonly token: string }[],
  { createdAt, expiresAt }: { readonly createdAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_trusted_devices (user_id, id, generation, token_hash, rotated_at, created_at, expires_at,
        last_used_at, method)
      SELECT a.user_id, i, a.generation, h, $4, $4, $5, $4, 'totp' FROM unnest($1::text[], $2::uuid[], $3::bytea[]) x(u, i, h)
      JOIN two_factor_accounts a ON a.user_id = x.u`,
    [
      devices.map(({ userId }) => userId),
      devices.map(({ id }) => id),
      devices.map(({ token }) => createHash('sha256').update(token).digest()),
      createdAt,
      expiresAt,
    ],
  );
}

/** Adds failures to those of each of these users: when they were charged, and how many in a row there are then. */
export async function seedFailures(
  database: SeededDatabase,
  userIds: readonly string[],
  {
    method,
    failedAt = [],
    inARow = 0,
  }: { readonly method: AttemptMethod; readonly failedAt?: readonly Date[]; readonly inARow?: number },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
      SELECT u, $2, $3, $4 FROM unnest($1::text[]) u
      ON CONFLICT (user_id, method) DO UPDATE SET
        failures_in_a_row = excluded.failures_in_a_row, failed_at = a.failed_at || excluded.failed_at`,
    [userIds, method, inARow, failedAt],
  );
}

export async function forgetFailures(database: SeededDatabase, userId: string): Promise<void> {
  await database.query('DELETE FROM two_factor_attempts WHERE user_id = $1', [userId]);
}

/** Events of a user one after another, so many times over; each round has its number as the id of its request. */
export async function seedEvents(
  database: SeededDatabase,
  userId: string,
  {
    events,
    rounds,
  }: {
    readonly events: readonly { readonly type: string; readonly method?: AttemptMethod }[];
    readonly rounds: number;
  },
): Promise<void> {
  await database.query(
    `INSERT INTO two_factor_events (user_id, at, type, method, outcome, request_id)
      SELECT $1, now(), type, method, 'success', n FROM generate_series(1, $4::int) n,
        unnest($2::text[], $3::text[]) WITH ORDINALITY e (type, method, place)
      ORDER BY n, place`,
    [userId, events.map(({ type }) => type), events.map(({ method = null }) => method), rounds],
  );
}

/** What an importer leaves: an authenticator without backup codes. */
export async function removeBackupCodes(database: SeededDatabase, userId: string): Promise<void> {
  await database.query('DELETE FROM two_factor_backup_codes WHERE user_id = $1', [userId]);
}

/** Spends so many of a user's codes; those that are spent already count. */
export async function spendBackupCodes(
  database: SeededDatabase,
  userId: string,
  count: number,
): Promise<void> {
  await database.query(
    `UPDATE two_factor_backup_codes SET used_at = now() WHERE user_id = $1 AND code_hash IN (
      SELECT code_hash FROM two_factor_backup_codes WHERE user_id = $1 ORDER BY code_hash LIMIT $2)`,
    [userId, count],
  );
}

/** A row as somebody leaves it who can write to the table. */
export async function tamperWithSecret(
  database: SeededDatabase,
  userId: string,
  sealed: string,
): Promise<void> {
  await database.query('UPDATE two_factor_secrets SET sealed_secret = $2 WHERE user_id = $1', [
    userId,
    sealed,
  ]);
}

/** Gives each of two setups what was handed out at the other one. */
export async function exchangeSetups(
  database: SeededDatabase,
  userIds: readonly [string, string],
): Promise<void> {
  await database.query(
    `UPDATE two_factor_enrolments s SET sealed_payload = o.sealed_payload FROM two_factor_enrolments o
      WHERE s.user_id = ANY($1) AND o.user_id = ANY($1) AND o.user_id <> s.user_id`,
    [userIds],
  );
}

/** @param parameters of Argon2, as a PHC string has them */
export async function tamperWithHashes(
  database: SeededDatabase,
  userId: string,
  parameters: string,
): Promise<void> {
  await database.query(
    `UPDATE two_factor_backup_codes SET code_hash = replace(code_hash, 'm=19456,t=2,p=1', $2) WHERE user_id = $1`,
    [userId, parameters],
  );
}

/** Takes a setup away, as its confirmation does. */
export async function removeSetups(database: SeededDatabase, userId: string): Promise<void> {
  await database.query('DELETE FROM two_factor_enrolments WHERE user_id = $1', [userId]);
}

/** Puts a copy of one user's authenticator beside what another one has: what a race would have to bring about. */
export async function copyAuthenticator(
  database: SeededDatabase,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await database.query(
    `WITH account AS (INSERT INTO two_factor_accounts (user_id, enabled_at) VALUES ($1, now()))
    INSERT INTO two_factor_secrets (id, user_id, name, sealed_secret, secret_tag, last_used_step, created_at)
      SELECT gen_random_uuid(), $1, name, sealed_secret, secret_tag, last_used_step, created_at
      FROM two_factor_secrets WHERE user_id = $2`,
    [to, from],
  );
}

/**
 * Gives everybody in `users` who has none a factor that was used once: rows in every table, each value as long as
 * a real one. Their ids are random, so that indexes are as unordered as real ones. No key opens these secrets.
 *
 * @param hasChallenges whether each has signed in with the password and set up once more, and left it at that
 */
export async function seedEverybody(
  database: SeededDatabase,
  { hasChallenges }: { readonly hasChallenges: boolean },
): Promise<void> {
  const everybody = `(SELECT id::text AS user_id FROM users) u`;
  await database.query(
    `WITH account AS (INSERT INTO two_factor_accounts (user_id, enabled_at, generation)
      SELECT user_id, now(), 1 FROM ${everybody} ON CONFLICT DO NOTHING RETURNING user_id)
    INSERT INTO two_factor_secrets
      (id, user_id, name, sealed_secret, secret_tag, last_used_step, last_used_at, created_at)
      SELECT gen_random_uuid(), user_id, 'Authenticator', 'v1.k1.' || repeat('x', 102), repeat('x', 43), 1, now(), now()
      FROM account`,
  );
  // Ten million rows are in sooner than they are found in an index.
  await database.query('ALTER TABLE two_factor_backup_codes DROP CONSTRAINT two_factor_backup_codes_pkey');
  await database.query(
    `INSERT INTO two_factor_backup_codes (user_id, code_hash, pepper_id, created_at)
      SELECT user_id, '$argon2id$v=19$m=19456,t=2,p=1$' || substr(md5(user_id), 1, 22) || '$'
        || substr(encode(sha256((user_id || n)::bytea), 'base64'), 1, 43), 'p1', now()
      FROM ${everybody}, generate_series(1, 10) n`,
  );
  await database.query('ALTER TABLE two_factor_backup_codes ADD PRIMARY KEY (user_id, code_hash)');
  await database.query(
    `INSERT INTO two_factor_attempts (user_id, method, failures_in_a_row, failed_at)
      SELECT user_id, 'totp', 0, '{}' FROM ${everybody} ON CONFLICT DO NOTHING`,
  );
  await database.query(
    `INSERT INTO two_factor_events (user_id, at, type, method, outcome, request_id, ip, user_agent)
      SELECT user_id, now(), type, 'totp', 'success', user_id, '203.0.113.17', repeat('x', 110)
      FROM unnest('{setup_started,enabled,challenge_answered}'::text[]) type, ${everybody}`,
  );
  await database.query(
    `INSERT INTO two_factor_assurances (user_id, session_id, method, passed_at, generation)
      SELECT user_id, gen_random_uuid()::text, 'totp', now(), 1 FROM ${everybody}`,
  );
  if (hasChallenges) {
    await database.query(
      `INSERT INTO two_factor_enrolments (user_id, method, id, name, sealed_payload, adds, created_at, expires_at)
        SELECT user_id, 'totp', gen_random_uuid(), 'Authenticator', 'v1.k1.' || repeat('x', 350), false, now(), now() FROM ${everybody}
        ON CONFLICT DO NOTHING`,
    );
    await database.query(
      `INSERT INTO two_factor_challenges (user_id, slot, token_hash, attempts, expires_at)
        SELECT user_id, 0, sha256(user_id::bytea), 0, now() FROM ${everybody} ON CONFLICT DO NOTHING`,
    );
    await database.query(
      `INSERT INTO two_factor_passkeys (user_id, id, name, credential_id, public_key, counter, transports, backup_eligible,
          backed_up, aaguid, rp_id, created_at)
        SELECT user_id, gen_random_uuid(), 'Passkey', sha256(user_id::bytea), repeat('x', 77)::bytea, 0, '{internal}', true,
          true, gen_random_uuid(), 'localhost', now() FROM ${everybody}`,
    );
    await database.query(
      `INSERT INTO two_factor_ceremonies (user_id, purpose, session_id, challenge, expires_at)
        SELECT user_id, 'prove', user_id, sha256(user_id::bytea), now() FROM ${everybody} ON CONFLICT DO NOTHING`,
    );
  }
}
