import { createHmac, randomUUID } from 'node:crypto';
import { type ConformanceDriver, FixedClock, twoFactorConformance } from 'nestjs-two-factor/testing';
import { types } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ORIGIN } from '../support/passkeys.js';
import { type Mistake, type RunningHost, startHost } from './wrong-host.js';

// Nobody attacks these hosts, and each is asked for hundreds of backup codes: of Argon2 only the form is needed.
vi.mock('argon2', () => ({
  argon2id: 2,
  hash: async (code: string, { salt, secret }: { salt: Buffer; secret: Buffer }) => {
    const digest = createHmac('sha256', secret).update(salt).update(code).digest('base64').replace('=', '');
    return `$argon2id$v=19$m=19456,t=2,p=1$${salt.toString('base64').replaceAll('=', '')}$${digest}`;
  },
}));

const { TIMESTAMPTZ } = types.builtins;

const SIGN_IN = 'a sign-in asks for a code, and a right one opens a session';
const HALF = 'half a sign-in opens nothing';
const CODE_ONCE = 'a one-time code works once, of 50 at the same moment';
const BACKUP_CODE_ONCE = 'a backup code works once, of 50 at the same moment';
const USED = 'a code that was used is refused, and so is the one that confirmed the setup';
const GUESSING = 'guessing ends: the account waits, says for how long, and leaves the backup codes';
const BURST = 'a burst of guesses gets no more tries than guesses in turn';
const MALFORMED = 'a malformed code costs no attempt';
const OWN_USER = 'a code counts for its own user, and is not spent by another';
const REPLACED = 'the authenticator is replaced without a gap';
const TURNED_OFF = 'a code of the phone turns it off, and a backup code does not';
const REFUSAL = 'a refusal carries its code, and a wrong one-time code is no 401';
const QR_CODE = 'setup answers with a QR code that a phone reads';
const PENDING = 'a setup that is not confirmed changes nothing';
const BEFORE = 'a session from before enabling is over';
const GONE = 'a user who is gone gets no session';
const TIMES = 'times are stored as the instants that they are, whatever the time zones';
const SHAPES = 'every answer has the shape that its schema says';
const MAGIC_LINK = 'the magic link opens no session for a user with a second factor';
const REFRESH = 'a refresh opens no session for a user with a second factor';
const PASSKEY_ONCE =
  'a passkey turns the factor on, and an answer of it works once, of 50 at the same moment';
const PASSKEY =
  'a passkey is beside the phone, signs for this page only, and a wrong answer spends what was asked';
const SEVERAL = 'a second authenticator has a name, is renamed by its owner only, and outlives the first';
const TRUSTED = 'a device is trusted by a code, never by a backup code, and until the factors change';
const DUE =
  'a factor that is due comes before the session, and a sign-in without one can enrol and nothing else';
const NOT_DUE = 'a factor that is not due yet keeps nobody out, and the status says when it is';
const VAULT = 'GET /vault opens to a session with a second factor only';

/** Which checks find which mistake: these, and no others. */
const FOUND_BY: Readonly<Record<Mistake, readonly string[]>> = {
  'the magic link does not ask': [MAGIC_LINK],
  'a refresh takes the challenge for a session': [REFRESH],
  'the guard takes the challenge for a session': [HALF, MAGIC_LINK],
  'the session is opened before the challenge is answered': [HALF, MAGIC_LINK],
  'a right code is answered alike when it comes again': [CODE_ONCE, BACKUP_CODE_ONCE, USED, PASSKEY_ONCE],
  'sessions are not ended': [BEFORE],
  'the guard remembers sessions that have ended': [BEFORE],
  'a wrong code is a 401': [REFUSAL],
  'codes of errors are swallowed by a filter': [
    DUE,
    SIGN_IN,
    USED,
    GUESSING,
    MALFORMED,
    OWN_USER,
    REPLACED,
    TURNED_OFF,
    REFUSAL,
    VAULT,
    PASSKEY,
    SEVERAL,
  ],
  'answers may be cached': [QR_CODE],
  'Retry-After is taken off': [GUESSING],
  'numbers become texts': [MALFORMED],
  'a setup counts before it is confirmed': [PENDING, QR_CODE, REPLACED],
  'the app shows an id for the account': [QR_CODE],
  'the login does not ask': [
    TRUSTED,
    DUE,
    NOT_DUE,
    PENDING,
    SIGN_IN,
    HALF,
    CODE_ONCE,
    BACKUP_CODE_ONCE,
    USED,
    GUESSING,
    BURST,
    MALFORMED,
    OWN_USER,
    REPLACED,
    TURNED_OFF,
    GONE,
    REFRESH,
    SHAPES,
    PASSKEY_ONCE,
    PASSKEY,
    SEVERAL,
  ],
  '@RequireTwoFactor() stands without its guard': [VAULT],
  'who is gone gets a session': [GONE],
  'whoever is asked for no code is let in': [DUE],
  'a token of a trusted device is trusted unseen': [TRUSTED],
};

interface Account {
  readonly label: string;
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

function driverOf(host: RunningHost, clock: FixedClock): ConformanceDriver<Account> {
  return {
    baseUrls: () => [host.url],
    clock,
    createUser: async () => {
      const label = `${randomUUID()}@example.com`;
      await fetch(`${host.url}/register`, json({ label }));
      return { label };
    },
    logIn: ({ label }, baseUrl, headers) => fetch(`${baseUrl}/login`, json({ label }, headers)),
    protectedRoutes: [{ path: '/me' }],
    twoFactorRoutes: [{ path: '/vault' }],
    passkeyOrigin: ORIGIN,
    hasAuthenticators: true,
    trustsDevices: true,
    requireFactorNow: ({ label }) => host.require(label, 0),
    requireFactorLater: ({ label }) => host.require(label, 7),
    otherSignIns: [
      {
        name: 'the magic link',
        logIn: ({ label }, baseUrl) => fetch(`${baseUrl}/magic-link`, json({ label })),
      },
      {
        name: 'a refresh',
        logIn: async ({ label }, baseUrl) => {
          const answer = await fetch(`${baseUrl}/login`, json({ label }));
          const { accessToken, challengeToken } = (await answer.json()) as Record<string, string>;
          return fetch(`${baseUrl}/refresh`, json({ token: accessToken ?? challengeToken }));
        },
      },
    ],
    deleteUser: async ({ label }) => host.remove(label),
  };
}

const BURSTS: ReadonlySet<string> = new Set([CODE_ONCE, BACKUP_CODE_ONCE, BURST, PASSKEY_ONCE]);

/**
 * The checks that are red, of all; in the order of the suite. A burst takes every connection there is, and what runs beside it
 * may be told that the host is busy: so each has the host to itself.
 */
async function redOf(host: RunningHost, clock: FixedClock): Promise<string[]> {
  const checks = twoFactorConformance(driverOf(host, clock));
  const red = new Set<string>();
  const judge = async ({ name, run }: (typeof checks)[number]): Promise<void> => {
    await run().catch(() => red.add(name));
  };
  await Promise.all(checks.filter(({ name }) => !BURSTS.has(name)).map(judge));
  for (const burst of checks.filter(({ name }) => BURSTS.has(name))) {
    await judge(burst);
  }
  return checks.map(({ name }) => name).filter((name) => red.has(name));
}

describe('the conformance suite', () => {
  const clock = new FixedClock();
  let database: TestDatabase;
  let host: RunningHost | undefined;
  beforeAll(async () => {
    database = await createDatabase();
    // Neither that of the process nor UTC, in whatever zone this is run.
    const zone = new Date().getTimezoneOffset() === -540 ? 'America/Lima' : 'Asia/Tokyo';
    await database.query(`ALTER DATABASE "${database.connection.database}" SET timezone = '${zone}'`);
  });
  afterAll(() => database.drop());

  async function redWith(mistake?: Mistake): Promise<string[]> {
    host = await startHost(database, { clock, ...(mistake && { mistake }) });
    try {
      return await redOf(host, clock);
    } finally {
      await host.close();
    }
  }

  it('finds nothing in a host without a mistake', async () => {
    expect(await redWith()).toEqual([]);
  });

  it.each(Object.entries(FOUND_BY))('is red where %s, and says by which checks', async (mistake, found) => {
    const red = await redWith(mistake as Mistake);

    expect(red.toSorted()).toEqual(found.toSorted());
  });

  it('is red where the tables were made with times without a time zone', async () => {
    const turnInto = (type: string): Promise<unknown> =>
      database.query(`ALTER TABLE two_factor_backup_codes ALTER COLUMN created_at TYPE ${type}`);
    await turnInto('timestamp');
    try {
      expect(await redWith()).toEqual([TIMES]);
    } finally {
      await turnInto('timestamptz');
    }
  });

  it('finds nothing where the driver loses the offset of times: the library does not ask it for any', async () => {
    const parse: (text: string) => Date = types.getTypeParser(TIMESTAMPTZ, 'text');
    types.setTypeParser(TIMESTAMPTZ, (text) => new Date(text.replace(/[+-][0-9:]+$/, '')));
    try {
      expect(await redWith()).toEqual([]);
    } finally {
      types.setTypeParser(TIMESTAMPTZ, parse);
    }
  });
});
