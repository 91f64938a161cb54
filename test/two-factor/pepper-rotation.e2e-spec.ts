import { FixedClock } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, TEST_SECRETS, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Person, aUser } from '../support/people.js';

const BOTH = {
  TWO_FACTOR_PEPPERS: `p2:${Buffer.alloc(32, 8).toString('base64')},${TEST_SECRETS.TWO_FACTOR_PEPPERS}`,
};

const clock = new FixedClock();
let database: TestDatabase;
let app: TestApp;
let person: Person;

beforeAll(async () => {
  database = await createDatabase();
  app = await startApp({ database, clock });
  // Wherever the application is just now.
  person = await aUser({
    clock,
    get url() {
      return app.url;
    },
  });
  await person.withTwoFactor();
  await app.close();
  app = await startApp({ database, clock, variables: BOTH });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('a new first pepper', () => {
  it('leaves the backup codes of the old one right, once each', async () => {
    const [backupCode] = person.backupCodes;

    const first = await person.verify({ challengeToken: await person.challenge(), backupCode });
    const again = await person.verify({ challengeToken: await person.challenge(), backupCode });

    expect([first.status, again.status]).toEqual([200, 422]);
  });

  it('is in the codes that are drawn from now on', async () => {
    const drawn = await person.post<{ backupCodes: string[] }>('/auth/2fa/backup-codes', {
      code: person.code,
    });
    const [old] = person.backupCodes.slice(1);
    const challengeToken = await person.challenge();

    const refused = await person.verify({ challengeToken, backupCode: old });
    const accepted = await person.verify({ challengeToken, backupCode: drawn.data.backupCodes[0] });

    expect([drawn.status, refused.status, accepted.status]).toEqual([200, 422, 200]);
  });
});
