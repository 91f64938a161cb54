import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { computationsOf } from '../support/argon2.js';
import { type Answer, call } from '../support/client.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { expectAuthError } from './support/expect-error.js';
import { tables } from './support/tables.js';

let app: TestApp;
/** More processes on the same database. */
const places: TestApp[] = [];
beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off' } });
});
afterAll(async () => {
  await Promise.all(places.map((place) => place.close()));
  await app.close();
});

const PASSWORD = 'correct horse battery staple';

interface Registered extends Tokens {
  readonly user: { readonly id: string; readonly email: string };
}

function register(email: string, password: string = PASSWORD): Promise<Answer<Registered>> {
  return call<Registered>(app.url, '/api/v1/auth/register', { body: { email, password } });
}

function login(email: string, password: string = PASSWORD): Promise<Answer<Tokens>> {
  return call<Tokens>(app.url, '/api/v1/auth/login', { body: { email, password } });
}

function refresh(refreshToken: string): Promise<Answer<Tokens>> {
  return call<Tokens>(app.url, '/api/v1/auth/refresh', { body: { refreshToken } });
}

async function isSignedIn({ accessToken }: Tokens): Promise<boolean> {
  const { status } = await call(app.url, '/api/v1/auth/me', { token: accessToken });
  return status === 200;
}

/** Somebody whose refresh tokens live ten days each, at a process that is set up like that. */
async function tokensOfTenDays(): Promise<{
  readonly ann: Person;
  refreshAfter(tokens: Tokens, wait: { readonly days: number }): Promise<Answer<Tokens>>;
  tokensLeft(): Promise<number>;
}> {
  const { database, clock } = app;
  const place = await startApp({ database, clock, variables: { REFRESH_TOKEN_TTL: '864000' } });
  places.push(place);
  const ann = await aUser(place);
  return {
    ann,
    refreshAfter: async ({ refreshToken }, { days }) => {
      clock.advance({ seconds: days * 86_400 });
      return ann.post<Tokens>('/auth/refresh', { refreshToken });
    },
    tokensLeft: async () => {
      const sql = 'SELECT FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id = $1';
      return (await database.query(sql, [ann.id])).length;
    },
  };
}

async function sessionsOf({ id }: Person): Promise<number> {
  return (await app.database.query('SELECT FROM sessions WHERE user_id = $1', [id])).length;
}

describe('POST /auth/register', () => {
  it('opens an account and its first session', async () => {
    const { status, data } = await register('ada@example.com');

    expect(status).toBe(201);
    expect(data).toEqual({
      user: { id: expect.any(String), email: 'ada@example.com' },
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
    });
    const me = await call(app.url, '/api/v1/auth/me', { token: data.accessToken });
    expect(me.data).toEqual({
      id: data.user.id,
      email: 'ada@example.com',
      role: 'user',
      twoFactorEnabled: false,
    });
  });

  it('keeps neither the password nor a token', async () => {
    const { data } = await register('kept@example.com', 'a password not to be kept');

    await login('kept@example.com', 'another password not to be kept');
    const everything = JSON.stringify(await tables(app.database, { withCounts: true }));

    for (const kept of ['password not to be kept', data.accessToken, data.refreshToken]) {
      expect(everything).not.toContain(kept);
      expect(everything).not.toContain(Buffer.from(kept).toString('hex'));
    }
  });

  it.each([
    ['as it is', 'taken@example.com'],
    ['in capitals', 'TAKEN@EXAMPLE.COM'],
    ['in mixed case', 'Taken@Example.Com'],
    ['with spaces around', '  taken@example.com\t'],
    ['with a no-break space behind', 'taken@example.com\u00a0'],
    ['with a line feed behind', 'taken@example.com\r\n'],
  ])('refuses an e-mail that is taken, %s', async (_, email) => {
    await register('taken@example.com');
    const before = await tables(app.database);

    expectAuthError(await register(email), 'AUTH_EMAIL_TAKEN');

    expect(await tables(app.database)).toEqual(before);
  });

  it.each([
    ['composed and decomposed', 'zo\u00eb@example.com', 'zoe\u0308@example.com'],
    ['decomposed capitals and composed letters', 'ZO\u0045\u0308S@example.com', 'zo\u00ebs@example.com'],
    ['the Angstrom sign and the letter', '\u212bsa@example.com', '\u00e5sa@example.com'],
    ['the Kelvin sign and the letter', '\u212aarl@example.com', 'karl@example.com'],
    ['a capital that only composes when it is small', 'H\u0331ans@example.com', '\u1e96ans@example.com'],
    ['jamo and a syllable', '\u1112\u1161\u11ab@example.com', '\ud55c@example.com'],
  ])('takes two Unicode forms of one e-mail for one account: %s', async (_, first, second) => {
    expect((await register(first)).status).toBe(201);

    expectAuthError(await register(second), 'AUTH_EMAIL_TAKEN');

    expect((await login(second)).status).toBe(200);
  });

  it('tells addresses apart that only look alike', async () => {
    const alike = ['paul@example.com', 'p\u0430ul@example.com', 'paul+@example.com', 'p.aul@example.com'];

    for (const email of alike) {
      expect((await register(email)).status).toBe(201);
    }
  });

  it('opens one account when two ask for it at the same moment', async () => {
    const answers = await Promise.all([register('race@example.com'), register('Race@example.com')]);

    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([201, 409]);
    const rows = await app.database.query(
      `SELECT FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'race@example.com'`,
    );
    expect(rows).toHaveLength(1);
  });

  it.each([
    ['an address without @', 'example.com'],
    ['an address with two @', 'a@b@example.com'],
    ['an address without a dot in its domain', 'a@localhost'],
    ['an address with a space in it', 'a b@example.com'],
    ['an address of 255 characters', `${'a'.repeat(243)}@example.com`],
    ['nothing', ''],
    ['a space', ' '],
    ['a zero-width space in it', 'in\u200bvisible@example.com'],
    ['a right-to-left override in it', 'in\u202evisible@example.com'],
  ])('refuses %s', async (_, email) => {
    const before = await tables(app.database);

    const { details } = expectAuthError(await register(email), 'VALIDATION_FAILED');

    expect(details).toEqual([{ field: 'email', message: 'email must be an e-mail address' }]);
    expect(await tables(app.database)).toEqual(before);
  });

  it('takes an address of 254 characters', async () => {
    expect((await register(`${'b'.repeat(242)}@example.com`)).status).toBe(201);
  });
});

describe('a password', () => {
  it.each([
    ['eleven characters', 'p'.repeat(11)],
    ['129 characters', 'p'.repeat(129)],
    ['eleven characters outside the BMP', '😀'.repeat(11)],
    ['six letters with an accent each, which are six characters', 'e\u0301'.repeat(6)],
    ['eleven characters that compatibility makes 44', '\u337f'.repeat(11)],
    ['lone surrogates', '\ud800'.repeat(12)],
    ['half a surrogate pair at its end', 'correct horse battery\ud83d'],
    ['nothing', ''],
  ])('is refused with %s', async (_, password) => {
    const before = await tables(app.database);

    const { details } = expectAuthError(await register('refused@example.com', password), 'VALIDATION_FAILED');

    expect(details).toMatchObject([{ field: 'password' }]);
    expect(await tables(app.database)).toEqual(before);
  });

  it.each([
    ['twelve characters', 'p'.repeat(12)],
    ['128 characters', 'p'.repeat(128)],
    ['twelve characters outside the BMP', '😀'.repeat(12)],
    ['128 characters outside the BMP', '😀'.repeat(128)],
    ['twelve spaces', ' '.repeat(12)],
    ['a NUL in it', 'a password\0with a NUL'],
  ])('is taken with %s, and signs in whole', async (name, password) => {
    const email = `${Buffer.from(name).toString('hex')}@example.com`;
    expect((await register(email, password)).status).toBe(201);

    expect((await login(email, password)).status).toBe(200);

    // Nothing is cut off, trimmed or folded.
    for (const length of [-1, 11]) {
      const cut = Array.from(password).slice(0, length).join('');
      expectAuthError(await login(email, cut), 'AUTH_CREDENTIALS_INVALID');
    }
  });

  it('is no password when it is no text, and costs nothing', async () => {
    const ann = await aUser(app);
    const before = await tables(app.database);

    for (const password of ['\ud800', `${ann.password}\udfff`]) {
      const { details } = expectAuthError(await login(ann.email, password), 'VALIDATION_FAILED');
      expect(details).toMatchObject([{ field: 'password' }]);
    }

    expect(await tables(app.database)).toEqual(before);
  });

  it('is one password in two Unicode forms (NIST SP 800-63B-4 §3.1.1.2)', async () => {
    await register('forms@example.com', 'Zoe\u0308 zahlt f\u00fcnf');

    expect((await login('forms@example.com', 'Zo\u00eb zahlt fu\u0308nf')).status).toBe(200);
    expectAuthError(await login('forms@example.com', 'zo\u00eb zahlt f\u00fcnf'), 'AUTH_CREDENTIALS_INVALID');
  });
});

describe('POST /auth/login', () => {
  it('opens a session of its own each time', async () => {
    const ann = await aUser(app);

    const [first, second] = [await ann.login<Tokens>(), await ann.login<Tokens>()];

    expect(first.data.accessToken).not.toBe(second.data.accessToken);
    expect(await isSignedIn(first.data)).toBe(true);
    expect(await isSignedIn(second.data)).toBe(true);
    expect(await sessionsOf(ann)).toBe(3);
  });

  it('clears away what has expired of its own account, and of no other', async () => {
    const [person, somebody] = [await aUser(app), await aUser(app)];
    await login(person.email);
    app.clock.advance({ seconds: 2_592_000 });

    await login(person.email);

    expect(await sessionsOf(person)).toBe(1);
    expect(await sessionsOf(somebody)).toBe(1);
  });

  it('costs one Argon2 computation, whether there is such an account or not', async () => {
    const ann = await aUser(app);
    const wrong = 'not the password at all';

    expect(await computationsOf(app.nest, () => login(ann.email))).toBe(1);
    expect(await computationsOf(app.nest, () => login(ann.email, wrong))).toBe(1);
    expect(await computationsOf(app.nest, () => login('nobody-here@example.com', wrong))).toBe(1);
  });

  it('answers an unknown account and a wrong password alike', async () => {
    const ann = await aUser(app);
    const before = await tables(app.database);

    const wrong = await login(ann.email, 'not the password at all');
    const unknown = await login('nobody-at-all@example.com', 'not the password at all');

    const { requestId: _wrong, ...wrongBody } = expectAuthError(wrong, 'AUTH_CREDENTIALS_INVALID');
    const { requestId: _unknown, ...unknownBody } = expectAuthError(unknown, 'AUTH_CREDENTIALS_INVALID');
    expect(wrongBody).toEqual(unknownBody);
    const names = ({ headers }: Answer<Tokens>): string[] => [...headers.keys()];
    expect(names(wrong)).toEqual(names(unknown));
    expect(wrong.headers.get('www-authenticate')).toBe(unknown.headers.get('www-authenticate'));
    expect(await tables(app.database)).toEqual(before);
  });
});

describe('POST /auth/refresh', () => {
  it('rotates: the old refresh token is spent, the session lives on', async () => {
    const ann = await aUser(app);

    const { data, status } = await refresh(ann.tokens.refreshToken);

    expect(status).toBe(200);
    expect(data).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
    });
    expect(data.refreshToken).not.toBe(ann.tokens.refreshToken);
    expect(await isSignedIn(data)).toBe(true);
    expect(await sessionsOf(ann)).toBe(1);
  });

  it('prolongs the session, and sweeps those of its refresh tokens that nobody can use any more', async () => {
    const { ann, refreshAfter, tokensLeft } = await tokensOfTenDays();

    const second = await refreshAfter(ann.tokens, { days: 8 });
    expect(await tokensLeft()).toBe(2);
    // Sixteen days after the sign-in, and six after its own tokens have expired.
    const third = await refreshAfter(second.data, { days: 8 });

    expect([second.status, third.status]).toEqual([200, 200]);
    expect(await isSignedIn(third.data)).toBe(true);
    expect(await tokensLeft()).toBe(2);
  });

  it('prolongs no session beyond 30 days after its sign-in, to the second', async () => {
    const { ann, refreshAfter } = await tokensOfTenDays();
    const second = await refreshAfter(ann.tokens, { days: 9 });
    const third = await refreshAfter(second.data, { days: 9 });
    const fourth = await refreshAfter(third.data, { days: 9 });

    app.clock.advance({ seconds: 3 * 86_400 - 1 });
    const last = await refreshAfter(fourth.data, { days: 0 });
    expect(last.status).toBe(200);
    expect(await isSignedIn(last.data)).toBe(true);
    app.clock.advance({ seconds: 1 });

    expectAuthError(await ann.call('/auth/me', { token: last.data.accessToken }), 'AUTH_TOKEN_INVALID');
    expectAuthError(await refresh(last.data.refreshToken), 'AUTH_TOKEN_EXPIRED');
    await ann.login();
    expect(await sessionsOf(ann)).toBe(1);
  });

  it('leaves no statement a way to let a session live longer', async () => {
    const ann = await aUser(app);

    const prolong = app.database.query(
      `UPDATE sessions SET expires_at = expires_at + interval '1 second' WHERE user_id = $1`,
      [ann.id],
    );

    await expect(prolong).rejects.toThrow('sessions_end');
  });

  it('ends the whole family when a spent token comes again, and no other', async () => {
    const ann = await aUser(app);
    const other = await ann.login<Tokens>();
    const second = await refresh(ann.tokens.refreshToken);
    const third = await refresh(second.data.refreshToken);
    expect(third.status).toBe(200);

    const reused = await refresh(ann.tokens.refreshToken);

    expectAuthError(reused, 'AUTH_TOKEN_INVALID');
    expect(reused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    for (const tokens of [ann.tokens, second.data, third.data]) {
      expect(await isSignedIn(tokens)).toBe(false);
      expectAuthError(await refresh(tokens.refreshToken), 'AUTH_TOKEN_INVALID');
    }
    expect(await isSignedIn(other.data)).toBe(true);
    expect((await refresh(other.data.refreshToken)).status).toBe(200);
  });

  it('lets one of two parallel uses of a token through, and ends the family', async () => {
    for (let round = 0; round < 8; round += 1) {
      const ann = await aUser(app);

      const answers = await Promise.all([refresh(ann.tokens.refreshToken), refresh(ann.tokens.refreshToken)]);

      expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 401]);
      expect(await sessionsOf(ann)).toBe(0);
    }
  });

  it('lets one of many parallel uses of a token through', async () => {
    const ann = await aUser(app);

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => refresh(ann.tokens.refreshToken)),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
    expect(await sessionsOf(ann)).toBe(0);
  });

  it('refuses a token that nobody has handed out, and changes nothing', async () => {
    const before = await tables(app.database);

    for (const token of ['', 'A'.repeat(43), 'A'.repeat(256)]) {
      expectAuthError(await refresh(token), 'AUTH_TOKEN_INVALID');
    }

    expect(await tables(app.database)).toEqual(before);
  });

  it('refuses a token in another spelling', async () => {
    const ann = await aUser(app);
    const { refreshToken } = ann.tokens;

    for (const spelling of [`${refreshToken}=`, ` ${refreshToken}`, refreshToken.toUpperCase()]) {
      expectAuthError(await refresh(spelling), 'AUTH_TOKEN_INVALID');
    }

    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('says of a token that it has expired, from the second on that it has lived its time', async () => {
    const ann = await aUser(app);
    const last = await aUser(app);
    app.clock.advance({ seconds: 2_592_000 - 1 });
    expect((await refresh(last.tokens.refreshToken)).status).toBe(200);

    app.clock.advance({ seconds: 1 });
    const answer = await refresh(ann.tokens.refreshToken);

    expectAuthError(answer, 'AUTH_TOKEN_EXPIRED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect((await ann.login()).status).toBe(200);
  });
});

describe('POST /auth/logout', () => {
  it('ends its own session and no other', async () => {
    const ann = await aUser(app);
    const other = await ann.login<Tokens>();

    const answer = await ann.call('/auth/logout', { method: 'POST' });

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await isSignedIn(ann.tokens)).toBe(false);
    expectAuthError(await refresh(ann.tokens.refreshToken), 'AUTH_TOKEN_INVALID');
    expect(await isSignedIn(other.data)).toBe(true);
    expect((await refresh(other.data.refreshToken)).status).toBe(200);
  });

  it('leaves nothing of the session behind', async () => {
    const ann = await aUser(app);
    await refresh(ann.tokens.refreshToken);

    await ann.call('/auth/logout', { method: 'POST' });

    expect(await sessionsOf(ann)).toBe(0);
    expect(
      await app.database.query(
        'SELECT FROM refresh_tokens t LEFT JOIN sessions s ON s.id = t.session_id WHERE s.id IS NULL',
      ),
    ).toEqual([]);
  });

  it('refuses to end a session twice', async () => {
    const ann = await aUser(app);
    await ann.call('/auth/logout', { method: 'POST' });

    expectAuthError(await ann.call('/auth/logout', { method: 'POST' }), 'AUTH_TOKEN_INVALID');

    expect(await sessionsOf(ann)).toBe(0);
  });
});

describe('a refresh beside the end of its session', () => {
  it('waits its turn and is refused: the two lock in the same order', async () => {
    const person = await aUser(app);
    const holder = new Client({ connectionString: app.database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM sessions WHERE user_id = $1 FOR UPDATE', [person.id]);
    const refreshed = refresh(person.tokens.refreshToken);
    await somebodyWaits(app.database);

    await holder.query('DELETE FROM sessions WHERE user_id = $1', [person.id]);
    await holder.query('COMMIT');

    expect(await refreshed).toMatchObject({ status: 401, body: { code: 'AUTH_TOKEN_INVALID' } });
    await holder.end();
  });
});
