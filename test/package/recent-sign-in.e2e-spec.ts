import type { INestApplicationContext } from '@nestjs/common';
import { TwoFactorModule, TwoFactorService } from 'nestjs-two-factor';
import { type Enrolled, FixedClock, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ANN, PLAIN, startModule } from './start-module.js';

let database: TestDatabase;
let app: INestApplicationContext;
let enrolled: Enrolled;
const clock = new FixedClock();
const now = clock.now().getTime();

beforeAll(async () => {
  database = await createDatabase();
  app = await startModule(database, TwoFactorModule.forRoot({ ...PLAIN, clock }));
  enrolled = await enrol(app, ANN, { clock });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

let used = 0;
/** Prepares a replacement, with a right code, from a session that was signed in then. */
function changeFactors(authenticatedAt: Date): Promise<object> {
  used += 1;
  return app.get(TwoFactorService).setup({
    user: ANN,
    proof: { backupCode: enrolled.backupCodes[used - 1] },
    signIn: { authenticatedAt },
  });
}

describe('a change of factors without the password', () => {
  it.each([
    ['15 minutes ago', new Date(now - 900_000)],
    ['now', new Date(now)],
    ['a minute ahead, by another clock', new Date(now + 60_000)],
    ['now, in the words of a session store', new Date(now).toJSON() as unknown as Date],
  ])('is taken from a session that was signed in %s', async (_, authenticatedAt) => {
    await expect(changeFactors(authenticatedAt)).resolves.toHaveProperty('secret');
  });

  it.each([
    ['15 minutes and a millisecond ago', new Date(now - 900_001)],
    ['more than a minute ahead', new Date(now + 60_001)],
    ['some 56,000 years ahead, for milliseconds were taken for seconds', new Date(now * 1000)],
    ['1970, for seconds were taken for milliseconds', new Date(now / 1000)],
    ['at no time, for the token has no such claim', new Date(Number(undefined))],
    ['at a time that is not there', undefined as unknown as Date],
  ])('is refused from a session that was signed in %s', async (_, authenticatedAt) => {
    const unspent = `SELECT count(*)::int AS count FROM two_factor_backup_codes WHERE used_at IS NULL`;
    const before = await database.query(unspent);

    await expect(changeFactors(authenticatedAt)).rejects.toMatchObject({
      code: 'AUTH_REAUTHENTICATION_REQUIRED',
    });

    expect(await database.query(unspent)).toEqual(before);
  });
});
