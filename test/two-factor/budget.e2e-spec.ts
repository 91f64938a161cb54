import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { holdComputations } from '../support/argon2.js';
import type { Answer } from '../support/client.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { forgetFailures, seedFailures } from '../support/seed.js';

const DAY_SECONDS = 86_400;
const WRONG_BACKUP_CODE = '00000-00000-00000';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

async function answer(person: Person, proof: Record<string, unknown>): Promise<Answer> {
  return person.verify({ challengeToken: await person.challenge(), ...proof });
}

/** Guesses at the authenticator. */
function guess(person: Person): Promise<Answer> {
  return answer(person, { code: person.requiredPhone.wrongCode() });
}

async function chargesOf({ id }: Person): Promise<number> {
  return (await rowsOf(app.database, id)).attempts['backup_code']?.failed ?? 0;
}

function secondsToWait({ headers }: Answer): number {
  return Number(headers.get('retry-after'));
}

function times(count: number, date: Date): Date[] {
  return Array.from({ length: count }, () => date);
}

describe('the windows of the budget', () => {
  it('invariant 9: a day is over to the second in which its failures are a day old', async () => {
    const person = await enrolled();
    await seedFailures(app.database, [person.id], {
      method: 'totp',
      failedAt: times(20, app.clock.now()),
    });
    app.clock.advance({ seconds: DAY_SECONDS - 1 });

    const early = await guess(person);
    app.clock.advance({ seconds: 1 });
    const onTime = await guess(person);

    expect([early.status, onTime.status]).toEqual([429, 422]);
    expect(secondsToWait(early)).toBe(1);
  });

  it('invariant 9: failures that are older than a day count among the 100 of 30 days', async () => {
    const person = await enrolled();
    await seedFailures(app.database, [person.id], {
      method: 'totp',
      failedAt: times(99, app.clock.now()),
    });
    app.clock.advance({ seconds: 2 * DAY_SECONDS });

    const last = await guess(person);
    const locked = await guess(person);

    expect([last.status, locked.status]).toEqual([422, 429]);
    expect(secondsToWait(locked)).toBe(28 * DAY_SECONDS);
  });
});

describe('the first codes that are tried at an account, which was imported', () => {
  it('invariant 9: are failures in a row from the first one on', async () => {
    const person = await enrolled();
    await forgetFailures(app.database, person.id);
    const answers: Answer[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      answers.push(await guess(person));
    }

    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422, 429]);
    expect(answers.map(secondsToWait).at(-1)).toBe(30);
  });
});

describe('a right code that failures of others overtake', () => {
  it('invariant 9: is refused as any other, and stays unspent', async () => {
    const person = await enrolled();
    const challengeToken = await person.challenge();
    const { code } = person;
    const held = await (await HeldRows.in(app.database)).charges(person.id, 'totp');
    await seedFailures(held, [person.id], { method: 'totp', failedAt: times(20, app.clock.now()) });

    const overtaken = person.verify({ challengeToken, code });
    await somebodyWaits(app.database);
    await held.release();

    expect(await overtaken).toMatchObject({ status: 429, body: { code: 'TWO_FACTOR_LOCKED' } });
    await forgetFailures(app.database, person.id);
    expect((await person.verify({ challengeToken, code })).status).toBe(200);
  });
});

describe('a success', () => {
  it('invariant 9: clears the delay of its own method and of no other', async () => {
    const person = await enrolled();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await guess(person)).status).toBe(422);
    }

    const byBackupCode = await answer(person, { backupCode: person.backupCodes[0] });

    const byCode = await answer(person, { code: person.code });
    expect([byBackupCode.status, byCode.status]).toEqual([200, 429]);
  });

  it.each([
    [
      'a one-time code',
      ({ code }: Person) => ({ code }),
      ({ requiredPhone }: Person) => ({ code: requiredPhone.wrongCode() }),
    ],
    [
      'a backup code',
      ({ backupCodes }: Person) => ({ backupCode: backupCodes.shift() }),
      () => ({ backupCode: WRONG_BACKUP_CODE }),
    ],
  ])('invariant 9: by %s begins the failures in a row anew', async (_, right, wrongOf) => {
    const person = await enrolled();
    const wrong = wrongOf(person);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect((await answer(person, wrong)).status).toBe(422);
    }
    expect((await answer(person, right(person))).status).toBe(200);
    app.clock.advance({ seconds: 30 });

    expect((await answer(person, wrong)).status).toBe(422);

    expect((await answer(person, right(person))).status).toBe(200);
  });

  it('invariant 9: by a one-time code leaves in the windows what others have failed', async () => {
    const person = await enrolled();
    await seedFailures(app.database, [person.id], { method: 'totp', failedAt: times(19, app.clock.now()) });
    expect((await answer(person, { code: person.code })).status).toBe(200);

    const last = await guess(person);
    const locked = await guess(person);

    expect([last.status, locked.status]).toEqual([422, 429]);
    expect(secondsToWait(locked)).toBe(DAY_SECONDS);
  });

  it('invariant 9: that comes late takes back its own charge and none of those that came after it', async () => {
    const person = await enrolled();
    const challenges = [await person.challenge(), await person.challenge()];
    const held = holdComputations(app.nest);
    const succeeding = person.verify({ challengeToken: challenges[0], backupCode: person.backupCodes[0] });
    await expect.poll(() => chargesOf(person)).toBe(1);
    app.clock.advance({ seconds: 60 });
    const failing = person.verify({ challengeToken: challenges[1], backupCode: WRONG_BACKUP_CODE });
    await expect.poll(() => chargesOf(person)).toBe(2);

    await held.end();

    expect((await succeeding).status).toBe(200);
    // Refused, or late for a challenge that ended with the success: its charge stays.
    expect((await failing).status).toBeOneOf([401, 422]);
    // With nineteen more the day is full, until the one that failed is a day old.
    app.clock.advance({ seconds: 1000 });
    await seedFailures(app.database, [person.id], {
      method: 'backup_code',
      failedAt: times(19, app.clock.now()),
    });
    const locked = await answer(person, { backupCode: person.backupCodes[1] });
    expect(locked.status).toBe(429);
    expect(secondsToWait(locked)).toBe(DAY_SECONDS - 1000);
  });
});

describe('a lock', () => {
  it('is told by the login and by the status, until it is over, and telling it costs no attempt', async () => {
    const person = await enrolled();
    const told = async (): Promise<unknown[]> => {
      const login = await person.login<{ locks: unknown }>();
      const status = await person.call<{ locks: unknown }>('/auth/2fa');
      return [login.data.locks, status.data.locks];
    };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await guess(person)).status).toBe(422);
    }

    const during = await told();
    app.clock.advance({ seconds: 29 });
    const atLast = await told();
    app.clock.advance({ seconds: 1 });
    const after = await told();

    const locked = (retryAfterSeconds: number): unknown => [{ method: 'totp', retryAfterSeconds }];
    expect(during).toEqual([locked(30), locked(30)]);
    expect(atLast).toEqual([locked(1), locked(1)]);
    expect(after).toEqual([[], []]);
    expect((await answer(person, { code: person.code })).status).toBe(200);
  });

  it('of a full day is told for as many guesses as an attempt would be charged', async () => {
    const person = await enrolled();
    const { phone } = await person.scan({ add: true, code: person.code });
    await person.post('/auth/2fa/enable', { code: phone.code() });
    // With room for one more, and two are compared.
    const failedAt = times(19, app.clock.now());
    await seedFailures(app.database, [person.id], { method: 'totp', failedAt });

    const login = await person.login<{ locks: unknown }>();

    expect(login.data.locks).toEqual([{ method: 'totp', retryAfterSeconds: DAY_SECONDS }]);
    expect(secondsToWait(await guess(person))).toBe(DAY_SECONDS);
  });
});

describe('a thousand failures in a row', () => {
  it('invariant 9: make wait for a quarter of an hour, as twenty do', async () => {
    const person = await enrolled();
    await seedFailures(app.database, [person.id], { method: 'totp', inARow: 1100 });

    const wrong = await guess(person);
    const locked = await guess(person);

    expect([wrong.status, locked.status]).toEqual([422, 429]);
    expect(secondsToWait(locked)).toBe(900);
  });
});
