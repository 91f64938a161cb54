import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';

let app: TestApp;
let holder: Client;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  holder = new Client({ connectionString: app.database.url });
  await holder.connect();
  await holder.query('BEGIN');
});
afterEach(() => holder.end());

/** Somebody, and a change that their session is allowed to make. */
interface Change {
  readonly person: Person;
  make(): Promise<Answer>;
}

const CHANGES: Readonly<Record<string, () => Promise<Change>>> = {
  'turns the second factor on': async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    return { person, make: () => person.post('/auth/2fa/enable', { code: phone.code() }) };
  },
  'replaces the authenticator': async () => {
    const person = await (await aUser(app)).withTwoFactor();
    const { phone } = await person.scan({ backupCode: person.backupCodes[0] });
    return { person, make: () => person.post('/auth/2fa/enable', { code: phone.code() }) };
  },
  'prepares another authenticator': async () => {
    const person = await (await aUser(app)).withTwoFactor();
    return { person, make: () => person.post('/auth/2fa/setup', { code: person.code }) };
  },
  'draws new backup codes': async () => {
    const person = await (await aUser(app)).withTwoFactor();
    return { person, make: () => person.post('/auth/2fa/backup-codes', { code: person.code }) };
  },
  'turns the second factor off': async () => {
    const person = await (await aUser(app)).withTwoFactor();
    return { person, make: () => person.post('/auth/2fa/disable', { code: person.code }) };
  },
};

async function logOut(person: Person): Promise<void> {
  expect((await person.post('/auth/logout')).status).toBe(204);
}

async function endAll(): Promise<void> {
  await app.database.query('DELETE FROM sessions');
}

/** Holds what every change of a user's factors comes by. */
async function hold({ id }: Person): Promise<void> {
  await holder.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`nestjs-two-factor:${id}`]);
}

/** Everything that a change could have left behind. */
async function stateOf({ id }: Person): Promise<unknown[]> {
  return [
    await app.database.query('SELECT * FROM two_factor_secrets WHERE user_id = $1', [id]),
    await app.database.query('SELECT * FROM two_factor_backup_codes WHERE user_id = $1 ORDER BY code_hash', [
      id,
    ]),
    await app.database.query('SELECT id FROM sessions WHERE user_id = $1', [id]),
  ];
}

const ENDED = { status: 401, body: { code: 'AUTH_TOKEN_INVALID' } };

describe.each([
  ...Object.entries(CHANGES).map(([what, prepare]) => [what, 'logs out', prepare, logOut] as const),
  ['turns the second factor on', 'is ended by an operator', CHANGES['turns the second factor on']!, endAll],
] as const)('a session that %s, and %s meanwhile', (_what, _how, prepare, end) => {
  it('invariant 27: changes nothing, and has no successor', async () => {
    const { person, make } = await prepare();
    const [secrets, codes] = await stateOf(person);
    await hold(person);

    const change = make();
    await somebodyWaits(app.database);
    await end(person);
    await holder.query('COMMIT');

    const answer = await change;
    expect(answer).toMatchObject(ENDED);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await stateOf(person)).toEqual([secrets, codes, []]);
    const events = `SELECT outcome, reason FROM two_factor_events WHERE user_id = $1 ORDER BY id DESC LIMIT 1`;
    expect(await app.database.query(events, [person.id])).toEqual([
      { outcome: 'failure', reason: 'session_ended' },
    ]);
  });
});

describe('a session that is being ended', () => {
  it('invariant 27: is waited for', async () => {
    const { person, make } = await CHANGES['turns the second factor on']!();
    const [secrets, codes] = await stateOf(person);
    await holder.query('DELETE FROM sessions WHERE user_id = $1', [person.id]);

    const change = make();
    await somebodyWaits(app.database);
    await holder.query('COMMIT');

    expect(await change).toMatchObject(ENDED);
    expect(await stateOf(person)).toEqual([secrets, codes, []]);
  });
});

describe('a session that is ended while its change is under way', () => {
  it('invariant 27: is held until the commit, so that its end comes after it', async () => {
    const { person, make } = await CHANGES['draws new backup codes']!();
    await holder.query('SELECT FROM two_factor_backup_codes WHERE user_id = $1 FOR UPDATE', [person.id]);

    const change = make();
    await somebodyWaits(app.database);
    const end = logOut(person);
    await somebodyWaits(app.database, { atLeast: 2 });
    await holder.query('COMMIT');

    expect((await change).status).toBe(200);
    await end;
  });
});

describe('a session that starts a setup', () => {
  it('invariant 27: leaves nothing pending once it was ended meanwhile', async () => {
    const person = await aUser(app);
    await holder.query('LOCK TABLE two_factor_enrolments');

    const setup = person.post('/auth/2fa/setup');
    await somebodyWaits(app.database);
    await person.post('/auth/logout');
    await holder.query('COMMIT');

    expect(await setup).toMatchObject(ENDED);
    expect(await stateOf(person)).toEqual([[], [], []]);
    const pending = 'SELECT method FROM two_factor_enrolments WHERE user_id = $1';
    expect(await app.database.query(pending, [person.id])).toEqual([]);
  });
});

describe('a code that a session had no more use for', () => {
  it('is unspent, and its attempt stays charged', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    await hold(person);
    const change = person.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database);
    await person.post('/auth/logout');
    await holder.query('COMMIT');
    await change;
    const charged = `SELECT cardinality(failed_at) AS count FROM two_factor_attempts WHERE user_id = $1`;
    const [attempts] = await app.database.query(charged, [person.id]);

    const { data } = await person.login<Tokens>();
    const again = await person.call('/auth/2fa/enable', {
      body: { code: phone.code() },
      token: data.accessToken,
    });

    expect(attempts).toEqual({ count: 1 });
    expect(again.status).toBe(200);
  });
});
