// The least that keeps the invariants of ours: Fastify, pg with prepared statements, node:crypto. The same
// answers, the same tables, one statement that reads and one that settles; no framework, no log, no validation
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
import {
  placeOfPayload,
  placeOfSecret,
  readPayload,
  textOfPayload,
} from '../../../libs/two-factor/src/factors/totp/totp-payload.js';
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

const ADMITS = `(a.blocked_until IS NULL OR a.blocked_until <= $1::timestamptz)
  AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '1 day') < 20
  AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '30 days') < 100`;

/** What a failure makes of a budget, and a right proof of it: the rules of ours, word for word. */
const FAILED_AT = `ARRAY(SELECT f FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '30 days') || $1::timestamptz`;
const BLOCKED_UNTIL = `CASE WHEN a.failures_in_a_row >= 4 THEN $1::timestamptz
  + interval '1 second' * least(900, 30 * 2 ^ least(a.failures_in_a_row - 4, 16)) END`;

/** Reads what a code is checked against. $1 now, $2 user, $3 token. */
const READ = `SELECT a.generation, s.id, s.sealed_secret FROM two_factor_challenges c
  JOIN two_factor_accounts a ON a.user_id = c.user_id AND a.enabled_at IS NOT NULL
  JOIN two_factor_secrets s ON s.user_id = c.user_id
  WHERE c.user_id = $2 AND c.token_hash = $3 AND c.attempts < 5 AND c.expires_at > $1::timestamptz
    AND NOT EXISTS (SELECT FROM two_factor_attempts a WHERE a.user_id = $2 AND a.method = 'totp' AND NOT (${ADMITS}))`;

/** Charges what costs Argon2, and reads it. $1 now, $2 user, $3 token, $4 method. */
const CHARGE = `WITH account AS (SELECT user_id, generation FROM two_factor_accounts WHERE user_id = $2 AND enabled_at IS NOT NULL FOR UPDATE),
  challenge AS (SELECT c.user_id FROM two_factor_challenges c JOIN account USING (user_id)
    WHERE c.token_hash = $3 AND c.attempts < 5 AND c.expires_at > $1::timestamptz FOR UPDATE OF c),
  budget AS (INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT user_id, $4::text, 1, ARRAY[$1::timestamptz] FROM challenge
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1, failed_at = ${FAILED_AT},
      blocked_until = ${BLOCKED_UNTIL} WHERE ${ADMITS} RETURNING user_id),
  charged AS (UPDATE two_factor_challenges c SET attempts = attempts + 1 FROM budget b WHERE c.user_id = b.user_id AND c.token_hash = $3)
  SELECT (SELECT generation FROM account), b.code_hash FROM budget LEFT JOIN LATERAL
    (SELECT code_hash FROM two_factor_backup_codes WHERE user_id = $2 LIMIT 1) b ON true`;

/** What follows an accepted proof. $1 now, $2 user, $3 token, $4 method, $5 event, $6 session, $7 refresh token, $8 its end. */
const OPENED = `ended AS (DELETE FROM two_factor_challenges c USING accepted g WHERE c.user_id = $2 AND c.user_id = g.user_id),
  assurance AS (INSERT INTO two_factor_assurances (user_id, session_id, method, passed_at, generation)
    SELECT g.user_id, $6::uuid::text, $4::text, $1::timestamptz, a.generation FROM accepted g JOIN account a USING (user_id)),
  session AS (INSERT INTO sessions (id, user_id, authenticated_at, expires_at)
    SELECT $6::uuid, user_id::uuid, $1::timestamptz, $8::timestamptz FROM accepted),
  token AS (INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
    SELECT $7::bytea, $6::uuid, $8::timestamptz FROM accepted)`;

const LOCKED = `account AS (SELECT user_id, generation FROM two_factor_accounts
    WHERE user_id = $2 AND generation = $9 AND enabled_at IS NOT NULL FOR UPDATE),
  challenge AS (SELECT c.user_id FROM two_factor_challenges c JOIN account USING (user_id)
    WHERE c.token_hash = $3 AND c.expires_at > $1::timestamptz FOR UPDATE OF c)`;

/** Settles a code, right or wrong. $10 secret, $11 step or null. */
const SETTLE = `WITH ${LOCKED},
  secret AS (SELECT s.id, s.last_used_step FROM two_factor_secrets s JOIN challenge USING (user_id) WHERE s.id = $10 FOR UPDATE OF s),
  proof AS (SELECT user_id, EXISTS (SELECT FROM secret WHERE last_used_step < $11::bigint) AS is_right FROM challenge),
  budget AS (INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT user_id, $4::text, CASE WHEN is_right THEN 0 ELSE 1 END, CASE WHEN is_right THEN '{}' ELSE ARRAY[$1::timestamptz] END FROM proof
    ON CONFLICT (user_id, method) DO UPDATE SET
      failures_in_a_row = CASE WHEN (SELECT is_right FROM proof) THEN 0 ELSE a.failures_in_a_row + 1 END,
      failed_at = CASE WHEN (SELECT is_right FROM proof) THEN a.failed_at ELSE ${FAILED_AT} END,
      blocked_until = CASE WHEN (SELECT is_right FROM proof) THEN NULL ELSE ${BLOCKED_UNTIL} END
    WHERE ${ADMITS} RETURNING a.user_id),
  admitted AS (SELECT p.* FROM proof p JOIN budget USING (user_id)),
  accepted AS (SELECT user_id FROM admitted WHERE is_right),
  spent AS (UPDATE two_factor_secrets s SET last_used_step = $11 FROM accepted g WHERE s.user_id = g.user_id AND s.id = $10),
  refused AS (UPDATE two_factor_challenges c SET attempts = attempts + 1 FROM admitted g
    WHERE NOT g.is_right AND c.user_id = g.user_id AND c.token_hash = $3),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1::timestamptz, $5::text, $4::text, CASE WHEN is_right THEN 'success' ELSE 'failure' END FROM admitted),
  ${OPENED} SELECT user_id FROM accepted`;

/** What takes the charge of an accepted proof back, and tells of it. */
const TAKEN_BACK = `cleared AS (UPDATE two_factor_attempts a SET failures_in_a_row = 0, blocked_until = NULL,
    failed_at = array_remove(a.failed_at, $1::timestamptz) FROM accepted g WHERE a.user_id = g.user_id AND a.method = $4::text),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1::timestamptz, $5::text, $4::text, 'success' FROM accepted)`;

/** $10 the code's hash. */
const REDEEM = `WITH ${LOCKED},
  accepted AS (UPDATE two_factor_backup_codes b SET used_at = $1::timestamptz FROM challenge c
    WHERE b.user_id = c.user_id AND b.code_hash = $10 AND b.used_at IS NULL RETURNING b.user_id),
  ${TAKEN_BACK}, ${OPENED} SELECT user_id FROM accepted`;

const CHARGE_PENDING = `WITH budget AS (
    INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT $2::text, 'totp', 1, ARRAY[$1::timestamptz]
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1, failed_at = ${FAILED_AT},
      blocked_until = ${BLOCKED_UNTIL} WHERE ${ADMITS} RETURNING user_id
  )
  SELECT e.id, e.sealed_payload FROM budget b JOIN two_factor_enrolments e ON e.user_id = b.user_id
  WHERE e.method = 'totp' AND e.expires_at > $1::timestamptz`;

/** $9 the setup, $10 its secret, $11 step, $12 pepper, $13 hashes. $3 is not used. */
const ACTIVATE = `WITH pending AS (
    DELETE FROM two_factor_enrolments WHERE user_id = $2 AND id = $9 AND expires_at > $1::timestamptz AND $3::bytea IS NULL RETURNING id, user_id
  ), account AS (
    INSERT INTO two_factor_accounts AS a (user_id, enabled_at, generation) SELECT user_id, $1::timestamptz, 1 FROM pending
    ON CONFLICT (user_id) DO UPDATE SET enabled_at = excluded.enabled_at, generation = a.generation + 1
      WHERE a.enabled_at IS NULL RETURNING user_id, generation
  ), accepted AS (
    INSERT INTO two_factor_secrets (user_id, id, name, sealed_secret, secret_tag, last_used_step, created_at)
    SELECT p.user_id, p.id, '', $10::text, '', $11::bigint, $1::timestamptz FROM pending p JOIN account USING (user_id) RETURNING user_id
  ), others AS (DELETE FROM sessions s USING accepted g WHERE s.user_id = g.user_id::uuid),
  codes AS (INSERT INTO two_factor_backup_codes (user_id, code_hash, pepper_id, created_at)
    SELECT g.user_id, h, $12::text, $1::timestamptz FROM accepted g, unnest($13::text[]) h),
  ${TAKEN_BACK}, ${OPENED} SELECT user_id FROM accepted`;

const SAVE_PENDING = `WITH saved AS (
    INSERT INTO two_factor_enrolments AS e (user_id, method, id, name, sealed_payload, adds, created_at, expires_at)
    SELECT $2::text, 'totp', $1::uuid, '', $3::text, false, $4::timestamptz, $5::timestamptz
    WHERE NOT EXISTS (SELECT FROM two_factor_accounts WHERE user_id = $2 AND enabled_at IS NOT NULL)
    ON CONFLICT (user_id, method) DO UPDATE SET id = excluded.id, sealed_payload = excluded.sealed_payload,
      created_at = excluded.created_at, expires_at = excluded.expires_at, replaces = NULL
    RETURNING e.user_id
  )
  INSERT INTO two_factor_events (user_id, at, type, outcome) SELECT user_id, $4, 'setup_started', 'success' FROM saved
  RETURNING user_id`;

const STATUS = `SELECT (SELECT enabled_at FROM two_factor_accounts WHERE user_id = $1) AS enabled_at,
    EXISTS (SELECT FROM two_factor_enrolments WHERE user_id = $1) AS pending,
    (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1) AS total,
    (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1 AND used_at IS NULL) AS remaining`;

const ROTATE = `WITH spent AS (
    UPDATE refresh_tokens SET spent_at = $3 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $3 RETURNING session_id
  ), session AS (
    UPDATE sessions s SET expires_at = least($4, s.authenticated_at + interval '720 hours') FROM spent WHERE s.id = spent.session_id AND s.expires_at > $3
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
function stepOf(secret: string, code: string, now: Date): number | null {
  const hmacKey = Buffer.from(base32.decode(secret));
  const given = Buffer.from(code.padEnd(6).slice(0, 6));
  const matching = [-1, 0, 1].filter((drift) =>
    timingSafeEqual(Buffer.from(codeNow(hmacKey, now.getTime() + drift * 30_000)), given),
  );
  const drift = matching.at(-1);
  return drift === undefined ? null : Math.floor(now.getTime() / 30_000) + drift;
}

interface Opening {
  readonly tokens: object;
  readonly values: (token: Buffer | null, method: string, event: string) => unknown[];
}

function opening(userId: string, now: Date): Opening {
  const [sessionId, refreshToken] = [randomUUID(), randomBytes(32).toString('base64url')];
  const expiresAt = new Date(now.getTime() + REFRESH_SECONDS * 1000);
  return {
    tokens: tokensOf(userId, sessionId, refreshToken, now),
    values: (token, method, event) => [
      now,
      userId,
      token,
      method,
      event,
      sessionId,
      sha256(refreshToken),
      expiresAt,
    ],
  };
}

interface ReadRow extends pg.QueryResultRow {
  readonly generation: string;
  readonly id: string;
  readonly sealed_secret: string;
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
  const userId = Buffer.from(challengeToken.split('.')[0] ?? '', 'base64url').toString('utf8');
  const token = sha256(challengeToken);
  const { tokens, values } = opening(userId, now);
  if (code === undefined) {
    const row = await one<{ generation: string; code_hash: string }>('charge', CHARGE, [
      now,
      userId,
      token,
      'backup_code',
    ]);
    const salt = saltOf(row.code_hash) ?? Buffer.alloc(16);
    const hash = await hashBackupCode(backupCode, { salt, pepper });
    await one('redeem', REDEEM, [
      ...values(token, 'backup_code', 'challenge_answered'),
      row.generation,
      hash,
    ]);
    return { data: { status: 'authenticated', method: 'backup_code', ...tokens } };
  }
  const { generation, id, sealed_secret: sealed } = await one<ReadRow>('read', READ, [now, userId, token]);
  const step = stepOf(open(ring, sealed, placeOfSecret(userId, id)), code, now);
  await one('settle', SETTLE, [...values(token, 'totp', 'challenge_answered'), generation, id, step]);
  return { data: { status: 'authenticated', method: 'totp', ...tokens } };
});

app.post('/api/v1/auth/2fa/setup', async (request) => {
  const { id: userId, email } = await sessionOf(request);
  const now = new Date();
  const [rowId, secret, backupCodes] = [randomUUID(), drawTotpSecret(), drawBackupCodes()];
  const expiresAt = new Date(now.getTime() + SETUP_SECONDS * 1000);
  const sealed = seal(ring, textOfPayload({ secret, backupCodes }), placeOfPayload(userId, rowId));
  await one('save', SAVE_PENDING, [rowId, userId, sealed, now, expiresAt]);
  const otpauthUri = keyUri({ secret, issuer: env('ISSUER'), account: email });
  const qrCodeUri = await drawQrCode(otpauthUri);
  return { data: { secret, qrCodeUri, backupCodes, otpauthUri, expiresAt } };
});

app.post<Body<'code'>>('/api/v1/auth/2fa/enable', async (request) => {
  const { id: userId } = await sessionOf(request);
  const now = new Date();
  const row = await one<{ id: string; sealed_payload: string }>('chargePending', CHARGE_PENDING, [
    now,
    userId,
  ]);
  const { secret, backupCodes } = readPayload(open(ring, row.sealed_payload, placeOfPayload(userId, row.id)));
  const step = stepOf(secret, request.body.code ?? '', now);
  if (step === null) {
    throw new Refused(422);
  }
  const salt = randomBytes(16);
  const hashes = await Promise.all(backupCodes.map((code) => hashBackupCode(code, { salt, pepper })));
  const { tokens, values } = opening(userId, now);
  const sealed = seal(ring, secret, placeOfSecret(userId, row.id));
  await one('activate', ACTIVATE, [
    ...values(null, 'totp', 'enabled'),
    row.id,
    sealed,
    step,
    pepperId,
    hashes,
  ]);
  return { data: { enabled: true, enabledAt: now, backupCodesRemaining: hashes.length, ...tokens } };
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
