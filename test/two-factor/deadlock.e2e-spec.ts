import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { deadlocksIn, somebodyWaits } from '../support/locks.js';
import { aUser } from '../support/people.js';
import { HeldRows } from '../support/rows.js';

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await createDatabase();
  // PostgreSQL looks for a deadlock once, so long after a wait has begun: later than the holder comes for the account
  // on a machine that has more to do, and sooner than the sign-in gives up waiting.
  await database.query(`ALTER DATABASE ${database.connection.database} SET deadlock_timeout = '1600ms'`);
  app = await startApp({ database });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

it('a sign-in that PostgreSQL breaks off in a deadlock is tried again, and uses its code once', async () => {
  const person = await (await aUser(app)).withTwoFactor();
  const [backupCode] = person.backupCodes;
  const challengeToken = await person.challenge();
  const held = await (await HeldRows.in(database)).backupCodes(person.id);

  // The sign-in has locked the account and waits for the codes; whoever holds these then asks for the account.
  const answering = person.verify({ challengeToken, backupCode });
  await somebodyWaits(database);
  await held.account(person.id);
  await held.release();

  expect((await answering).status).toBe(200);
  // Whoever tries again can be ahead of the one that was waiting: then PostgreSQL has a second one to break off.
  expect(await deadlocksIn(database)).toBeGreaterThanOrEqual(1);
  const { backupCodes } = (await person.call('/auth/2fa')).data;
  expect(backupCodes).toMatchObject({ remaining: 9 });
});
