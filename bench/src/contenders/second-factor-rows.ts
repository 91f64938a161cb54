import { randomBytes, randomUUID } from 'node:crypto';
import { argon2id, hash } from 'argon2';
import { base32 } from '@scure/base';
import { drawUserToken } from '../../../libs/two-factor/src/crypto/user-token.js';
import { drawTrustToken } from '../../../libs/two-factor/src/trusted-devices/trust-token.js';
import { hashBackupCode } from '../../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { drawBackupCodes } from '../../../libs/two-factor/src/factors/backup-codes/backup-code.js';
import { drawTotpSecret } from '../../../libs/two-factor/src/factors/totp/totp.js';
import {
  type SeededSession,
  type SeededSignIn,
  accessTokenOf,
  drawSession,
  seedAccounts,
  seedSessions,
} from '../../../test/support/seed-accounts.js';
import {
  type SeededAuthenticator,
  seedAuthenticators,
  seedBackupCodes,
  seedFailures,
  seedOpenChallenges,
  seedPasskeys,
  seedSetups,
  seedTrustedDevices,
} from '../../../test/support/seed.js';
import type { Call, Operation } from '../load/call.js';
import type { BenchDatabase } from '../postgres.js';
import { LIFETIME_SECONDS, PASSWORD, secondsFromNow } from './contender.js';
import { PEPPER_ID, jwtSecret, keyRing, pepper } from './keys.js';
import { type SharedPasskey, sharedPasskey } from './passkeys.js';

interface SeededUser extends SeededAuthenticator {
  readonly session: SeededSession;
  readonly challengeToken: string;
  /** What a passkey has to sign. */
  readonly drawn: Buffer;
  readonly trustId: string;
  readonly trustToken: string;
}

/** What all users have alike. */
interface Shared extends CodeSet {
  readonly passkey: SharedPasskey;
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
  const shared = { ...set, passkey: await sharedPasskey() };
  await seedSignedIn(database, users);
  if (operation === 'enable') {
    const setups = users.map((user) => ({ ...user, backupCodes: set.codes }));
    const expiresAt = secondsFromNow(LIFETIME_SECONDS);
    await seedSetups(database, setups, { keys: keyRing, createdAt: new Date(), expiresAt });
  } else if (operation !== 'setup') {
    await seedEnabled(database, users, { operation, shared });
  }
  if (operation === 'trusted') {
    const devices = users.map(({ userId, trustId: id, trustToken: token }) => ({ userId, id, token }));
    await seedTrustedDevices(database, devices, {
      createdAt: new Date(),
      expiresAt: secondsFromNow(LIFETIME_SECONDS),
    });
  }
  if (operation === 'verify' || operation === 'passkey' || operation === 'backup') {
    const challenges = users.map(({ userId, challengeToken: token, drawn }) => ({
      userId,
      slot: 0,
      token,
      ...(operation === 'passkey' ? { drawn } : {}),
    }));
    await seedOpenChallenges(database, challenges, { expiresAt: secondsFromNow(LIFETIME_SECONDS) });
  }
  await database.query('ANALYZE');
  return users.map((user) => callOf(user, operation, shared));
}

/** Opens another challenge for the user of a call. */
export async function challengeAgain(database: BenchDatabase, call: Call): Promise<Call> {
  const { token } = drawUserToken(call.userId);
  await seedOpenChallenges(database, [{ userId: call.userId, slot: 1, token }], {
    expiresAt: secondsFromNow(LIFETIME_SECONDS),
  });
  return { ...call, body: { ...call.body, challengeToken: token } };
}

function drawUser(): SeededUser {
  const userId = randomUUID();
  const trustId = randomUUID();
  return {
    userId,
    secretId: randomUUID(),
    secret: drawTotpSecret(),
    session: drawSession(userId),
    challengeToken: drawUserToken(userId).token,
    drawn: randomBytes(32),
    trustToken: drawTrustToken({ userId, id: trustId }).token,
    trustId,
  };
}

function callOf(user: SeededUser, operation: Operation, { codes, passkey }: Shared): Call {
  const { userId, challengeToken, drawn, trustToken, session } = user;
  const headers = { authorization: `Bearer ${accessTokenOf(session, signInNow(), jwtSecret)}` };
  const totpKey = Buffer.from(base32.decode(user.secret)).toString('base64');
  const post = { method: 'POST', userId } as const;
  const twoFactor = '/api/v1/auth/2fa';
  switch (operation) {
    case 'verify':
      return { ...post, path: `${twoFactor}/verify`, body: { challengeToken }, totpKey };
    case 'signIn': {
      const login = { path: '/api/v1/auth/login', body: { email: emailOf(userId), password: PASSWORD } };
      return { ...post, path: `${twoFactor}/verify`, login, totpKey };
    }
    case 'trusted':
      return {
        ...post,
        path: '/api/v1/auth/login',
        headers: { 'two-factor-trust': trustToken },
        body: { email: emailOf(userId), password: PASSWORD },
      };
    case 'passkey':
      // Signed beforehand: the browser's work is no part of what is measured.
      return {
        ...post,
        path: `${twoFactor}/verify`,
        body: { challengeToken, passkey: passkey.sign(drawn.toString('base64url')) },
      };
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
      return { ...post, path: '/api/v1/auth/refresh', body: { refreshToken: session.refreshToken } };
  }
}

async function seedSignedIn(database: BenchDatabase, users: readonly SeededUser[]): Promise<void> {
  const { passwordHash } = await sharedHashes();
  const accounts = users.map(({ userId: id }) => ({ id, email: emailOf(id) }));
  await seedAccounts(database, accounts, { passwordHash, createdAt: new Date() });
  await database.query(
    // Everybody has signed in from here today: the first time from an address is written, and that is the rare one.
    `INSERT INTO sign_in_addresses (user_id, address, signed_in_at) SELECT u, '127.0.0.1', now() FROM unnest($1::uuid[]) u`,
    [users.map(({ userId }) => userId)],
  );
  await seedSessions(
    database,
    users.map(({ session }) => session),
    signInNow(),
  );
}

async function seedEnabled(
  database: BenchDatabase,
  users: readonly SeededUser[],
  { operation, shared: { hashes, passkey } }: { readonly operation: Operation; readonly shared: Shared },
): Promise<void> {
  const enabledAt = secondsFromNow(-3600);
  const userIds = users.map(({ userId }) => userId);
  if (operation === 'passkey') {
    await seedPasskeys(database, userIds, { passkey, enabledAt });
  } else {
    await seedAuthenticators(database, users, { keys: keyRing, enabledAt });
  }
  await seedBackupCodes(database, userIds, { hashes, pepperId: PEPPER_ID, createdAt: enabledAt });
  // What the code that turned it on has left: charged, and taken back.
  await seedFailures(database, userIds, { method: 'totp' });
}

function emailOf(userId: string): string {
  return `${userId}@example.com`;
}

function signInNow(): SeededSignIn {
  const now = new Date();
  return { amr: ['pwd'], authenticatedAt: now, now, secondsToLive: LIFETIME_SECONDS };
}
