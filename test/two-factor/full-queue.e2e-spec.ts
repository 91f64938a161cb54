import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { fillPool } from '../support/argon2.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows, type UserRows, rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** What is left of the charges. */
async function attemptsOf({ id }: Person): Promise<UserRows['attempts']> {
  return (await rowsOf(app.database, id)).attempts;
}

describe('what was charged finds its place, although the queue for Argon2 fills in between', () => {
  it('the ten codes of a right enable', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    const charges = await (await HeldRows.in(app.database)).charges(person.id, 'totp');

    const enabling = person.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database);
    const full = await fillPool(app.nest, 'factor_change');
    await charges.release();
    await full.end();

    expect((await enabling).status).toBe(200);
    expect(await attemptsOf(person)).toEqual({ totp: { inARow: 0, failed: 0 } });
  });

  it('a right password that is given again', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    await app.database.query(`UPDATE sessions
      SET authenticated_at = authenticated_at - interval '1 hour', expires_at = expires_at - interval '1 hour'`);
    const charges = await (await HeldRows.in(app.database)).charges(person.id, 'password');

    const { code, password } = person;
    const disabling = person.post('/auth/2fa/disable', { code, password });
    await somebodyWaits(app.database);
    // From here on the password is charged, and its hash cannot be read yet.
    const users = await HeldRows.in(app.database);
    await users.query('LOCK TABLE users');
    await charges.release();
    await somebodyWaits(app.database);
    const full = await fillPool(app.nest, 'factor_change');
    await users.release();
    await full.end();

    expect((await disabling).status).toBe(200);
    expect(await attemptsOf(person)).toMatchObject({ password: { inARow: 0, failed: 0 } });
  });
});

describe('a queue for Argon2 that is full of sign-ins', () => {
  it('keeps nobody who is signed in from turning the second factor on', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const { phone } = await ann.scan();
    const full = await fillPool(app.nest, 'sign_in');

    const refused = await ben.login();
    const enabling = ann.post('/auth/2fa/enable', { code: phone.code() });
    // The cores are held; the ten codes wait behind what they hold, not behind the whole queue.
    await full.end();

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await enabling).status).toBe(200);
  });
});
