import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { computationsOf } from '../support/argon2.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { removeBackupCodes, spendBackupCodes } from '../support/seed.js';

let app: TestApp;
/** The SQL that the application has sent. */
const sent: string[] = [];
beforeAll(async () => {
  // Before any connection is made, for each keeps the method it was made with.
  const prototype = Client.prototype as { query: (...question: unknown[]) => unknown };
  const query = prototype.query;
  prototype.query = function (...question: unknown[]): unknown {
    sent.push(textOf(question[0]));
    return query.apply(this, question);
  };
  app = await startApp();
});
afterAll(() => app.close());

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

function claimsOf({ accessToken }: Tokens): Record<string, unknown> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

describe('login with a second factor', () => {
  it('answers with a challenge instead of a session', async () => {
    const person = await enrolled();
    const sessions = await app.database.query('SELECT * FROM sessions WHERE user_id = $1', [person.id]);

    const answer = await person.login();

    expect(answer).toMatchObject({
      status: 200,
      data: { status: 'two_factor_required', expiresIn: 300, methods: ['totp', 'backup_code'] },
    });
    const fields = ['challengeToken', 'expiresIn', 'locks', 'methods', 'status', 'trustedDeviceDays'];
    expect(Object.keys(answer.data).toSorted()).toEqual(fields);
    expect(await app.database.query('SELECT * FROM sessions WHERE user_id = $1', [person.id])).toEqual(
      sessions,
    );
  });

  it.each([
    ['has spent them all', (userId: string) => spendBackupCodes(app.database, userId, 10)],
    ['was imported and has none yet', (userId: string) => removeBackupCodes(app.database, userId)],
  ])('offers no backup codes to a user who %s', async (_, without) => {
    const person = await enrolled();
    await without(person.id);

    const answer = await person.login();

    expect(answer.data).toMatchObject({ status: 'two_factor_required', methods: ['totp'] });
  });
});

describe('POST /auth/2fa/verify', () => {
  it('opens a session with the code on the phone', async () => {
    const person = await enrolled();

    const answer = await person.verify<Tokens>({
      challengeToken: await person.challenge(),
      code: person.code,
    });

    expect(answer).toMatchObject({
      status: 200,
      data: { status: 'authenticated', method: 'totp', expiresIn: 900 },
    });
    expect(claimsOf(answer.data)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
    const me = await person.call('/auth/me', { token: answer.data.accessToken });
    expect(me.data).toEqual({ id: person.id, email: person.email, role: 'user', twoFactorEnabled: true });
  });

  it('takes the code with spaces, and one step early or late', async () => {
    const person = await enrolled();
    const { phone } = { phone: person.requiredPhone };

    const late = await person.verify({
      challengeToken: await person.challenge(),
      code: phone.code({ steps: 0 }).replace(/(...)/, ' $1 '),
    });
    const early = await person.verify({
      challengeToken: await person.challenge(),
      code: phone.code({ steps: 1 }),
    });
    app.clock.advance({ seconds: 90 });
    const slow = await person.verify({
      challengeToken: await person.challenge(),
      code: phone.code({ steps: -1 }),
    });

    expect([late.status, early.status, slow.status]).toEqual([200, 200, 200]);
  });

  it.each([-2, 2])('refuses the code of step %i', async (steps) => {
    const person = await enrolled();

    const answer = await person.verify({
      challengeToken: await person.challenge(),
      code: person.requiredPhone.code({ steps }),
    });

    expect(answer).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
  });

  it('refuses a code it has already accepted, and the one before it', async () => {
    const person = await enrolled();
    const code = person.code;
    await person.verify({ challengeToken: await person.challenge(), code });
    const challengeToken = await person.challenge();

    const again = await person.verify({ challengeToken, code });
    const older = await person.verify({ challengeToken, code: person.requiredPhone.code({ steps: -1 }) });
    app.clock.advance({ seconds: 30 });
    const next = await person.verify({ challengeToken, code: person.code });

    expect([again.status, older.status, next.status]).toEqual([422, 422, 200]);
  });

  it('costs one Argon2 computation with a backup code, right, wrong, spent, or of a user who has none', async () => {
    const person = await enrolled();
    const [code = ''] = person.backupCodes;
    const answered = async (backupCode: string): Promise<number> => {
      const challengeToken = await person.challenge();
      return computationsOf(app.nest, () => person.verify({ challengeToken, backupCode }));
    };

    expect(await answered(code)).toBe(1);
    expect(await answered(code)).toBe(1);
    expect(await answered('00000-00000-00000')).toBe(1);
    await removeBackupCodes(app.database, person.id);
    expect(await answered(code)).toBe(1);
  });

  it('opens a session with a backup code, once, however it is typed', async () => {
    const person = await enrolled();
    const [code = '', other = ''] = person.backupCodes;
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;

    const answer = await person.verify<Tokens>({
      challengeToken: await person.challenge(),
      backupCode: typed,
    });
    const again = await person.verify({ challengeToken: await person.challenge(), backupCode: code });
    const second = await person.verify({ challengeToken: await person.challenge(), backupCode: other });

    expect(answer).toMatchObject({ status: 200, data: { method: 'backup_code' } });
    expect(claimsOf(answer.data)).toMatchObject({ amr: ['pwd', 'mfa'], acr: 'aal2' });
    expect(again).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    expect(second.status).toBe(200);
    const status = await person.call('/auth/2fa', { token: answer.data.accessToken });
    expect(status.data['backupCodes']).toMatchObject({ total: 10, remaining: 8 });
  });

  it('takes a challenge once, and ends the other ones with it', async () => {
    const person = await enrolled();
    const [first, second] = [await person.challenge(), await person.challenge()];
    await person.verify({ challengeToken: first, code: person.code });
    app.clock.advance({ seconds: 30 });

    const answers = await Promise.all(
      [first, second].map((challengeToken) => person.verify({ challengeToken, code: person.code })),
    );

    expect(answers.map(({ body }) => body['code'])).toEqual([
      'TWO_FACTOR_CHALLENGE_INVALID',
      'TWO_FACTOR_CHALLENGE_INVALID',
    ]);
  });

  it.each([['unknown'], ['']])('refuses the challenge "%s"', async (challengeToken) => {
    const answer = await (await enrolled()).verify({ challengeToken, code: '123456' });

    expect(answer).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses a challenge after five minutes', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    app.clock.advance({ seconds: 300 });

    const answer = await person.verify({ challengeToken, code: person.code });

    expect(answer).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
  });

  it('is locked after five wrong codes, says for how long, and lets a backup code in', async () => {
    const person = await enrolled();
    const wrong = person.requiredPhone.wrongCode();
    const first = await person.challenge();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await person.verify({ challengeToken: first, code: wrong })).status).toBe(422);
    }
    const challengeToken = await person.challenge();

    const locked = await person.verify({ challengeToken, code: person.code });
    const dead = await person.verify({ challengeToken: first, code: person.code });
    const backup = await person.verify({ challengeToken, backupCode: person.backupCodes[0] });

    expect(locked).toMatchObject({ status: 429, body: { code: 'TWO_FACTOR_LOCKED' } });
    expect(locked.headers.get('retry-after')).toBe('30');
    expect(dead.body['code']).toBe('TWO_FACTOR_CHALLENGE_INVALID');
    expect(backup.status).toBe(200);
    app.clock.advance({ seconds: 30 });
    const later = await person.verify({ challengeToken: await person.challenge(), code: person.code });
    expect(later.status).toBe(200);
  });
});

describe('attempts at two locked methods in turn', () => {
  it('are one event for each method, so that they push no other one out of the list', async () => {
    const person = await enrolled();
    const wrong = [{ code: person.requiredPhone.wrongCode() }, { backupCode: '00000-00000-00000' }];
    for (const proof of wrong) {
      const challengeToken = await person.challenge();
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await person.verify({ challengeToken, ...proof });
      }
    }
    const challengeToken = await person.challenge();

    for (let turn = 0; turn < 4; turn += 1) {
      for (const proof of wrong) {
        expect((await person.verify({ challengeToken, ...proof })).status).toBe(429);
      }
    }

    const locked = await app.database.query<{ method: string }>(
      `SELECT method FROM two_factor_events WHERE user_id = $1 AND reason = 'locked' ORDER BY id`,
      [person.id],
    );
    expect(locked).toEqual([{ method: 'totp' }, { method: 'backup_code' }]);
  });
});

describe('an attempt', () => {
  it('costs two round trips to the database, and the setup one, beside the guard and the limit', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    const other = await aUser(app);

    // The third is the backend's: the role, of which its policy goes.
    expect(await statementsOf(() => person.verify({ challengeToken, code: person.code }))).toHaveLength(3);
    const backupChallenge = await person.challenge();
    expect(
      await statementsOf(() =>
        person.verify({ challengeToken: backupChallenge, backupCode: person.backupCodes[0] }),
      ),
    ).toHaveLength(3);
    // The guard's look at the session, and the role.
    expect(await statementsOf(() => person.call('/auth/2fa'))).toHaveLength(3);
    // The user and the charge of the password; its return, if it is still the same. The challenge is between them.
    expect(await statementsOf(() => person.login())).toHaveLength(3);
    // The first of these, that there is no challenge, the role, and a transaction with the return in it.
    expect(await statementsOf(() => other.login())).toHaveLength(13);
    // The guard's look at the session and the backend's limit of changes are the other two.
    expect(await statementsOf(() => other.post('/auth/2fa/setup'))).toHaveLength(3);
  });

  it('is settled by one and the same statement, right or wrong: else its time would tell', async () => {
    const person = await enrolled();
    const answer = async (code: string): Promise<string[]> => {
      const challengeToken = await person.challenge();
      return statementsOf(() => person.verify({ challengeToken, code }));
    };

    const wrong = await answer(person.requiredPhone.wrongCode());
    const right = await answer(person.code);

    expect(right).toEqual(wrong);
  });
});

/** The statements that the application's connections send meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = sent.length;
  await work();
  return sent.slice(before);
}

function textOf(question: unknown): string {
  return typeof question === 'string' ? question : (question as { readonly text: string }).text;
}
