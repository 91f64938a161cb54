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

it('ending all other sessions is tried again, as beside a change that locks the session that makes it first', async () => {
  const person = await aUser(app);
  await person.login();
  await person.login();
  const sessions = await app.database.query<{ id: string }>(
    'SELECT id FROM sessions WHERE user_id = $1 ORDER BY id',
    [person.id],
  );
  const hold = 'SELECT FROM sessions WHERE id = $1 FOR UPDATE';
  const held = await HeldRows.in(database);
  await held.query(hold, [sessions.at(-1)?.id]);

  // It has locked the first one and waits for the last; whoever holds this then asks for the first.
  const ending = person.call('/auth/sessions', { method: 'DELETE' });
  await somebodyWaits(database);
  await held.query(hold, [sessions[0]?.id]);
  await held.release();

  expect((await ending).status).toBe(204);
  expect(await app.database.query('SELECT FROM sessions WHERE user_id = $1', [person.id])).toHaveLength(1);
});
