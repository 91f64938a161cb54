import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { SeededDatabase } from './seed.js';

// What tests and the benchmark write into the tables of the reference backend, past it.

export interface SeededAccount {
  readonly id: string;
  readonly email: string;
}

export interface SeededSession {
  readonly id: string;
  readonly userId: string;
  readonly refreshToken: string;
}

/** How and when sessions were signed in, and for how long they live. */
export interface SeededSignIn {
  readonly amr: readonly string[];
  readonly authenticatedAt: Date;
  readonly now: Date;
  readonly secondsToLive: number;
}

export async function seedAccounts(
  database: SeededDatabase,
  accounts: readonly SeededAccount[],
  { passwordHash, createdAt }: { readonly passwordHash: string; readonly createdAt: Date },
): Promise<void> {
  await database.query(
    `INSERT INTO users (id, email, password_hash, created_at)
      SELECT u, e, $3, $4 FROM unnest($1::uuid[], $2::text[]) x(u, e)`,
    [accounts.map(({ id }) => id), accounts.map(({ email }) => email), passwordHash, createdAt],
  );
}

/**
 * Writes the counts of these accounts far below nothing: no limit of calls or failed passwords is in the way of an
 * attack from this machine. What guards the second factor may not rest on one.
 */
export async function seedNoLimits(
  database: SeededDatabase,
  accounts: readonly SeededAccount[],
  { expiresAt }: { readonly expiresAt: Date },
): Promise<void> {
  const keys = accounts.flatMap(({ id, email }) => {
    const account = createHash('sha256').update(email).digest('hex');
    return [`factor-change:${id}`, `sign-in-address:${account}:127.0.0.1`, `sign-in-account:${account}`];
  });
  await database.query(
    'INSERT INTO rate_limits (key, points, expire) SELECT k, -1000000, $2 FROM unnest($1::text[]) k',
    [keys, expiresAt.getTime()],
  );
}

export function drawSession(userId: string): SeededSession {
  return { id: randomUUID(), userId, refreshToken: randomBytes(32).toString('base64url') };
}

export async function seedSessions(
  database: SeededDatabase,
  sessions: readonly SeededSession[],
  { authenticatedAt, now, secondsToLive }: SeededSignIn,
): Promise<void> {
  await database.query(
    `WITH opened AS (INSERT INTO sessions (id, user_id, authenticated_at, expires_at)
      SELECT s, u, $4, least($5, $4::timestamptz + interval '720 hours') FROM unnest($1::uuid[], $2::uuid[]) x(s, u))
    INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
      SELECT h, s, $5 FROM unnest($1::uuid[], $3::bytea[]) x(s, h)`,
    [
      sessions.map(({ id }) => id),
      sessions.map(({ userId }) => userId),
      sessions.map(({ refreshToken }) => createHash('sha256').update(refreshToken).digest()),
      authenticatedAt,
      new Date(now.getTime() + secondsToLive * 1000),
    ],
  );
}

/** The access token that the backend would give out for such a session. */
export function accessTokenOf(
  { id, userId }: SeededSession,
  { amr, authenticatedAt, now, secondsToLive }: SeededSignIn,
  secret: string,
): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: 'nestjs-two-factor',
    aud: 'saas-api',
    sub: userId,
    sid: id,
    iat: seconds,
    exp: seconds + secondsToLive,
    auth_time: Math.floor(authenticatedAt.getTime() / 1000),
    amr,
    acr: amr.includes('mfa') ? 'aal2' : 'aal1',
  };
  const signed = [{ alg: 'HS256', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** So many accounts, with nothing else: `1@example.com`, `2@example.com`, …, each with a hash as long as a real one. */
export async function seedManyAccounts(database: SeededDatabase, count: number): Promise<void> {
  await database.query(
    `INSERT INTO users (email, password_hash, created_at)
      SELECT n || '@example.com', '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('x', 66), now()
      FROM generate_series(1, $1::int) n`,
    [count],
  );
}

/** Lets everybody have signed in from one address. */
export async function seedAddressOfEverybody(database: SeededDatabase): Promise<void> {
  await database.query(
    `INSERT INTO sign_in_addresses (user_id, address, signed_in_at) SELECT id, '192.0.2.1', now() FROM users`,
  );
}

/** Gives everybody one more session, with the refresh token that it began with. */
export async function seedSessionOfEverybody(database: SeededDatabase): Promise<void> {
  await database.query(
    `WITH opened AS (INSERT INTO sessions (id, user_id, authenticated_at, expires_at)
      SELECT gen_random_uuid(), id, now(), now() + interval '720 hours' FROM users
      RETURNING id, expires_at)
    INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
      SELECT sha256(id::text::bytea), id, expires_at FROM opened`,
  );
}
