import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const DEAD = { status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } };

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

/** Signs in with the password, so many times one after another. */
async function challengesOf(person: Person, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    tokens.push(await person.challenge());
  }
  return tokens;
}

describe('six sign-ins with the password', () => {
  it('invariant 8: leave five open challenges, without the oldest', async () => {
    const person = await enrolled();
    const [oldest = '', ...others] = await challengesOf(person, 6);
    const code = person.requiredPhone.wrongCode();

    const answer = await person.verify({ challengeToken: oldest, code });

    expect(answer).toMatchObject(DEAD);
    for (const challengeToken of others.slice(0, 4)) {
      expect((await person.verify({ challengeToken, code })).status).toBe(422);
    }
    const last = await person.verify({ challengeToken: others[4], code: person.code });
    expect(last.status).toBe(200);
  });

  it('invariant 8: leave the last one with all of its attempts, also where the oldest had none left', async () => {
    const person = await enrolled();
    const wrong = [{ code: person.requiredPhone.wrongCode() }, { backupCode: '00000-00000-00000' }];
    const challengeToken = await person.challenge();
    for (const proof of [...wrong, ...wrong, wrong[0]]) {
      expect((await person.verify({ challengeToken, ...proof })).status).toBe(422);
    }
    expect(await person.verify({ challengeToken, code: person.code })).toMatchObject(DEAD);

    const later = await challengesOf(person, 5);

    const answer = await person.verify({ challengeToken: later.at(-1), code: person.code });
    expect(answer.status).toBe(200);
  });
});

describe('a challenge that has no attempts left', () => {
  it('invariant 8: takes none from another one', async () => {
    const person = await enrolled();
    const wrong = [{ code: person.requiredPhone.wrongCode() }, { backupCode: '00000-00000-00000' }];
    const [exhausted = '', other = ''] = await challengesOf(person, 2);
    for (const proof of [...wrong, ...wrong, wrong[0]]) {
      expect((await person.verify({ challengeToken: exhausted, ...proof })).status).toBe(422);
    }
    expect(await person.verify({ challengeToken: exhausted, code: person.code })).toMatchObject(DEAD);

    const answer = await person.verify({ challengeToken: other, code: person.code });

    expect(answer.status).toBe(200);
  });
});

describe('a backup code that is accepted', () => {
  it('invariant 8: ends its challenge and every other one', async () => {
    const person = await enrolled();
    const [first = '', second = ''] = await challengesOf(person, 2);
    const [backupCode = '', another = ''] = person.backupCodes;
    expect((await person.verify({ challengeToken: first, backupCode })).status).toBe(200);

    const answers = [
      await person.verify({ challengeToken: first, backupCode: another }),
      await person.verify({ challengeToken: first, code: person.code }),
      await person.verify({ challengeToken: second, code: person.code }),
    ];

    expect(answers).toMatchObject([DEAD, DEAD, DEAD]);
    const { backupCodes } = (await person.call('/auth/2fa')).data;
    expect(backupCodes).toMatchObject({ remaining: 9 });
  });
});

describe('a token that names a user and is none of its challenges', () => {
  it('invariant 8: is refused with a right code of that user, which stays unspent', async () => {
    const person = await enrolled();
    const [named] = (await person.challenge()).split('.');
    const challengeToken = `${named}.${randomBytes(32).toString('base64url')}`;
    const [backupCode] = person.backupCodes;
    const before = await rowsOf(app.database, person.id);

    expect(await person.verify({ challengeToken, code: person.code })).toMatchObject(DEAD);
    expect(await person.verify({ challengeToken, backupCode })).toMatchObject(DEAD);

    expect(await rowsOf(app.database, person.id)).toEqual(before);
  });
});
