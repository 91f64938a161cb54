// The least that keeps the invariants of ours: Fastify, pg with prepared statements, node:crypto, and for passkeys
// SimpleWebAuthn. The same answers, the same tables, one statement that reads and one that settles; no framework, no
// log, no validation beyond what keeps it from falling over.
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import fastify from 'fastify';
import type pg from 'pg';
import { base32 } from '@scure/base';
import { drawBackupCodes } from '../../../../libs/two-factor/src/factors/backup-codes/backup-code.js';
import {
  hashBackupCode,
  saltOf,
} from '../../../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { KeyRing } from '../../../../libs/two-factor/src/crypto/key-ring.js';
import { open, seal } from '../../../../libs/two-factor/src/crypto/sealed-secret.js';
import { keyUri } from '../../../../libs/two-factor/src/factors/totp/key-uri.js';
import { drawQrCode } from '../../../../libs/two-factor/src/factors/totp/qr-code.js';
import {
  placeOfPayload,
  placeOfSecret,
  readPayload,
  textOfPayload,
} from '../../../../libs/two-factor/src/factors/totp/totp-payload.js';
import { drawTotpSecret } from '../../../../libs/two-factor/src/factors/totp/totp.js';
import { codeNow } from '../../load/totp.js';
import type { AssertionJson } from './passkey.js';
import { REFRESH_SECONDS, Refused, env, one, opening, pool, sessionOf, sha256, tokensOf } from './session.js';
import {
  ACCEPT,
  ACTIVATE,
  CHARGE,
  CHARGE_CODE,
  CHARGE_PENDING,
  READ,
  REDEEM,
  ROTATE,
  SAVE_PENDING,
  SETTLE,
  STATUS,
} from './sql.js';

const SETUP_SECONDS = 1800;

const [keyId = '', key = ''] = env('TWO_FACTOR_KEYS').split(':');
const [pepperId = '', encodedPepper = ''] = env('TWO_FACTOR_PEPPERS').split(':');
const ring = new KeyRing([{ id: keyId, key: Buffer.from(key, 'base64') }]);
const pepper = Buffer.from(encodedPepper, 'base64');

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

interface ReadRow extends pg.QueryResultRow {
  readonly generation: string;
  readonly id: string;
  readonly sealed_secret: string;
}

type Body<Fields extends string> = { Body: Partial<Record<Fields, string>> };
interface SignIn {
  readonly Body: {
    readonly challengeToken?: string;
    readonly code?: string;
    readonly backupCode?: string;
    readonly passkey?: AssertionJson;
  };
}

const isChargedFirst = env('CHARGES_FIRST') === 'on';
// Importing it costs memory that the other calls should not be charged for.
const passkeys = env('WEBAUTHN_RP_ID') === '' ? undefined : await import('./passkey.js');
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

app.post<SignIn>('/api/v1/auth/2fa/verify', async ({ body }) => {
  const { challengeToken = '', code, backupCode = '', passkey } = body;
  const now = new Date();
  const userId = Buffer.from(challengeToken.split('.')[0] ?? '', 'base64url').toString('utf8');
  const token = sha256(challengeToken);
  if (passkey !== undefined && passkeys !== undefined) {
    return { data: await passkeys.verifyPasskey(userId, token, { assertion: passkey, now }) };
  }
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
  const {
    generation,
    id,
    sealed_secret: sealed,
  } = await (isChargedFirst
    ? one<ReadRow>('chargeCode', CHARGE_CODE, [now, userId, token, 'totp'])
    : one<ReadRow>('read', READ, [now, userId, token]));
  const step = stepOf(open(ring, sealed, placeOfSecret(userId, id)), code, now);
  const settling = isChargedFirst ? ACCEPT : SETTLE;
  await one('settle', settling, [...values(token, 'totp', 'challenge_answered'), generation, id, step]);
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
