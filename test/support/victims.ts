import { randomBytes, randomUUID } from 'node:crypto';
import { argon2id, hash } from 'argon2';
import { Phone } from 'nestjs-two-factor/testing';
import { drawUserToken } from '../../libs/two-factor/src/crypto/user-token.js';
import { hashBackupCode } from '../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { drawBackupCodes } from '../../libs/two-factor/src/factors/backup-codes/backup-code.js';
import { KeyRing } from '../../libs/two-factor/src/crypto/key-ring.js';
import { drawTotpSecret } from '../../libs/two-factor/src/factors/totp/totp.js';
import type { Target } from './attack.js';
import { type Answer, call } from './client.js';
import type { SetupData } from './people.js';
import { type UserRows, rowsOf } from './rows.js';
import {
  type SeededSession,
  accessTokenOf,
  drawSession,
  seedAccounts,
  seedNoLimits,
  seedSessions,
} from './seed-accounts.js';
import {
  seedAssurances,
  seedAuthenticators,
  seedBackupCodes,
  seedOpenChallenges,
  seedSecret,
  seedSetups,
} from './seed.js';
import { ATTACK_SECRETS } from './server-process.js';

const PASSWORD = 'correct horse battery staple';
const TEN_YEARS_SECONDS = 315_360_000;

/** Where the attempt with a code is made. */
export type Endpoint = 'verify' | 'backup-codes' | 'disable' | 'setup';

export interface VictimSession extends SeededSession {
  readonly accessToken: string;
}

export interface SeedOptions {
  /** Whether the second factor is on. Default: true. */
  readonly isEnabled?: boolean;
  /** How long ago the sessions were signed in. */
  readonly signedInSecondsAgo?: number;
  readonly sessions?: number;
  readonly challenges?: number;
  /** Whether calls and failed passwords are limited for them. Default: false. */
  readonly isLimited?: boolean;
}

/**
 * Users written straight into the tables, in the formats of the application: enrolling them over HTTP
 * costs eleven Argon2 computations each. All share the codes of one of two sets.
 */
export class Victim {
  challenges: string[] = [];

  constructor(
    private readonly target: Target,
    readonly id: string,
    readonly email: string,
    readonly secretId: string,
    public phone: Phone,
    public backupCodes: readonly string[],
    readonly sessions: readonly VictimSession[],
  ) {}

  readonly password = PASSWORD;

  get session(): VictimSession {
    const [session] = this.sessions;
    if (session === undefined) {
      throw new Error('There is no session');
    }
    return session;
  }

  get code(): string {
    return this.phone.code();
  }

  post<Data = Record<string, unknown>>(
    path: string,
    body: unknown = {},
    { token = this.session.accessToken, url }: { readonly token?: string; readonly url?: string } = {},
  ): Promise<Answer<Data>> {
    return url === undefined
      ? this.target.call<Data>(path, { body, token })
      : call<Data>(url, `/api/v1${path}`, { body, token });
  }

  /** Uses a proof at an endpoint; at `verify` with one of the challenges. */
  use(endpoint: Endpoint, proof: Readonly<Record<string, string>>, { challenge = 0 } = {}): Promise<Answer> {
    return endpoint === 'verify'
      ? this.target.call('/auth/2fa/verify', {
          body: { challengeToken: this.challenges[challenge % this.challenges.length], ...proof },
        })
      : this.post(`/auth/2fa/${endpoint}`, proof);
  }

  verify(body: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.target.call('/auth/2fa/verify', {
      body: { challengeToken: this.challenges[0], ...body },
    });
  }

  login<Data = Record<string, unknown>>(): Promise<Answer<Data>> {
    return this.target.call<Data>('/auth/login', { body: { email: this.email, password: PASSWORD } });
  }

  /** Opens a challenge as a sign-in with the right password does, in the user's next place. */
  async openChallenge(): Promise<string> {
    const { data } = await this.login<{ challengeToken: string }>();
    this.challenges.push(data.challengeToken);
    return data.challengeToken;
  }

  /** Starts a setup over HTTP, and scans its QR code with another phone. */
  async scan(body: unknown = {}): Promise<{ readonly setup: SetupData; readonly phone: Phone }> {
    const { data, status, text } = await this.post<SetupData>('/auth/2fa/setup', body);
    if (status !== 200) {
      throw new Error(`setup answered ${status}: ${text}`);
    }
    return { setup: data, phone: Phone.of(data.otpauthUri, this.target.clock) };
  }

  rows(): Promise<UserRows> {
    return rowsOf(this.target, this.id);
  }
}

const ring = new KeyRing([{ id: 'k1', key: Buffer.alloc(32, 1) }]);
const pepper = Buffer.alloc(32, 2);

interface SharedCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

let shared: Promise<{ readonly passwordHash: string; readonly sets: readonly SharedCodes[] }> | undefined;

/** Computed once for a file. The password's hash is a real one with little memory, so that bursts of logins are cheap. */
function sharedHashes(): NonNullable<typeof shared> {
  shared ??= (async () => ({
    passwordHash: await hash(PASSWORD, { type: argon2id, memoryCost: 1024, timeCost: 2, parallelism: 1 }),
    sets: await Promise.all(
      [1, 2].map(async () => {
        const salt = randomBytes(16);
        const codes = drawBackupCodes();
        return {
          codes,
          hashes: await Promise.all(codes.map((code) => hashBackupCode(code, { salt, pepper }))),
        };
      }),
    ),
  }))();
  return shared;
}

/** Writes users with sessions, and the second factor as if it had been turned on an hour ago. */
export async function seedVictims(
  target: Target,
  count: number,
  {
    isEnabled = true,
    signedInSecondsAgo = 10,
    sessions = 1,
    challenges = 0,
    isLimited = false,
  }: SeedOptions = {},
): Promise<Victim[]> {
  const { passwordHash, sets } = await sharedHashes();
  const now = target.clock.now();
  const enabledAt = secondsFrom(now, -3600);
  const signIn = {
    amr: ['pwd', 'otp', 'mfa'],
    authenticatedAt: secondsFrom(now, -signedInSecondsAgo),
    now,
    secondsToLive: TEN_YEARS_SECONDS,
  };
  const drafts = Array.from({ length: count }, (_, index) => {
    const [id, secretId, secret] = [randomUUID(), randomUUID(), drawTotpSecret()];
    return {
      id,
      email: `${id}@example.com`,
      authenticator: { userId: id, secretId, secret },
      set: sets[index % sets.length]!,
      sessions: Array.from({ length: sessions }, () => drawSession(id)),
    };
  });
  await seedAccounts(target, drafts, { passwordHash, createdAt: enabledAt });
  if (!isLimited) {
    await seedNoLimits(target, drafts, { expiresAt: secondsFrom(now, TEN_YEARS_SECONDS) });
  }
  await seedSessions(
    target,
    drafts.flatMap((draft) => draft.sessions),
    signIn,
  );
  if (isEnabled) {
    const authenticators = drafts.map(({ authenticator }) => authenticator);
    await seedAuthenticators(target, authenticators, { keys: ring, enabledAt });
    const opened = drafts.flatMap((draft) => draft.sessions);
    await seedAssurances(target, opened, { passedAt: signIn.authenticatedAt });
    for (const set of sets) {
      const userIds = drafts.filter((draft) => draft.set === set).map(({ id }) => id);
      await seedBackupCodes(target, userIds, { hashes: set.hashes, pepperId: 'p1', createdAt: enabledAt });
    }
  }
  const victims = drafts.map(({ id, email, authenticator: { secretId, secret }, set, sessions: opened }) => {
    const withTokens = opened.map((session) => ({
      ...session,
      accessToken: accessTokenOf(session, signIn, ATTACK_SECRETS.JWT_ACCESS_SECRET),
    }));
    const phone = Phone.of(keyUriOf(email, secret), target.clock);
    return new Victim(target, id, email, secretId, phone, isEnabled ? set.codes : [], withTokens);
  });
  if (challenges > 0) {
    await seedChallenges(target, victims, challenges);
  }
  return victims;
}

export async function seedVictim(target: Target, options: SeedOptions = {}): Promise<Victim> {
  const [victim] = await seedVictims(target, 1, options);
  return victim!;
}

/** An authenticator app of a victim, by its row. */
export interface SeededPhone {
  readonly id: string;
  readonly phone: Phone;
}

/** Gives a victim so many phones more, as if they had been added an hour ago. @returns all that it has, the first one first */
export async function seedPhones(target: Target, victim: Victim, count: number): Promise<SeededPhone[]> {
  const added = Array.from({ length: count }, () => ({
    userId: victim.id,
    secretId: randomUUID(),
    secret: drawTotpSecret(),
  }));
  await seedAuthenticators(target, added, { keys: ring, enabledAt: secondsFrom(target.clock.now(), -3600) });
  return [
    { id: victim.secretId, phone: victim.phone },
    ...added.map(({ secretId, secret }) => ({
      id: secretId,
      phone: Phone.of(keyUriOf(victim.email, secret), target.clock),
    })),
  ];
}

/** Gives one authenticator the secret of another: every code fits both, which is what one guess in a million finds. */
export async function seedTwin(
  target: Target,
  victim: Victim,
  [first, second]: readonly SeededPhone[],
): Promise<void> {
  await seedSecret(
    target,
    { userId: victim.id, secretId: second!.id, secret: first!.phone.secret },
    { keys: ring },
  );
}

/** Writes open challenges, as many sign-ins would have opened: more than the application allows, if asked. */
export async function seedChallenges(
  target: Target,
  victims: readonly Victim[],
  count: number,
): Promise<void> {
  const opened = victims.flatMap((victim) =>
    Array.from({ length: count }, (_, slot) => ({
      userId: victim.id,
      slot,
      token: drawUserToken(victim.id).token,
    })),
  );
  await seedOpenChallenges(target, opened, { expiresAt: secondsFrom(target.clock.now(), 300) });
  for (const victim of victims) {
    victim.challenges = opened.filter(({ userId }) => userId === victim.id).map(({ token }) => token);
  }
}

/** Writes setups that wait to be confirmed, each by a phone of its own; what they may replace is the user's secret. */
export async function seedPending(
  target: Target,
  victims: readonly Victim[],
  { isReplacement = false } = {},
): Promise<Phone[]> {
  const now = target.clock.now();
  const setups = victims.map(({ id: userId, secretId }) => ({
    userId,
    secretId: randomUUID(),
    secret: drawTotpSecret(),
    backupCodes: drawBackupCodes(),
    replaces: isReplacement ? secretId : undefined,
  }));
  await seedSetups(target, setups, { keys: ring, createdAt: now, expiresAt: secondsFrom(now, 1800) });
  return setups.map(({ secret }) => Phone.of(keyUriOf('pending', secret), target.clock));
}

function keyUriOf(account: string, secret: string): string {
  return `otpauth://totp/test:${account}?secret=${secret}&issuer=test&algorithm=SHA1&digits=6&period=30`;
}

function secondsFrom(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
