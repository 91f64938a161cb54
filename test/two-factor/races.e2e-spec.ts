import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { deadlocksIn, somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { removeBackupCodes } from '../support/seed.js';

// Each of these races is made certain: a row is held until both sides wait for it, and then let go.

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

/** How many sessions are alive, with the one that the person has had all along. */
async function sessionsOf({ id }: Person): Promise<number> {
  return (await rowsOf(app.database, id)).sessions.length;
}

/** How calls beside each other were answered: whose turn came first is left open. */
async function statusesOf(calls: readonly Promise<Answer>[]): Promise<number[]> {
  const answers = await Promise.all(calls);
  return answers.map(({ status }) => status).toSorted((left, right) => left - right);
}

describe('two sign-ins at once', () => {
  it('invariant 1: take one code once, and lock in one order', async () => {
    const person = await enrolled();
    const challenges = [await person.challenge(), await person.challenge()];
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const answering = challenges.map((challengeToken) =>
      person.verify({ challengeToken, code: person.code }),
    );
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    expect(await statusesOf(answering)).toEqual([200, 401]);
    expect(await sessionsOf(person)).toBe(2);
    expect(await deadlocksIn(app.database)).toBe(0);
  });

  it('invariant 8: with a code and a backup code at one challenge open one session', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const byCode = person.verify({ challengeToken, code: person.code });
    await somebodyWaits(app.database);
    const byBackupCode = person.verify({ challengeToken, backupCode: person.backupCodes[0] });
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    expect((await byCode).status).toBe(200);
    expect((await byBackupCode).status).toBe(401);
    expect(await sessionsOf(person)).toBe(2);
    expect(await rowsOf(app.database, person.id)).toMatchObject({ unspent: 10 });
  });
});

describe('a challenge that is opened while another one is answered', () => {
  it('invariant 1: outlives that answer, and does not take its code a second time', async () => {
    const person = await enrolled();
    const { code } = person;
    const first = await person.challenge();
    const place = await (await HeldRows.in(app.database)).nextPlace(person.id);
    const opening = person.challenge();
    await somebodyWaits(app.database);
    const spending = await (await HeldRows.in(app.database)).authenticator(person.id);
    const answering = person.verify({ challengeToken: first, code });
    await somebodyWaits(app.database, { atLeast: 2 });
    // What settles has begun before the second challenge is there, and ends none that it does not see.
    await place.release();
    const challengeToken = await opening;
    await somebodyWaits(app.database);

    const again = person.verify({ challengeToken, code });
    await somebodyWaits(app.database, { atLeast: 2 });
    await spending.release();

    expect((await answering).status).toBe(200);
    expect(await again).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    expect(await sessionsOf(person)).toBe(2);
  });
});

describe('a code that was read before the factors changed', () => {
  it('invariant 19: counts for nothing under the next generation, and costs nothing', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    const before = await rowsOf(app.database, person.id);
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const answering = person.verify({ challengeToken, code: person.code });
    await somebodyWaits(app.database);
    await held.query('UPDATE two_factor_accounts SET generation = generation + 1 WHERE user_id = $1', [
      person.id,
    ]);
    await held.release();

    expect(await answering).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
    const { active, attempts } = await rowsOf(app.database, person.id);
    expect({ active, attempts }).toEqual({ active: before.active, attempts: before.attempts });
    expect(await sessionsOf(person)).toBe(1);
  });
});

describe('two guesses at once at a challenge that admits one more', () => {
  it('invariant 8: are one that is looked at, and one that comes too late', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    // Both methods in turn, for the budget of one would end the guessing first.
    const wrong = [{ code: person.requiredPhone.wrongCode() }, { backupCode: '00000-00000-00000' }];
    for (const proof of [...wrong, ...wrong]) {
      expect((await person.verify({ challengeToken, ...proof })).status).toBe(422);
    }
    const held = await (await HeldRows.in(app.database)).challenge(challengeToken);

    const guessing = wrong.map((proof) => person.verify({ challengeToken, ...proof }));
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    expect(await statusesOf(guessing)).toEqual([401, 422]);
  });
});

describe('a change of factors', () => {
  it('invariant 1: one code at two of them at once makes one', async () => {
    const person = await enrolled();
    const { code } = person;
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const changing = [1, 2].map(() => person.post('/auth/2fa/setup', { code }));
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    expect(await statusesOf(changing)).toEqual([200, 422]);
  });

  it('invariant 19: disable ends the session of a sign-in by backup code that it meets half-way', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    const held = await (await HeldRows.in(app.database)).backupCodes(person.id);

    const signingIn = person.verify<Tokens>({ challengeToken, backupCode: person.backupCodes[0] });
    await somebodyWaits(app.database);
    const disabling = person.post('/auth/2fa/disable', { code: person.code });
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const [signedIn, disabled] = await Promise.all([signingIn, disabling]);
    expect([signedIn.status, disabled.status]).toEqual([200, 200]);
    const me = await person.call('/auth/me', { token: signedIn.data.accessToken });
    expect(me).toMatchObject({ status: 401, body: { code: 'AUTH_TOKEN_INVALID' } });
    expect(await sessionsOf(person)).toBe(1);
  });

  it('invariant 19: enable makes a sign-in with the password alone wait, and answer with a challenge', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    const held = await (await HeldRows.in(app.database)).sessions(person.id);

    const enabling = person.post<Tokens>('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database);
    const signingIn = person.login();
    // Either it waits, or it has gone past.
    await Promise.race([signingIn, somebodyWaits(app.database, { atLeast: 2 })]);
    await held.release();

    expect((await enabling).status).toBe(200);
    expect((await signingIn).data['status']).toBe('two_factor_required');
    expect(await sessionsOf(person)).toBe(1);
  });

  it('invariant 6: enable confirms nothing once another setup has taken the place of the one it read', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const enabling = person.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database);
    await person.post('/auth/2fa/setup');
    const { pending } = await rowsOf(app.database, person.id);
    await held.release();

    expect(await enabling).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_SETUP_NOT_PENDING' } });
    expect(await rowsOf(app.database, person.id)).toMatchObject({ active: null, codes: 0, pending });
  });

  it('locks in the order in which a sign-in does', async () => {
    const person = await enrolled();
    const { phone } = await person.scan({ backupCode: person.backupCodes[0] });
    const challengeToken = await person.challenge();
    const held = await (await HeldRows.in(app.database)).challenge(challengeToken);

    const signingIn = person.verify({ challengeToken, code: person.code });
    await somebodyWaits(app.database);
    const replacing = person.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const [signedIn, replaced] = await Promise.all([signingIn, replacing]);
    expect([signedIn.status, replaced.status]).toEqual([200, 200]);
    expect(await sessionsOf(person)).toBe(1);
    expect(await deadlocksIn(app.database)).toBe(0);
  });

  it('invariant 2: two regenerations at once leave ten codes, those of the second', async () => {
    const person = await enrolled();
    const phone = person.requiredPhone;
    const held = await (await HeldRows.in(app.database)).account(person.id);

    const drawing = person.post('/auth/2fa/backup-codes', { code: phone.code() });
    await somebodyWaits(app.database);
    const drawingAgain = person.post<{ backupCodes: string[] }>('/auth/2fa/backup-codes', {
      code: phone.code({ steps: 1 }),
    });
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const [first, second] = await Promise.all([drawing, drawingAgain]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await rowsOf(app.database, person.id)).toMatchObject({ codes: 10, unspent: 10 });
    const [backupCode] = second.data.backupCodes;
    const signedIn = await person.verify({ challengeToken: await person.challenge(), backupCode });
    expect(signedIn.status).toBe(200);
  });
});

describe('two first sign-ins of an imported user at once', () => {
  it('invariant 2: hand out one set of backup codes', async () => {
    const person = await enrolled();
    const phone = person.requiredPhone;
    await removeBackupCodes(app.database, person.id);
    const held = await (await HeldRows.in(app.database)).changes(person.id);
    const verify = async (code: string): Promise<Answer> =>
      person.verify({ challengeToken: await person.challenge(), code });

    const first = verify(phone.code());
    await somebodyWaits(app.database);
    const second = verify(phone.code({ steps: 1 }));
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.filter(({ data }) => 'backupCodes' in data)).toHaveLength(1);
    expect(await rowsOf(app.database, person.id)).toMatchObject({ codes: 10, unspent: 10 });
  });
});
