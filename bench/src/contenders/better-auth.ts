import { createHmac, randomBytes } from 'node:crypto';
import { hashPassword, symmetricEncrypt } from 'better-auth/crypto';
import { getMigrations } from 'better-auth/db/migration';
import type { Call, Operation } from '../load/call.js';
import { type BenchDatabase, type BenchPostgres, insertRows } from '../postgres.js';
import { BENCH, startServer } from '../processes.js';
import { createAuth } from '../servers/better-auth-options.js';
import { type Contender, LIFETIME_SECONDS, PASSWORD, secondsFromNow } from './contender.js';

const secret = randomBytes(32).toString('base64url');

/** better-auth 1.7 with its two-factor plugin, its limits off, its defaults otherwise. */
export async function betterAuth(postgres: BenchPostgres): Promise<Contender> {
  const database = await postgres.createDatabase('better_auth');
  const { auth, pool } = createAuth({ url: database.url, secret, baseURL: 'http://127.0.0.1' });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  await pool.end();
  const passwordHash = await hashPassword(PASSWORD);
  return {
    name: 'better-auth',
    dialect: 'better-auth',
    database,
    mostPerSecond: 300,
    start: ({ nodeArgs = [] } = {}) =>
      startServer({
        args: [...nodeArgs, '--import', 'tsx', 'src/servers/better-auth.ts'],
        env: { DATABASE_URL: database.url, BETTER_AUTH_SECRET: secret },
        readyPath: '/api/auth/ok',
        cwd: BENCH,
      }),
    prepare: (operation, count) => seedUsers(database, operation, { count, passwordHash }),
    challengeAgain: async (call) => {
      const challenge = `2fa-${drawId(20)}`;
      await seedChallenges(database, [{ id: call.userId, challenge }]);
      return { ...call, headers: { cookie: cookieOf('better-auth.two_factor', challenge) } };
    },
    close: () => database.close(),
  };
}

interface SeededUser {
  readonly id: string;
  readonly twoFactorId: string;
  readonly totpSecret: string;
  readonly sessionToken: string;
  readonly challenge: string;
}

const BACKUP_CODES = Array.from({ length: 10 }, () => {
  const letters = drawId(10);
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
});

/** Writes users as better-auth's own calls would have: the same tables, the same sealing, the same signed cookies. */
async function seedUsers(
  database: BenchDatabase,
  operation: Operation,
  { count, passwordHash }: { readonly count: number; readonly passwordHash: string },
): Promise<readonly Call[]> {
  const isEnabled = operation !== 'setup' && operation !== 'enable';
  const users: SeededUser[] = Array.from({ length: count }, () => ({
    id: drawId(32),
    twoFactorId: drawId(32),
    totpSecret: drawId(32),
    sessionToken: drawId(32),
    challenge: `2fa-${drawId(20)}`,
  }));
  await seedAccounts(database, users, { passwordHash, isEnabled });
  if (operation !== 'setup') {
    const sealedCodes = await symmetricEncrypt({ key: secret, data: JSON.stringify(BACKUP_CODES) });
    await insertRows(database, '"twoFactor"', {
      id: text(users.map(({ twoFactorId }) => twoFactorId)),
      userId: text(users.map(({ id }) => id)),
      secret: text(
        await Promise.all(users.map(({ totpSecret }) => symmetricEncrypt({ key: secret, data: totpSecret }))),
      ),
      backupCodes: text(users.map(() => sealedCodes)),
      verified: { type: 'boolean', values: users.map(() => isEnabled) },
      failedVerificationCount: { type: 'integer', values: users.map(() => 0) },
    });
  }
  if (operation === 'verify' || operation === 'backup') {
    await seedChallenges(database, users);
  }
  await database.query('ANALYZE');
  return users.map((user) => callOf(user, operation));
}

function callOf(user: SeededUser, operation: Operation): Call {
  const { id: userId, sessionToken, challenge, totpSecret } = user;
  const signedIn = { cookie: cookieOf('better-auth.session_token', sessionToken) };
  const challenged = { cookie: cookieOf('better-auth.two_factor', challenge) };
  const totpKey = Buffer.from(totpSecret).toString('base64');
  const post = { method: 'POST', userId } as const;
  const twoFactor = '/api/auth/two-factor';
  switch (operation) {
    case 'verify':
      return { ...post, path: `${twoFactor}/verify-totp`, headers: challenged, body: {}, totpKey };
    case 'backup':
      return {
        ...post,
        path: `${twoFactor}/verify-backup-code`,
        headers: challenged,
        body: { code: BACKUP_CODES.at(-1) ?? '' },
      };
    case 'setup':
      return { ...post, path: `${twoFactor}/enable`, headers: signedIn, body: { password: PASSWORD } };
    case 'enable':
      return { ...post, path: `${twoFactor}/verify-totp`, headers: signedIn, body: {}, totpKey };
    case 'status':
      return { method: 'GET', path: '/api/auth/get-session', headers: signedIn, userId };
    case 'signIn':
    case 'trusted':
      throw new Error('A whole sign-in is measured of ours alone');
    case 'passkey':
      throw new Error('better-auth has no such call: a passkey of its plugin is the whole sign-in');
    case 'refresh':
      throw new Error('better-auth has no such call: its sessions renew themselves');
  }
}

async function seedAccounts(
  database: BenchDatabase,
  users: readonly SeededUser[],
  { passwordHash, isEnabled }: { readonly passwordHash: string; readonly isEnabled: boolean },
): Promise<void> {
  const now = { type: 'timestamptz', values: users.map(() => new Date()) };
  const expiresAt = { type: 'timestamptz', values: users.map(() => secondsFromNow(7 * LIFETIME_SECONDS)) };
  await insertRows(database, '"user"', {
    id: text(users.map(({ id }) => id)),
    name: text(users.map(() => 'Bench')),
    email: text(users.map(({ id }) => `${id.toLowerCase()}@example.com`)),
    emailVerified: { type: 'boolean', values: users.map(() => true) },
    createdAt: now,
    updatedAt: now,
    twoFactorEnabled: { type: 'boolean', values: users.map(() => isEnabled) },
  });
  await insertRows(database, 'account', {
    id: text(users.map(() => drawId(32))),
    accountId: text(users.map(({ id }) => id)),
    providerId: text(users.map(() => 'credential')),
    userId: text(users.map(({ id }) => id)),
    password: text(users.map(() => passwordHash)),
    createdAt: now,
    updatedAt: now,
  });
  await insertRows(database, 'session', {
    id: text(users.map(() => drawId(32))),
    token: text(users.map(({ sessionToken }) => sessionToken)),
    userId: text(users.map(({ id }) => id)),
    expiresAt,
    createdAt: now,
    updatedAt: now,
    ipAddress: text(users.map(() => '127.0.0.1')),
    userAgent: text(users.map(() => '')),
  });
}

/** What a sign-in leaves: the challenge, and how often it was answered wrongly. */
async function seedChallenges(
  database: BenchDatabase,
  users: readonly Pick<SeededUser, 'id' | 'challenge'>[],
): Promise<void> {
  const rows = users.flatMap(({ id, challenge }) => [
    { identifier: challenge, value: id },
    { identifier: `2fa-attempts-${challenge}`, value: '0' },
  ]);
  const now = { type: 'timestamptz', values: rows.map(() => new Date()) };
  await insertRows(database, 'verification', {
    id: text(rows.map(() => drawId(32))),
    identifier: text(rows.map(({ identifier }) => identifier)),
    value: text(rows.map(({ value }) => value)),
    expiresAt: { type: 'timestamptz', values: rows.map(() => secondsFromNow(LIFETIME_SECONDS)) },
    createdAt: now,
    updatedAt: now,
  });
}

function text(values: readonly string[]): { readonly type: string; readonly values: readonly string[] } {
  return { type: 'text', values };
}

function cookieOf(name: string, value: string): string {
  const signature = createHmac('sha256', secret).update(value).digest('base64');
  return `${name}=${encodeURIComponent(`${value}.${signature}`)}`;
}

function drawId(length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(randomBytes(length), (byte) => letters.charAt(byte % letters.length)).join('');
}
