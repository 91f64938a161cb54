import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { deadlocksIn, somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows } from '../support/rows.js';
import { expectAuthError } from './support/expect-error.js';
import { tables } from './support/tables.js';

interface Shown {
  readonly id: string;
  readonly signedInAt: string;
  readonly lastUsedAt: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly amr: readonly string[];
  readonly current: boolean;
}

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { TRUST_PROXY: 'on' } });
});
afterAll(() => app.close());

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Signs in from somewhere else. */
async function elsewhere(
  { email, password }: Person,
  { ip = '192.0.2.7', userAgent = FIREFOX } = {},
): Promise<Tokens> {
  const headers = { 'x-forwarded-for': ip, 'user-agent': userAgent };
  return (await call<Tokens>(app.url, '/api/v1/auth/login', { body: { email, password }, headers })).data;
}

async function list(person: Person, { accessToken }: Tokens = person.tokens): Promise<Shown[]> {
  return (await person.call<Shown[]>('/auth/sessions', { token: accessToken })).data;
}

function end(person: Person, id: string, { accessToken }: Tokens = person.tokens): Promise<Answer> {
  return person.call(`/auth/sessions/${id}`, { method: 'DELETE', token: accessToken });
}

function endOthers(person: Person, { accessToken }: Tokens = person.tokens): Promise<Answer> {
  return person.call('/auth/sessions', { method: 'DELETE', token: accessToken });
}

async function idOf(person: Person, tokens: Tokens): Promise<string> {
  return (await list(person, tokens)).find(({ current }) => current)!.id;
}

/** What the tokens of a session are good for. */
async function answersTo({ accessToken, refreshToken }: Tokens): Promise<unknown[]> {
  const me = await call(app.url, '/api/v1/auth/me', { token: accessToken });
  const refreshed = await call(app.url, '/api/v1/auth/refresh', { body: { refreshToken } });
  return [me, refreshed].map(({ status, body }) => body['code'] ?? status);
}

const ENDED = ['AUTH_TOKEN_INVALID', 'AUTH_TOKEN_INVALID'];
const ALIVE = [200, 200];

describe('GET /auth/sessions', () => {
  it('tells of each session where, when and how it was signed in, the asking one first', async () => {
    const ann = await aUser(app);
    const registeredAt = app.clock.now().toISOString();
    app.clock.advance({ seconds: 60 });
    await elsewhere(ann);
    const signedInAt = app.clock.now().toISOString();

    const sessions = await list(ann);

    expect(sessions).toEqual([
      {
        id: expect.any(String),
        signedInAt: registeredAt,
        lastUsedAt: registeredAt,
        ip: '127.0.0.1',
        userAgent: 'node',
        amr: ['pwd'],
        current: true,
      },
      {
        id: expect.any(String),
        signedInAt,
        lastUsedAt: signedInAt,
        ip: '192.0.2.7',
        userAgent: FIREFOX,
        amr: ['pwd'],
        current: false,
      },
    ]);
  });

  it('tells which were signed in with a second factor', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const [backupCode = ''] = ann.backupCodes;
    await ann.verify({ challengeToken: await ann.challenge(), backupCode });

    const sessions = await list(ann);

    expect(sessions.map(({ amr, current }) => ({ amr, current }))).toEqual([
      { amr: ['pwd', 'otp', 'mfa'], current: true },
      { amr: ['pwd', 'mfa'], current: false },
    ]);
  });

  it('tells when a session was last refreshed, and has those first', async () => {
    const ann = await aUser(app);
    const [first, second] = [await elsewhere(ann), await elsewhere(ann)];
    const ids = [await idOf(ann, first), await idOf(ann, second)];
    app.clock.advance({ seconds: 120 });
    await ann.post('/auth/refresh', { refreshToken: first.refreshToken });

    const [, ...others] = await list(ann);

    expect(others.map(({ id }) => id)).toEqual(ids);
    expect(others[0]!.lastUsedAt).toBe(app.clock.now().toISOString());
    expect(others[0]!.lastUsedAt).not.toBe(others[0]!.signedInAt);
    expect(others[1]!.lastUsedAt).toBe(others[1]!.signedInAt);
  });

  it('has no session that has expired, and none of anybody else', async () => {
    const ann = await aUser(app);
    app.clock.advance({ seconds: 2_592_000 - 1 });
    await aUser(app);
    const tokens = await elsewhere(ann);
    expect(await list(ann, tokens)).toHaveLength(2);
    app.clock.advance({ seconds: 1 });

    expect(await list(ann, tokens)).toMatchObject([{ current: true }]);
  });

  it('is bounded, and so is what a client says of itself', async () => {
    const ann = await aUser(app);
    await elsewhere(ann, { ip: 'x'.repeat(100), userAgent: 'u'.repeat(5000) });
    await app.database.query(
      `INSERT INTO sessions (id, user_id, authenticated_at, expires_at)
        SELECT gen_random_uuid(), user_id, authenticated_at, expires_at FROM sessions, generate_series(1, 100)
        WHERE user_id = $1`,
      [ann.id],
    );

    const sessions = await list(ann);

    expect(sessions).toHaveLength(100);
    expect(sessions[0]!.current).toBe(true);
    const [stored] = await app.database.query(
      `SELECT length(ip) AS ip, length(user_agent) AS "userAgent" FROM sessions
        WHERE user_id = $1 AND user_agent LIKE 'u%'`,
      [ann.id],
    );
    expect(stored).toEqual({ ip: 64, userAgent: 256 });
  });
});

describe('DELETE /auth/sessions/{id}', () => {
  it('ends that session at once, with its refresh token, and no other', async () => {
    const ann = await aUser(app);
    const [lost, kept] = [await elsewhere(ann), await elsewhere(ann)];

    const answer = await end(ann, await idOf(ann, lost));

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answersTo(lost)).toEqual(ENDED);
    expect(await answersTo(kept)).toEqual(ALIVE);
    expect(await list(ann)).toHaveLength(2);
  });

  it('ends the session that asks, when it is that one', async () => {
    const ann = await aUser(app);
    const other = await elsewhere(ann);

    expect((await end(ann, await idOf(ann, ann.tokens))).status).toBe(204);

    expect(await answersTo(ann.tokens)).toEqual(ENDED);
    expect(await answersTo(other)).toEqual(ALIVE);
  });

  it("answers for another user's session as for one that is not there, and ends nothing", async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const own = await elsewhere(ann);
    const ended = await idOf(ann, own);
    await end(ann, ended);
    const before = await tables(app.database);

    const bodies = [];
    for (const id of [await idOf(ben, ben.tokens), ended, randomUUID(), 'x', '%00', 'x'.repeat(90)]) {
      const { requestId: _, ...body } = expectAuthError(await end(ann, id), 'NOT_FOUND');
      bodies.push(JSON.stringify(body));
    }

    expect(new Set(bodies).size).toBe(1);
    expect(await tables(app.database)).toEqual(before);
  });
});

describe('DELETE /auth/sessions', () => {
  it('ends all sessions of the account but the one that asks, and no other', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const others = [await elsewhere(ann), await elsewhere(ann)];

    expect(await endOthers(ann)).toMatchObject({ status: 204, text: '' });

    for (const tokens of others) {
      expect(await answersTo(tokens)).toEqual(ENDED);
    }
    expect(await list(ann)).toMatchObject([{ current: true }]);
    expect(await answersTo(ann.tokens)).toEqual(ALIVE);
    expect(await answersTo(ben.tokens)).toEqual(ALIVE);
  });

  it('lets one of two win who end each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ann = await aUser(app);
      const other = await elsewhere(ann);

      const answers = await Promise.all([endOthers(ann), endOthers(ann, other)]);

      expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([204, 401]);
      expect(await app.database.query('SELECT FROM sessions WHERE user_id = $1', [ann.id])).toHaveLength(1);
    }
  });
});

describe('sessions that have expired', () => {
  it('are cleared away by a sign-in that waits for nobody, whoever ends them at this moment', async () => {
    const ann = await aUser(app);
    const ids = ['0', 'f'].map((digit) => randomUUID().replace(/^./, digit));
    // In the table the other way round than by their ids.
    for (const id of ids.toReversed()) {
      await app.database.query(
        `INSERT INTO sessions (id, user_id, authenticated_at, expires_at, passed, ip) VALUES ($1, $2, $3, $3, '{}', '')`,
        [id, ann.id, app.clock.now()],
      );
    }
    const held = await HeldRows.in(app.database);
    await held.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [ids[0]]);

    const ending = endOthers(ann);
    await somebodyWaits(app.database);
    const signingIn = elsewhere(ann);
    await Promise.race([signingIn, somebodyWaits(app.database, { atLeast: 2 })]);
    await held.release();

    expect((await ending).status).toBe(204);
    expect((await signingIn).accessToken).toEqual(expect.any(String));
    expect(await deadlocksIn(app.database)).toBe(0);
  });
});

describe('a session that is ended while it ends others', () => {
  it.each([
    ['one', async (ann: Person, asking: Tokens) => end(ann, await idOf(ann, ann.tokens), asking)],
    ['all', endOthers],
  ] as const)('invariant 27: ends none: %s', async (_, ask) => {
    const ann = await aUser(app);
    const asking = await elsewhere(ann);
    const holder = new Client({ connectionString: app.database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('DELETE FROM sessions WHERE id = $1', [await idOf(ann, asking)]);

    const asked = ask(ann, asking);
    await somebodyWaits(app.database);
    await holder.query('COMMIT');
    await holder.end();

    expectAuthError(await asked, 'AUTH_TOKEN_INVALID');
    expect(await answersTo(ann.tokens)).toEqual(ALIVE);
  });
});
