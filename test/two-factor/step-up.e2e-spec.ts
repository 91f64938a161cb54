import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { decode } from '../contract/support/jwt.js';
import { type TestApp, startApp } from '../support/app.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Somebody whose proof is too old for the export. */
async function someTimeLater(): Promise<Person> {
  const person = await (await aUser(app)).withTwoFactor();
  app.clock.advance({ seconds: 300 });
  return person;
}

async function exported(person: Person, token = person.tokens.accessToken): Promise<string> {
  const { status, body } = await person.call('/account/export', { token });
  return status === 200 ? '200' : `${status} ${String(body['code'])}`;
}

const CLOSED = '403 TWO_FACTOR_STEP_UP_REQUIRED';

/** What is remembered of the sessions of somebody: the methods, and when. */
function assurancesOf({ id }: Person): Promise<unknown[]> {
  return app.database.query(
    'SELECT session_id, method, passed_at FROM two_factor_assurances WHERE user_id = $1 ORDER BY 1, 2',
    [id],
  );
}

describe('the export of an account', () => {
  it('wants a proof of the last five minutes, takes one, and is repeated with the same token', async () => {
    const person = await someTimeLater();

    const refused = await person.call('/account/export');
    const { status, data } = await person.post('/auth/2fa/step-up', { code: person.code });
    const opened = await person.call('/account/export');

    expect(refused).toMatchObject({
      status: 403,
      body: {
        code: 'TWO_FACTOR_STEP_UP_REQUIRED',
        details: [{ maxAgeSeconds: 300, methods: ['passkey', 'totp'] }],
      },
    });
    expect(refused.headers.get('www-authenticate')).toContain('max_age="300"');
    expect({ status, data }).toEqual({
      status: 200,
      data: { method: 'totp', at: app.clock.now().toISOString() },
    });
    expect(opened).toMatchObject({ status: 200, data: { user: { id: person.id, email: person.email } } });
    expect(opened.headers.get('cache-control')).toBe('no-store');
    expect(opened.text).not.toContain(person.requiredPhone.secret);
  });

  it('tells an account without a factor that it needs one', async () => {
    expect(await exported(await aUser(app))).toBe('403 TWO_FACTOR_REQUIRED');
  });

  it('is closed again after five minutes, whether the token was refreshed or not', async () => {
    const person = await someTimeLater();
    await person.post('/auth/2fa/step-up', { code: person.code });
    app.clock.advance({ seconds: 300 });
    expect(await exported(person)).toBe('200');
    app.clock.advance({ seconds: 1 });
    const { refreshToken } = person.tokens;
    const { data } = await person.post<Tokens>('/auth/refresh', { refreshToken });

    expect(await exported(person)).toBe(CLOSED);
    expect(await exported(person, data.accessToken)).toBe(CLOSED);
  });
});

describe('a session that signed in with a backup code', () => {
  it('says so in its tokens, and says otp from the first refresh after its step-up on', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    const [backupCode] = person.backupCodes;
    const { data } = await person.verify<Tokens>({ challengeToken: await person.challenge(), backupCode });
    person.tokens = data;
    expect(decode(data.accessToken).claims).toMatchObject({ amr: ['pwd', 'mfa'], acr: 'aal2' });
    expect(await exported(person)).toBe(CLOSED);

    await person.post('/auth/2fa/step-up', { code: person.code });
    const { refreshToken } = person.tokens;
    const refreshed = await person.post<Tokens>('/auth/refresh', { refreshToken });

    expect(decode(refreshed.data.accessToken).claims).toMatchObject({
      amr: expect.arrayContaining(['pwd', 'otp', 'mfa']),
      acr: 'aal2',
    });
    expect(await exported(person)).toBe('200');
  });
});

describe('the budget of a step-up', () => {
  it('invariant 11: is that of the sign-in, either way', async () => {
    const person = await someTimeLater();
    const wrong = { code: person.requiredPhone.wrongCode() };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await person.post('/auth/2fa/step-up', wrong)).status).toBe(422);
    }
    const challengeToken = await person.challenge();
    expect((await person.verify({ challengeToken, ...wrong })).status).toBe(422);
    expect((await person.verify({ challengeToken, ...wrong })).status).toBe(422);

    const right = { code: person.code };
    const [locked, also] = [
      await person.post('/auth/2fa/step-up', right),
      await person.verify({ challengeToken, ...right }),
    ];

    expect([locked, also]).toMatchObject([
      { status: 429, body: { code: 'TWO_FACTOR_LOCKED' } },
      { status: 429, body: { code: 'TWO_FACTOR_LOCKED' } },
    ]);
    expect(locked?.headers.get('retry-after')).toBe('30');
    expect(await exported(person)).toBe(CLOSED);
  });

  it('is not spent by what is malformed', async () => {
    const person = await someTimeLater();
    for (const body of [{}, { code: '12' }, { code: 123_456 }, { backupCode: person.backupCodes[0] }]) {
      expect((await person.post('/auth/2fa/step-up', body)).status).toBe(400);
    }
    const [row] = await app.database.query<{ failures: number }>(
      'SELECT coalesce(sum(cardinality(failed_at)), 0)::int AS failures FROM two_factor_attempts WHERE user_id = $1',
      [person.id],
    );

    expect(row?.failures).toBe(0);
  });
});

describe('a session that is ended while it steps up', () => {
  it('invariant 27: is not raised, and its code is charged', async () => {
    const person = await someTimeLater();
    const before = await assurancesOf(person);
    const holder = new Client({ connectionString: app.database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM two_factor_accounts WHERE user_id = $1 FOR UPDATE', [person.id]);

      const stepUp = person.post('/auth/2fa/step-up', { code: person.code });
      await somebodyWaits(app.database);
      expect((await person.post('/auth/logout')).status).toBe(204);
      await holder.query('COMMIT');

      expect(await stepUp).toMatchObject({ status: 401, body: { code: 'AUTH_TOKEN_INVALID' } });
    } finally {
      await holder.end();
    }
    expect(await assurancesOf(person)).toEqual(before);
    const events = `SELECT type, outcome, reason FROM two_factor_events WHERE user_id = $1 ORDER BY id DESC LIMIT 1`;
    expect(await app.database.query(events, [person.id])).toEqual([
      { type: 'stepped_up', outcome: 'failure', reason: 'session_ended' },
    ]);
  });
});

describe('a step-up while the factors change', () => {
  it('invariant 39: is none of the new generation', async () => {
    const person = await someTimeLater();
    const before = await assurancesOf(person);
    const holder = new Client({ connectionString: app.database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('UPDATE two_factor_accounts SET generation = generation + 1 WHERE user_id = $1', [
        person.id,
      ]);

      const stepUp = person.post('/auth/2fa/step-up', { code: person.code });
      await somebodyWaits(app.database);
      await holder.query('COMMIT');

      expect((await stepUp).status).toBe(422);
    } finally {
      await holder.end();
    }
    expect(await assurancesOf(person)).toEqual(before);
    expect(await exported(person)).toBe(CLOSED);
  });
});
