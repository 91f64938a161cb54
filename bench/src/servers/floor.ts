// The least that keeps the invariants of ours: Fastify, pg with prepared statements, node:crypto. The same
// answers, the same tables, one statement that charges and one that accepts; no framework, no log, no validation
// beyond what keeps it from falling over.
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyRequest } from 'fastify';
import pg from 'pg';
import { drawBackupCodes } from '../../../libs/two-factor/src/factors/backup-codes/backup-code.js';
import {
  hashBackupCode,
  saltOf,
} from '../../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { KeyRing } from '../../../libs/two-factor/src/crypto/key-ring.js';
import { open, seal } from '../../../libs/two-factor/src/crypto/sealed-secret.js';
import { keyUri } from '../../../libs/two-factor/src/factors/totp/key-uri.js';
import { drawQrCode } from '../../../libs/two-factor/src/factors/totp/qr-code.js';
import { drawTotpSecret } from '../../../libs/two-factor/src/factors/totp/totp.js';
import { base32 } from '@scure/base';
import { codeNow } from '../load/totp.js';

const REFRESH_SECONDS = 2_592_000;
const SETUP_SECONDS = 1800;

const env = (name: string): string => process.env[name] ?? '';
const [keyId = '', key = ''] = env('TWO_FACTOR_KEYS').split(':');
const [pepperId = '', encodedPepper = ''] = env('TWO_FACTOR_PEPPERS').split(':');
const ring = new KeyRing([{ id: keyId, key: Buffer.from(key, 'base64') }]);
const pepper = Buffer.from(encodedPepper, 'base64');
const jwtSecret = env('JWT_ACCESS_SECRET');
const pool = new pg.Pool({ connectionString: env('DATABASE_URL'), max: 10 });

// The budget of ours, word for word: it decides and charges in one statement.
const CHARGE = `WITH challenge AS (
    UPDATE two_factor_challenges SET attempts = attempts + 1
    WHERE token_hash = $1 AND attempts < 5 AND expires_at > $2 RETURNING user_id
  ), budget AS (
    INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT user_id, $3::text, 1, ARRAY[$2::timestamptz] FROM challenge
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1,
      failed_at = ARRAY(SELECT f FROM unnest(a.failed_at) f WHERE f > $2::timestamptz - interval '30 days') || $2::timestamptz,
      blocked_until = CASE WHEN a.failures_in_a_row >= 4 THEN $2::timestamptz
        + interval '1 second' * least(900, 30 * 2 ^ least(a.failures_in_a_row - 4, 16)) END
    WHERE (a.blocked_until IS NULL OR a.blocked_until <= $2::timestamptz)
      AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $2::timestamptz - interval '1 day') < 20
      AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $2::timestamptz - interval '30 days') < 100
    RETURNING user_id
  )
  SELECT s.id, s.user_id, s.sealed_secret, s.last_used_step,
    (SELECT code_hash FROM backup_codes b WHERE b.user_id = s.user_id LIMIT 1) AS code_hash
  FROM budget JOIN user_secrets s ON s.user_id = budget.user_id AND s.state = 'active'`;

/** What follows an accepted code. $1 now, $2 method, $3 event, $4 session, $5 refresh token, $6 its end, $7 amr. */
const SESSION_OPENED = `ended AS (DELETE FROM two_factor_challenges c USING accepted g WHERE c.user_id = g.user_id),
  cleared AS (UPDATE two_factor_attempts a SET failures_in_a_row = 0, blocked_until = NULL,
    failed_at = array_remove(a.failed_at, $1::timestamptz)
    FROM accepted g WHERE a.user_id = g.user_id AND a.method = $2::text),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1, $3::text, $2::text, 'success' FROM accepted),
  session AS (INSERT INTO sessions (id, user_id, amr, authenticated_at, expires_at)
    SELECT $4::uuid, user_id::uuid, $7::text[], $1, $6::timestamptz FROM accepted),
  token AS (INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
    SELECT $5::bytea, $4::uuid, $6::timestamptz FROM accepted)`;

const ACCEPT_STEP = `WITH accepted AS (
    UPDATE user_secrets SET last_used_step = $8 WHERE id = $9 AND state = 'active' AND last_used_step < $8 RETURNING user_id
  ), ${SESSION_OPENED} SELECT user_id FROM accepted`;

const REDEEM = `WITH accepted AS (
    UPDATE backup_codes SET used_at = $1 WHERE user_id = $8 AND code_hash = $9 AND used_at IS NULL RETURNING user_id
  ), ${SESSION_OPENED} SELECT user_id FROM accepted`;

const ACTIVATE = `WITH pending AS (
    DELETE FROM user_secrets WHERE id = $9 AND state = 'pending' AND expires_at > $1 RETURNING id, user_id, sealed_secret
  ), accepted AS (
    INSERT INTO user_secrets (id, user_id, state, sealed_secret, last_used_step, created_at, enabled_at)
    SELECT id, user_id, 'active', sealed_secret, $8, $1, $1 FROM pending
    ON CONFLICT (user_id, state) DO NOTHING RETURNING user_id
  ), others AS (DELETE FROM sessions s USING accepted g WHERE s.user_id = g.user_id::uuid),
  codes AS (INSERT INTO backup_codes (user_id, code_hash, pepper_id, created_at)
    SELECT g.user_id, h, $10::text, $1 FROM accepted g, unnest($11::text[]) h),
  ${SESSION_OPENED} SELECT user_id FROM accepted`;

const CHARGE_PENDING = `WITH budget AS (
    INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT $1::text, 'totp', 1, ARRAY[$2::timestamptz]
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1,
      failed_at = a.failed_at || $2::timestamptz WHERE a.failures_in_a_row < 4 RETURNING user_id
  )
  SELECT s.id, s.user_id, s.sealed_secret, s.sealed_backup_codes
  FROM budget JOIN user_secrets s ON s.user_id = budget.user_id AND s.state = 'pending' AND s.expires_at > $2`;

const SAVE_PENDING = `WITH saved AS (
    INSERT INTO user_secrets AS s (id, user_id, sealed_secret, sealed_backup_codes, created_at, expires_at, state)
    SELECT $1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, 'pending'
    WHERE NOT EXISTS (SELECT FROM user_secrets WHERE user_id = $2 AND state = 'active')
    ON CONFLICT (user_id, state) DO UPDATE SET id = excluded.id, sealed_secret = excluded.sealed_secret,
      sealed_backup_codes = excluded.sealed_backup_codes, created_at = excluded.created_at, expires_at = excluded.expires_at
    RETURNING s.user_id
  )
  INSERT INTO two_factor_events (user_id, at, type, outcome) SELECT user_id, $5, 'setup_started', 'success' FROM saved
  RETURNING user_id`;

const STATUS = `SELECT max(enabled_at) AS enabled_at, bool_or(state = 'pending') AS pending,
    (SELECT count(*)::int FROM backup_codes WHERE user_id = $1) AS total,
    (SELECT count(*)::int FROM backup_codes WHERE user_id = $1 AND used_at IS NULL) AS remaining
  FROM user_secrets WHERE user_id = $1`;

const ROTATE = `WITH spent AS (
    UPDATE refresh_tokens SET spent_at = $3 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $3 RETURNING session_id
  ), session AS (
    UPDATE sessions s SET expires_at = $4 FROM spent WHERE s.id = spent.session_id AND s.expires_at > $3
    RETURNING s.id, s.user_id
  ), next AS (
    INSERT INTO refresh_tokens (token_hash, session_id, expires_at) SELECT $2::bytea, id, $4::timestamptz FROM session
  ) SELECT id, user_id FROM session`;

const LIVE_SESSION = `SELECT u.id, u.email FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = $1 AND s.expires_at > $2`;

class Refused extends Error {
  constructor(readonly statusCode: number) {
    super('Refused');
  }
}

async function one<Row extends pg.QueryResultRow>(
  name: string,
  text: string,
  values: unknown[],
): Promise<Row> {
  const {
    rows: [row],
  } = await pool.query<Row>({ name, text, values });
  if (row === undefined) {
    throw new Refused(name === 'session' ? 401 : 422);
  }
  return row;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const signatureOf = (text: string): Buffer => createHmac('sha256', jwtSecret).update(text).digest();
const HEADER = encoded({ alg: 'HS256', typ: 'at+jwt' });

function tokensOf(userId: string, sessionId: string, refreshToken: string, now: Date): object {
  const iat = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: 'nestjs-two-factor',
    aud: 'saas-api',
    sub: userId,
    sid: sessionId,
    iat,
    exp: iat + 900,
  };
  const signed = `${HEADER}.${encoded(claims)}`;
  return {
    accessToken: `${signed}.${signatureOf(signed).toString('base64url')}`,
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: 900,
  };
}

async function sessionOf({ headers }: FastifyRequest): Promise<{ id: string; email: string }> {
  const [header = '', payload = '', signature = ''] = (headers.authorization ?? '').slice(7).split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(`${header}.${payload}`);
  if (header !== HEADER || given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new Refused(401);
  }
  const claims: { sid: string; exp: number } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = new Date();
  if (claims.exp * 1000 <= now.getTime()) {
    throw new Refused(401);
  }
  return one('session', LIVE_SESSION, [claims.sid, now]);
}

/** The latest of three steps that shows the code; all three are computed, and compared in constant time. */
function stepOf(secret: string, code: string, now: Date): number {
  const hmacKey = Buffer.from(base32.decode(secret));
  const given = Buffer.from(code.padEnd(6).slice(0, 6));
  const matching = [-1, 0, 1].filter((drift) =>
    timingSafeEqual(Buffer.from(codeNow(hmacKey, now.getTime() + drift * 30_000)), given),
  );
  const drift = matching.at(-1);
  if (drift === undefined) {
    throw new Refused(422);
  }
  return Math.floor(now.getTime() / 30_000) + drift;
}

interface Opening {
  readonly tokens: (userId: string) => object;
  readonly values: (method: string, event: string, amr: readonly string[]) => unknown[];
}

function opening(now: Date): Opening {
  const [sessionId, refreshToken] = [randomUUID(), randomBytes(32).toString('base64url')];
  const expiresAt = new Date(now.getTime() + REFRESH_SECONDS * 1000);
  return {
    tokens: (userId) => tokensOf(userId, sessionId, refreshToken, now),
    values: (method, event, amr) => [now, method, event, sessionId, sha256(refreshToken), expiresAt, amr],
  };
}

interface ChargedRow extends pg.QueryResultRow {
  readonly id: string;
  readonly user_id: string;
  readonly sealed_secret: string;
  readonly sealed_backup_codes: string;
  readonly code_hash: string;
}

type Body<Fields extends string> = { Body: Partial<Record<Fields, string>> };
const app = fastify();
// An empty body counts as none.
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => {
  try {
    done(null, text === '' ? {} : JSON.parse(String(text)));
  } catch {
    done(new Refused(400));
  }
});

app.get('/health/ready', async () => {
  await pool.query('SELECT 1');
  return { status: 'ok' };
});

app.post<Body<'challengeToken' | 'code' | 'backupCode'>>('/api/v1/auth/2fa/verify', async ({ body }) => {
  const { challengeToken = '', code, backupCode = '' } = body;
  const now = new Date();
  const method = code === undefined ? 'backup_code' : 'totp';
  const row = await one<ChargedRow>('charge', CHARGE, [sha256(challengeToken), now, method]);
  const { id, user_id: userId } = row;
  const { tokens, values } = opening(now);
  if (code === undefined) {
    const salt = saltOf(row.code_hash) ?? Buffer.alloc(16);
    const hash = await hashBackupCode(backupCode, { salt, pepper });
    await one('redeem', REDEEM, [...values(method, 'challenge_answered', ['pwd', 'mfa']), userId, hash]);
  } else {
    const secret = open(ring, row.sealed_secret, { userId, rowId: id, column: 'sealed_secret' });
    const step = stepOf(secret, code, now);
    await one('accept', ACCEPT_STEP, [
      ...values(method, 'challenge_answered', ['pwd', 'otp', 'mfa']),
      step,
      id,
    ]);
  }
  return { data: { status: 'authenticated', method, ...tokens(userId) } };
});

app.post('/api/v1/auth/2fa/setup', async (request) => {
  const { id: userId, email } = await sessionOf(request);
  const now = new Date();
  const [rowId, secret, backupCodes] = [randomUUID(), drawTotpSecret(), drawBackupCodes()];
  const expiresAt = new Date(now.getTime() + SETUP_SECONDS * 1000);
  await one('save', SAVE_PENDING, [
    rowId,
    userId,
    seal(ring, secret, { userId, rowId, column: 'sealed_secret' }),
    seal(ring, backupCodes.join(' '), { userId, rowId, column: 'sealed_backup_codes' }),
    now,
    expiresAt,
  ]);
  const otpauthUri = keyUri({ secret, issuer: env('ISSUER'), account: email });
  const qrCodeUri = await drawQrCode(otpauthUri);
  return { data: { secret, qrCodeUri, backupCodes, otpauthUri, expiresAt } };
});

app.post<Body<'code'>>('/api/v1/auth/2fa/enable', async (request) => {
  const { id: userId } = await sessionOf(request);
  const now = new Date();
  const row = await one<ChargedRow>('chargePending', CHARGE_PENDING, [userId, now]);
  const place = { userId, rowId: row.id };
  const secret = open(ring, row.sealed_secret, { ...place, column: 'sealed_secret' });
  const step = stepOf(secret, request.body.code ?? '', now);
  const codes = open(ring, row.sealed_backup_codes, { ...place, column: 'sealed_backup_codes' }).split(' ');
  const salt = randomBytes(16);
  const hashes = await Promise.all(codes.map((code) => hashBackupCode(code, { salt, pepper })));
  const { tokens, values } = opening(now);
  const effects = [...values('totp', 'enabled', ['pwd', 'otp', 'mfa']), step, row.id, pepperId, hashes];
  await one('activate', ACTIVATE, effects);
  return { data: { enabled: true, enabledAt: now, backupCodesRemaining: hashes.length, ...tokens(userId) } };
});

app.get('/api/v1/auth/2fa', async (request) => {
  const { id } = await sessionOf(request);
  const row = await one<{ enabled_at: Date | null; pending: boolean; total: number; remaining: number }>(
    'status',
    STATUS,
    [id],
  );
  const { enabled_at: enabledAt, pending, total, remaining } = row;
  return { data: { enabled: enabledAt !== null, pending, enabledAt, backupCodes: { total, remaining } } };
});

app.post<Body<'refreshToken'>>('/api/v1/auth/refresh', async ({ body }) => {
  const now = new Date();
  const next = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + REFRESH_SECONDS * 1000);
  const row = await one<{ id: string; user_id: string }>('rotate', ROTATE, [
    sha256(body.refreshToken ?? ''),
    sha256(next),
    now,
    expiresAt,
  ]);
  return { data: tokensOf(row.user_id, row.id, next, now) };
});

await app.listen({ port: Number(env('PORT')), host: '127.0.0.1' });
process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => pool.end())
    .then(() => process.exit(0));
});
