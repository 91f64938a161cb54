import { TwoFactorService } from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { decode } from '../contract/support/jwt.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { computationsOf } from '../support/argon2.js';
import { type Person, type SetupData, type Tokens, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';
import { seedEvents } from '../support/seed.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** How many events of a type the record has of somebody. */
async function recorded({ id }: Person, type: string): Promise<number> {
  const rows = await app.database.query('SELECT FROM two_factor_events WHERE user_id = $1 AND type = $2', [
    id,
    type,
  ]);
  return rows.length;
}

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

/** Another device of the same person: a session of its own. */
async function anotherSession(person: Person): Promise<string> {
  const { data } = await person.verify<Tokens>({
    challengeToken: await person.challenge(),
    code: person.code,
  });
  app.clock.advance({ seconds: 30 });
  return data.accessToken;
}

describe('replacing the authenticator', () => {
  it.each([
    ['a one-time code', (person: Person) => ({ code: person.code })],
    ['a backup code', (person: Person) => ({ backupCode: person.backupCodes[0] })],
  ])('with %s leaves the old one valid until the new one is confirmed', async (_, proof) => {
    const person = await enrolled();
    const elsewhere = await anotherSession(person);
    const { setup, phone } = await person.scan(proof(person));
    app.clock.advance({ seconds: 30 });
    const stillOld = await person.verify({ challengeToken: await person.challenge(), code: person.code });
    app.clock.advance({ seconds: 30 });
    const open = await person.challenge();

    const enabled = await person.post<Tokens>('/auth/2fa/enable', { code: phone.code() });

    expect([stillOld.status, enabled.status]).toEqual([200, 200]);
    app.clock.advance({ seconds: 30 });
    expect((await person.verify({ challengeToken: open, code: phone.code() })).status).toBe(401);
    const challengeToken = await person.challenge();
    const answers = [
      await person.verify({ challengeToken, code: person.code }),
      await person.verify({ challengeToken, backupCode: person.backupCodes[1] }),
      await person.verify({ challengeToken, backupCode: setup.backupCodes[0] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 200]);
    expect((await person.call('/auth/me', { token: elsewhere })).status).toBe(401);
  });

  it('refuses a wrong code and a proof for nothing', async () => {
    const person = await enrolled();
    const other = await aUser(app);

    const wrong = await person.post('/auth/2fa/setup', { code: person.requiredPhone.wrongCode() });
    const needless = await other.post('/auth/2fa/setup', { code: '123456' });

    expect(wrong).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    expect(await rowsOf(app.database, person.id)).toMatchObject({ pending: null });
    expect(needless).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
  });
});

describe('POST /auth/2fa/backup-codes', () => {
  it('draws ten new codes, and the old ones are dead', async () => {
    const person = await enrolled();

    const answer = await person.post<{ backupCodes: string[] }>('/auth/2fa/backup-codes', {
      code: person.code,
    });

    expect(answer.status).toBe(200);
    expect(answer.data.backupCodes).toHaveLength(10);
    const challengeToken = await person.challenge();
    const old = await person.verify({ challengeToken, backupCode: person.backupCodes[0] });
    const fresh = await person.verify({ challengeToken, backupCode: answer.data.backupCodes[0] });
    expect([old.status, fresh.status]).toEqual([422, 200]);
  });

  it('hashes no codes for a wrong one', async () => {
    const person = await enrolled();
    const draw = (code: string): Promise<unknown> => person.post('/auth/2fa/backup-codes', { code });

    const ofWrong = await computationsOf(app.nest, () => draw(person.requiredPhone.wrongCode()));
    const ofRight = await computationsOf(app.nest, () => draw(person.code));

    expect({ ofWrong, ofRight }).toEqual({ ofWrong: 0, ofRight: 10 });
  });

  it('needs an authenticator', async () => {
    const answer = await (await aUser(app)).post('/auth/2fa/backup-codes', { code: '123456' });

    expect(answer).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_NOT_ENABLED' } });
  });
});

describe('POST /auth/2fa/disable', () => {
  it('turns it off, ends the other sessions and open challenges, and keeps the calling session', async () => {
    const person = await enrolled();
    const elsewhere = await anotherSession(person);
    await person.scan({ backupCode: person.backupCodes[0] });
    const challengeToken = await person.challenge();
    const code = person.code;

    const answer = await person.post('/auth/2fa/disable', { code });

    expect(answer).toMatchObject({ status: 200, data: { enabled: false } });
    expect((await person.call('/auth/me')).data['twoFactorEnabled']).toBe(false);
    expect((await person.call('/auth/me', { token: elsewhere })).status).toBe(401);
    app.clock.advance({ seconds: 30 });
    expect((await person.verify({ challengeToken, code: person.code })).status).toBe(401);
    expect((await person.login()).data['status']).toBe('authenticated');
    const left = await app.database.query(
      `SELECT 'secret' FROM two_factor_secrets WHERE user_id = $1 UNION ALL SELECT 'code' FROM two_factor_backup_codes WHERE user_id = $1
        UNION ALL SELECT 'setup' FROM two_factor_enrolments WHERE user_id = $1`,
      [person.id],
    );
    expect(left).toEqual([]);
  });

  it('takes the second factor out of what the calling session says of itself, for good', async () => {
    const person = await enrolled();
    const says = async (tokens: Tokens): Promise<unknown> => {
      const { amr, acr } = decode(tokens.accessToken).claims;
      return { amr, acr };
    };
    const refreshed = async (): Promise<Tokens> => {
      const { refreshToken } = person.tokens;
      person.tokens = (await person.post<Tokens>('/auth/refresh', { refreshToken })).data;
      return person.tokens;
    };

    await person.post('/auth/2fa/disable', { code: person.requiredPhone.wrongCode() });
    expect(await says(await refreshed())).toEqual({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
    await person.post('/auth/2fa/disable', { code: person.code });

    expect(await says(await refreshed())).toEqual({ amr: ['pwd'], acr: 'aal1' });
  });

  it('does not take a backup code', async () => {
    const person = await enrolled();

    const answer = await person.post('/auth/2fa/disable', { backupCode: person.backupCodes[0] });

    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});

describe('the generation of an account', () => {
  it('grows with every change of the factor, and with nothing else', async () => {
    const person = await enrolled();
    const generation = async (): Promise<unknown> => {
      const rows = await app.database.query('SELECT generation FROM two_factor_accounts WHERE user_id = $1', [
        person.id,
      ]);
      return rows[0]?.['generation'];
    };
    const [backupCode, another] = person.backupCodes;
    expect(await generation()).toBe('1');
    await person.verify({ challengeToken: await person.challenge(), backupCode });
    const { phone } = await person.scan({ backupCode: another });
    await person.post('/auth/2fa/backup-codes', { code: person.code });
    expect(await generation()).toBe('1');

    person.tokens = (await person.post<Tokens>('/auth/2fa/enable', { code: phone.code() })).data;
    expect(await generation()).toBe('2');
    app.clock.advance({ seconds: 30 });
    await person.post('/auth/2fa/disable', { code: phone.code() });
    expect(await generation()).toBe('3');
    await person.withTwoFactor();
    expect(await generation()).toBe('4');
  });
});

/** Fifteen minutes and more pass, and the session lives on by a refresh. */
async function letSignInAge(person: Person): Promise<void> {
  app.clock.advance({ seconds: 890 });
  const { data } = await person.post<Tokens>('/auth/refresh', { refreshToken: person.tokens.refreshToken });
  app.clock.advance({ seconds: 60 });
  person.tokens = data;
}

describe('a sign-in older than fifteen minutes', () => {
  const changes = [
    ['enable', '/auth/2fa/enable'],
    ['disable', '/auth/2fa/disable'],
    ['backup-codes', '/auth/2fa/backup-codes'],
    ['setup with proof', '/auth/2fa/setup'],
  ] as const;

  it.each(changes)('needs the password for %s', async (_, path) => {
    const person = path.endsWith('enable') ? await aUser(app) : await enrolled();
    await letSignInAge(person);
    const phone = path.endsWith('enable') ? (await person.scan()).phone : person.requiredPhone;
    const code = phone.code();

    const without = await person.post(path, { code });
    const wrong = await person.post(path, { code, password: 'not the password' });
    const right = await person.post(path, { code, password: person.password });

    expect([without, wrong].map(({ status, body }) => [status, body['code'], body['details']])).toEqual([
      [403, 'AUTH_REAUTHENTICATION_REQUIRED', [{ reason: 'password_missing', methods: ['password'] }]],
      [403, 'AUTH_REAUTHENTICATION_REQUIRED', [{ reason: 'password_wrong', methods: ['password'] }]],
    ]);
    expect(right.status).toBe(200);
  });

  it('leaves a sign-in elsewhere alone when the password is right and the code is not', async () => {
    const person = await enrolled();
    await letSignInAge(person);
    const challengeToken = await person.challenge();

    const wrong = await person.post('/auth/2fa/disable', {
      code: person.requiredPhone.wrongCode(),
      password: person.password,
    });
    const elsewhere = await person.verify({ challengeToken, code: person.code });

    expect([wrong.status, elsewhere.status]).toEqual([422, 200]);
  });

  it('bounds the guessing of the password', async () => {
    const person = await enrolled();
    await letSignInAge(person);
    const guess = (): Promise<number> =>
      person
        .post('/auth/2fa/disable', { code: person.code, password: 'a guess' })
        .then(({ status }) => status);

    const statuses = [
      await guess(),
      await guess(),
      await guess(),
      await guess(),
      await guess(),
      await guess(),
    ];

    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    expect((await person.call('/auth/2fa')).data['enabled']).toBe(true);
  });

  it('does not need it for a first setup', async () => {
    const person = await aUser(app);
    app.clock.advance({ seconds: 890 });
    const { data } = await person.post<Tokens>('/auth/refresh', { refreshToken: person.tokens.refreshToken });
    app.clock.advance({ seconds: 60 });

    const answer = await person.call<SetupData>('/auth/2fa/setup', {
      method: 'POST',
      token: data.accessToken,
    });

    const phone = await Phone.scan(answer.data.qrCodeUri, app.clock);
    expect(phone.account).toBe(person.email);
  });
});

describe('GET /auth/2fa/events', () => {
  it('shows the account its own events, newest first, without a secret', async () => {
    const person = await enrolled();
    await person.verify({ challengeToken: await person.challenge(), code: person.requiredPhone.wrongCode() });
    await enrolled();

    const { data, text } = await person.call<Record<string, unknown>[]>('/auth/2fa/events');

    expect(data.map(({ type, outcome, method }) => [type, outcome, method])).toEqual([
      ['challenge_answered', 'failure', 'totp'],
      ['enabled', 'success', 'totp'],
      ['setup_started', 'success', null],
    ]);
    expect(data[0]).toMatchObject({ ip: '127.0.0.1', userAgent: 'node' });
    expect(text).not.toContain(person.id);
  });

  it('shows setups one after another as the last of them, so that they push no other one out', async () => {
    const person = await aUser(app);
    await person.scan();
    const { phone } = await person.scan();
    await person.post('/auth/2fa/enable', { code: phone.wrongCode() });
    const userAgents = Array.from({ length: 51 }, (_, index) => `browser ${index}`);
    for (const userAgent of userAgents) {
      await person.call('/auth/2fa/setup', { method: 'POST', headers: { 'user-agent': userAgent } });
      app.clock.advance({ seconds: 3 });
    }

    const { data } = await person.call<Record<string, unknown>[]>('/auth/2fa/events');

    expect(data.map(({ type, outcome }) => [type, outcome])).toEqual([
      ['setup_started', 'success'],
      ['enabled', 'failure'],
      ['setup_started', 'success'],
    ]);
    expect(data[0]).toMatchObject({ userAgent: 'browser 50' });
    // The record has each of them: a setup that is replaced is a change, too.
    expect(await recorded(person, 'setup_started')).toBe(53);
  });

  it('shows every setup that a code was spent on', async () => {
    const person = await enrolled();
    for (const backupCode of person.backupCodes.slice(0, 3)) {
      await person.post('/auth/2fa/setup', { backupCode });
    }

    const { data } = await person.call<Record<string, unknown>[]>('/auth/2fa/events');

    expect(data.map(({ type, method }) => [type, method])).toEqual([
      ['setup_started', 'backup_code'],
      ['setup_started', 'backup_code'],
      ['setup_started', 'backup_code'],
      ['enabled', 'totp'],
      ['setup_started', null],
    ]);
  });

  it('shows the last fifty, and no more', async () => {
    const person = await aUser(app);
    await seedEvents(app.database, person.id, {
      events: [{ type: 'setup_started' }, { type: 'enabled', method: 'totp' }],
      rounds: 40,
    });

    const events = await app.nest.get(TwoFactorService).latestEvents(person.id);

    expect(events.map(({ type, requestId }) => `${type} ${requestId}`)).toEqual(
      Array.from({ length: 25 }, (_, index) => 40 - index).flatMap((n) => [
        `enabled ${n}`,
        `setup_started ${n}`,
      ]),
    );
  });
});

describe('what was refused', () => {
  it('is on record with its reason, and a lock once however often it is run into', async () => {
    const person = await enrolled();
    const [spent] = person.backupCodes;
    await person.verify({ challengeToken: await person.challenge(), backupCode: spent });
    const challengeToken = await person.challenge();
    await person.verify({ challengeToken, backupCode: spent });
    await person.verify({ challengeToken, backupCode: '00000-00000-00000' });
    await person.verify({ challengeToken, code: person.requiredPhone.wrongCode() });
    await person.verify({ challengeToken, code: person.requiredPhone.code({ steps: -3 }) });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await person.verify({
        challengeToken: await person.challenge(),
        code: person.requiredPhone.wrongCode(),
      });
    }
    await person.verify({ challengeToken: await person.challenge(), code: person.code });

    const refusals = await app.database.query<{ method: string; reason: string }>(
      `SELECT method, reason FROM two_factor_events WHERE user_id = $1 AND outcome = 'failure' ORDER BY id`,
      [person.id],
    );

    expect(refusals.map(({ method, reason }) => `${method} ${reason}`)).toEqual([
      'backup_code replayed',
      'backup_code wrong',
      'totp wrong',
      'totp expired',
      'totp wrong',
      'totp wrong',
      'totp wrong',
      'totp locked',
    ]);
  });
});
