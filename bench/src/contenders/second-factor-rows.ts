import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { argon2id, hash } from 'argon2';
import { base32 } from '@scure/base';
import { hashBackupCode } from '../../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { drawBackupCodes } from '../../../libs/two-factor/src/factors/backup-codes/backup-code.js';
import { seal } from '../../../libs/two-factor/src/crypto/sealed-secret.js';
import { drawTotpSecret } from '../../../libs/two-factor/src/factors/totp/totp.js';
import type { Call, Operation } from '../load/call.js';
import { type BenchDatabase, insertRows } from '../postgres.js';
import { LIFETIME_SECONDS, PASSWORD, secondsFromNow } from './contender.js';
import { PEPPER_ID, jwtSecret, keyRing, pepper } from './keys.js';

interface SeededUser {
  readonly id: string;
  readonly email: string;
  readonly secretId: string;
  readonly secret: string;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly challengeToken: string;
}

interface CodeSet {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

let made: Promise<{ readonly passwordHash: string; readonly set: CodeSet }> | undefined;

/** Real hashes, computed once: every user has the same password and the same ten codes, each in its own rows. */
function sharedHashes(): NonNullable<typeof made> {
  made ??= (async () => {
    const salt = randomBytes(16);
    const codes = drawBackupCodes();
    return {
      passwordHash: await hash(PASSWORD, { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
      set: { codes, hashes: await Promise.all(codes.map((code) => hashBackupCode(code, { salt, pepper }))) },
    };
  })();
  return made;
}

/** Writes users into the tables of ours, as its own calls would have, and gives the call each of them makes. */
export async function seedUsers(
  database: BenchDatabase,
  operation: Operation,
  count: number,
): Promise<readonly Call[]> {
  const users = Array.from({ length: count }, drawUser);
  const { set } = await sharedHashes();
  await seedAccounts(database, users);
  if (operation === 'enable') {
    await seedPending(database, users, set);
  } else if (operation !== 'setup') {
    await seedActive(database, users, set);
  }
  if (operation === 'verify' || operation === 'backup') {
    await seedChallenges(database, users);
  }
  await database.query('ANALYZE');
  return users.map((user) => callOf(user, operation, set));
}

/** Opens another challenge for the user of a call. */
export async function challengeAgain(database: BenchDatabase, call: Call): Promise<Call> {
  const challengeToken = randomBytes(32).toString('base64url');
  await database.query(
    `INSERT INTO two_factor_challenges (user_id, slot, token_hash, attempts, expires_at) VALUES ($1, 1, $2, 0, $3)`,
    [call.userId, sha256(challengeToken), secondsFromNow(LIFETIME_SECONDS)],
  );
  return { ...call, body: { ...call.body, challengeToken } };
}

function drawUser(): SeededUser {
  const id = randomUUID();
  return {
    id,
    email: `${id}@example.com`,
    secretId: randomUUID(),
    secret: drawTotpSecret(),
    sessionId: randomUUID(),
    refreshToken: randomBytes(32).toString('base64url'),
    challengeToken: randomBytes(32).toString('base64url'),
  };
}

function callOf(user: SeededUser, operation: Operation, { codes }: CodeSet): Call {
  const { id: userId, challengeToken, refreshToken } = user;
  const headers = { authorization: `Bearer ${accessToken(user)}` };
  const totpKey = Buffer.from(base32.decode(user.secret)).toString('base64');
  const post = { method: 'POST', userId } as const;
  const twoFactor = '/api/v1/auth/2fa';
  switch (operation) {
    case 'verify':
      return { ...post, path: `${twoFactor}/verify`, body: { challengeToken }, totpKey };
    case 'backup':
      // The last one: whoever compares one after another has it last.
      return {
        ...post,
        path: `${twoFactor}/verify`,
        body: { challengeToken, backupCode: codes.at(-1) ?? '' },
      };
    case 'setup':
      return { ...post, path: `${twoFactor}/setup`, headers };
    case 'enable':
      return { ...post, path: `${twoFactor}/enable`, headers, body: {}, totpKey };
    case 'status':
      return { method: 'GET', path: twoFactor, headers, userId };
    case 'refresh':
      return { ...post, path: '/api/v1/auth/refresh', body: { refreshToken } };
  }
}

async function seedAccounts(database: BenchDatabase, users: readonly SeededUser[]): Promise<void> {
  const { passwordHash } = await sharedHashes();
  const now = new Date();
  const expiresAt = secondsFromNow(LIFETIME_SECONDS);
  await insertRows(database, 'users', {
    id: { type: 'uuid', values: users.map(({ id }) => id) },
    email: { type: 'text', values: users.map(({ email }) => email) },
    password_hash: { type: 'text', values: users.map(() => passwordHash) },
    created_at: { type: 'timestamptz', values: users.map(() => now) },
  });
  await database.query(
    `INSERT INTO sessions (id, user_id, amr, authenticated_at, expires_at)
      SELECT s, u, '{pwd}', $3, $4 FROM unnest($1::uuid[], $2::uuid[]) x(s, u)`,
    [users.map(({ sessionId }) => sessionId), users.map(({ id }) => id), now, expiresAt],
  );
  await insertRows(database, 'refresh_tokens', {
    token_hash: { type: 'bytea', values: users.map(({ refreshToken }) => sha256(refreshToken)) },
    session_id: { type: 'uuid', values: users.map(({ sessionId }) => sessionId) },
    expires_at: { type: 'timestamptz', values: users.map(() => expiresAt) },
  });
}

async function seedPending(
  database: BenchDatabase,
  users: readonly SeededUser[],
  { codes }: CodeSet,
): Promise<void> {
  const sealedSet = codes.join(' ');
  await insertRows(database, 'user_secrets', {
    id: { type: 'uuid', values: users.map(({ secretId }) => secretId) },
    user_id: { type: 'text', values: users.map(({ id }) => id) },
    state: { type: 'text', values: users.map(() => 'pending') },
    sealed_secret: { type: 'text', values: users.map((user) => sealed(user, 'sealed_secret', user.secret)) },
    sealed_backup_codes: {
      type: 'text',
      values: users.map((user) => sealed(user, 'sealed_backup_codes', sealedSet)),
    },
    created_at: { type: 'timestamptz', values: users.map(() => new Date()) },
    expires_at: { type: 'timestamptz', values: users.map(() => secondsFromNow(LIFETIME_SECONDS)) },
  });
}

async function seedActive(
  database: BenchDatabase,
  users: readonly SeededUser[],
  { hashes }: CodeSet,
): Promise<void> {
  const enabledAt = secondsFromNow(-3600);
  await insertRows(database, 'user_secrets', {
    id: { type: 'uuid', values: users.map(({ secretId }) => secretId) },
    user_id: { type: 'text', values: users.map(({ id }) => id) },
    state: { type: 'text', values: users.map(() => 'active') },
    sealed_secret: { type: 'text', values: users.map((user) => sealed(user, 'sealed_secret', user.secret)) },
    last_used_step: {
      type: 'bigint',
      values: users.map(() => Math.floor(enabledAt.getTime() / 30_000)),
    },
    created_at: { type: 'timestamptz', values: users.map(() => enabledAt) },
    enabled_at: { type: 'timestamptz', values: users.map(() => enabledAt) },
  });
  await database.query(
    `INSERT INTO backup_codes (user_id, code_hash, pepper_id, created_at)
      SELECT u, h, $3, $4 FROM unnest($1::text[]) u, unnest($2::text[]) h`,
    [users.map(({ id }) => id), hashes, PEPPER_ID, enabledAt],
  );
  // What the code that turned it on has left: charged, and taken back.
  await database.query(
    `INSERT INTO two_factor_attempts (user_id, method, failures_in_a_row, failed_at)
      SELECT u, 'totp', 0, '{}' FROM unnest($1::text[]) u`,
    [users.map(({ id }) => id)],
  );
}

async function seedChallenges(database: BenchDatabase, users: readonly SeededUser[]): Promise<void> {
  await insertRows(database, 'two_factor_challenges', {
    user_id: { type: 'text', values: users.map(({ id }) => id) },
    slot: { type: 'smallint', values: users.map(() => 0) },
    token_hash: { type: 'bytea', values: users.map(({ challengeToken }) => sha256(challengeToken)) },
    attempts: { type: 'smallint', values: users.map(() => 0) },
    expires_at: { type: 'timestamptz', values: users.map(() => secondsFromNow(LIFETIME_SECONDS)) },
  });
}

function sealed({ id, secretId }: SeededUser, column: string, text: string): string {
  return seal(keyRing, text, { userId: id, rowId: secretId, column });
}

function accessToken({ id, sessionId }: SeededUser): string {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'nestjs-two-factor',
    aud: 'saas-api',
    sub: id,
    sid: sessionId,
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
    auth_time: seconds,
    amr: ['pwd'],
    acr: 'aal1',
  };
  const signed = [{ alg: 'HS256', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
