import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { deadlocksIn, somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';

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
