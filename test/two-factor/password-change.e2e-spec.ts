import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FACTOR_CHANGE_LIMIT } from '../../src/auth/factor-change-limit.js';
import { type TestApp, startApp } from '../support/app.js';
import { computationsOf } from '../support/argon2.js';
import { type Answer, call } from '../support/client.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { decode } from '../contract/support/jwt.js';
import { expectAuthError } from '../contract/support/expect-error.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const NEXT = 'another horse, another battery';
const WRONG = 'not the password at all';

function change(person: Person, body: Record<string, unknown> = {}): Promise<Answer> {
  return person.post('/auth/password', { currentPassword: person.password, newPassword: NEXT, ...body });
}

function login({ email }: Person, password: string): Promise<Answer<Tokens>> {
  return call<Tokens>(app.url, '/api/v1/auth/login', { body: { email, password } });
}

function refresh({ refreshToken }: Tokens): Promise<Answer<Tokens>> {
  return call<Tokens>(app.url, '/api/v1/auth/refresh', { body: { refreshToken } });
}

/** Which of the two passwords signs in. */
async function passwordOf(person: Person): Promise<'old' | 'new'> {
  const [old, next] = [await login(person, person.password), await login(person, NEXT)];
  expect([old.status, next.status].toSorted((left, right) => left - right)).toEqual([200, 401]);
  return old.status === 200 ? 'old' : 'new';
}

async function lastEvent({ id }: Person): Promise<string | undefined> {
  return (await rowsOf(app.database, id)).events.at(-1);
}

async function generationOf({ id }: Person): Promise<string | undefined> {
  const [row] = await app.database.query<{ generation: string }>(
    'SELECT generation FROM two_factor_accounts WHERE user_id = $1',
    [id],
  );
  return row?.generation;
}

describe('POST /auth/password', () => {
  it('takes the new password in place of the old one, and ends all other sessions', async () => {
    const ann = await aUser(app);
    const { data: other } = await ann.login<Tokens>();

    const answer = await change(ann);

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expectAuthError(await ann.call('/auth/me', { token: other.accessToken }), 'AUTH_TOKEN_INVALID');
    expectAuthError(await refresh(other), 'AUTH_TOKEN_INVALID');
    expect((await ann.call('/auth/me')).status).toBe(200);
    expect((await refresh(ann.tokens)).status).toBe(200);
    expect(await passwordOf(ann)).toBe('new');
    expect(await lastEvent(ann)).toBe('password_changed success');
  });

  it('refuses a wrong current password, and changes nothing', async () => {
    const ann = await aUser(app);
    const { data: other } = await ann.login<Tokens>();

    expectAuthError(await change(ann, { currentPassword: WRONG }), 'AUTH_REAUTHENTICATION_REQUIRED');

    expect((await ann.call('/auth/me', { token: other.accessToken })).status).toBe(200);
    expect(await passwordOf(ann)).toBe('old');
    expect(await lastEvent(ann)).toBeUndefined();
  });

  it('counts wrong ones with those of the sign-in, before any is looked at', async () => {
    const ann = await aUser(app);
    const guesses = await Promise.all(
      Array.from({ length: 14 }, () => change(ann, { currentPassword: WRONG })),
    );

    const computations = await computationsOf(app.nest, async () => {
      expectAuthError(await change(ann), 'RATE_LIMITED');
    });

    expect(guesses.filter(({ status }) => status === 403)).toHaveLength(10);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(4);
    expect(computations).toBe(0);
    expectAuthError(await login(ann, ann.password), 'RATE_LIMITED');
    app.clock.advance({ seconds: 900 });
    expect((await login(ann, ann.password)).status).toBe(200);
  });

  it('costs two Argon2 computations, and one when the current password is wrong', async () => {
    const ann = await aUser(app);

    const wrong = await computationsOf(app.nest, () => change(ann, { currentPassword: WRONG }));
    const right = await computationsOf(app.nest, () => change(ann));

    expect([wrong, right]).toEqual([1, 2]);
  });

  it('wants a new password as a registration does', async () => {
    const ann = await aUser(app);

    for (const newPassword of ['p'.repeat(11), 'p'.repeat(129), '\ud800'.repeat(12), null]) {
      const { details } = expectAuthError(await change(ann, { newPassword }), 'VALIDATION_FAILED');
      expect(details).toEqual([
        { field: 'newPassword', message: 'newPassword must be text of 12 to 128 characters' },
      ]);
    }

    expect(await passwordOf(ann)).toBe('old');
  });

  it('is limited with the changes of factors of its user', async () => {
    const ann = await aUser(app);
    await Promise.all(
      Array.from({ length: FACTOR_CHANGE_LIMIT.points }, () =>
        ann.post('/auth/2fa/disable', { code: '123456' }),
      ),
    );

    const answer = await change(ann);

    expectAuthError(answer, 'RATE_LIMITED');
    expect(answer.headers.get('retry-after')).toBe('60');
  });
});

describe('POST /auth/password while a factor is on', () => {
  it('needs a proof, and says so without an attempt', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const before = await rowsOf(app.database, ann.id);

    const { details } = expectAuthError(await change(ann), 'VALIDATION_FAILED');

    expect(details).toEqual([{ field: 'code', message: 'code must be six digits' }]);
    expect(await rowsOf(app.database, ann.id)).toEqual(before);
    expect(await passwordOf(ann)).toBe('old');
  });

  it('takes a code: challenges are dead, and the session that asks has passed its authenticator', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const challengeToken = await ann.challenge();
    const before = await generationOf(ann);

    expect((await change(ann, { code: ann.code })).status).toBe(204);

    const { challenges, sessions, events } = await rowsOf(app.database, ann.id);
    expect({ challenges, sessions }).toMatchObject({ challenges: 0, sessions: [{ passed: ['totp'] }] });
    expect(events.at(-1)).toBe('password_changed success totp');
    expect(Number(await generationOf(ann))).toBe(Number(before) + 1);
    expectAuthError(await ann.verify({ challengeToken, code: ann.code }), 'TWO_FACTOR_CHALLENGE_INVALID');
    const { data } = await refresh(ann.tokens);
    expect(decode(data.accessToken).claims['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect(await passwordOf(ann)).toBe('new');
  });

  it('spends the code', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { code } = ann;
    await change(ann, { code });

    expectAuthError(await ann.post('/auth/2fa/disable', { code }), 'TWO_FACTOR_CODE_INVALID');
    expect((await rowsOf(app.database, ann.id)).events.at(-1)).toBe('disabled failure totp replayed');
  });

  it('takes a backup code of somebody who has lost the phone, and then the session has passed nothing', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const [backupCode = ''] = ann.backupCodes;

    expect((await change(ann, { backupCode })).status).toBe(204);

    const { sessions, unspent, events } = await rowsOf(app.database, ann.id);
    expect({ sessions, unspent }).toMatchObject({ sessions: [{ passed: [] }], unspent: 9 });
    expect(events.at(-1)).toBe('password_changed success backup_code');
    const { data } = await refresh(ann.tokens);
    expect(decode(data.accessToken).claims['amr']).toEqual(['pwd']);
    expect(await passwordOf(ann)).toBe('new');
  });

  it('charges a wrong code, and changes nothing', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await ann.challenge();

    const answer = await change(ann, { code: ann.requiredPhone.wrongCode() });

    expectAuthError(answer, 'TWO_FACTOR_CODE_INVALID');
    const { attempts, challenges, events } = await rowsOf(app.database, ann.id);
    expect({ attempts, challenges }).toEqual({ attempts: { totp: { inARow: 1, failed: 1 } }, challenges: 1 });
    expect(events.at(-1)).toBe('password_changed failure totp wrong');
    expect(await passwordOf(ann)).toBe('old');
  });

  it('does not look at the code when the current password is wrong', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { code } = ann;

    expectAuthError(await change(ann, { currentPassword: WRONG, code }), 'AUTH_REAUTHENTICATION_REQUIRED');

    expect((await ann.post('/auth/2fa/disable', { code })).status).toBe(200);
  });

  it('refuses two proofs, and one that nothing asks for', async () => {
    const [ann, ben] = [await (await aUser(app)).withTwoFactor(), await aUser(app)];
    const { code } = ann;
    const both = await change(ann, { code, backupCode: ann.backupCodes[0] });

    expect(expectAuthError(both, 'VALIDATION_FAILED').details).toMatchObject([{ field: 'backupCode' }]);
    expectAuthError(await change(ben, { code }), 'TWO_FACTOR_NOT_ENABLED');

    expect(await passwordOf(ann)).toBe('old');
    expect(await passwordOf(ben)).toBe('old');
  });
});

describe('a change of the password beside something else', () => {
  it.each([
    ['without a factor', async () => ({ ann: await aUser(app), proof: {} })],
    [
      'with a code',
      async () => {
        const ann = await (await aUser(app)).withTwoFactor();
        return { ann, proof: { code: ann.code } };
      },
    ],
  ] as const)(
    'invariant 27: changes nothing once its session was ended meanwhile: %s',
    async (_, prepare) => {
      const { ann, proof } = await prepare();
      const held = await (await HeldRows.in(app.database)).changes(ann.id);

      const changed = change(ann, proof);
      await somebodyWaits(app.database);
      await ann.post('/auth/logout');
      await held.release();

      expectAuthError(await changed, 'AUTH_TOKEN_INVALID');
      expect(await passwordOf(ann)).toBe('old');
    },
  );

  it('needs a proof once a factor was turned on meanwhile', async () => {
    const ann = await aUser(app);
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const changed = change(ann);
    await somebodyWaits(app.database);
    await held.query('INSERT INTO two_factor_accounts (user_id, enabled_at) VALUES ($1, now())', [ann.id]);
    await held.release();

    expectAuthError(await changed, 'VALIDATION_FAILED');
    expect(await passwordOf(ann)).toBe('old');
  });

  it('is one of two that came with the same current password', async () => {
    const ann = await aUser(app);
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const changes = [change(ann), change(ann, { newPassword: `${NEXT}!` })];
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const answers = await Promise.all(changes);
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([204, 403]);
    const statuses = [await login(ann, ann.password), await login(ann, NEXT), await login(ann, `${NEXT}!`)];
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(statuses[0]!.status).toBe(401);
  });

  it.each([
    ['a session', async () => aUser(app)],
    ['a challenge', async () => (await aUser(app)).withTwoFactor()],
  ] as const)('lets no sign-in through that looked at the old password: no %s', async (_, somebody) => {
    const ann = await somebody();
    const before = await rowsOf(app.database, ann.id);
    await app.database.query('DELETE FROM rate_limits');
    const held = await (await HeldRows.in(app.database)).account(ann.id);

    const signingIn = login(ann, ann.password);
    await somebodyWaits(app.database);
    await held.query(`UPDATE users SET password_hash = 'another' WHERE id = $1`, [ann.id]);
    await held.release();

    expect(expectAuthError(await signingIn, 'AUTH_CREDENTIALS_INVALID')).not.toHaveProperty('details');
    expect((await rowsOf(app.database, ann.id)).sessions).toEqual(before.sessions);
    // It counts as the wrong one that it is by now.
    expect(await app.database.query(`SELECT points FROM rate_limits WHERE key LIKE 'sign-in-%'`)).toEqual([
      { points: 1 },
      { points: 1 },
    ]);
  });
});
