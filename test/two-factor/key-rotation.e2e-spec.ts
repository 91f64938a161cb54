import { KeyRotation } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, TEST_SECRETS, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows } from '../support/rows.js';
import { removeSetups, tamperWithSecret } from '../support/seed.js';

const NEW_KEY = `k2:${Buffer.alloc(32, 9).toString('base64')}`;
const NEW_PEPPER = `p2:${Buffer.alloc(32, 8).toString('base64')}`;
const BOTH = {
  TWO_FACTOR_KEYS: `${NEW_KEY},${TEST_SECRETS.TWO_FACTOR_KEYS}`,
  TWO_FACTOR_PEPPERS: `${NEW_PEPPER},${TEST_SECRETS.TWO_FACTOR_PEPPERS}`,
};

let database: TestDatabase;
let before: TestApp;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  database = await createDatabase();
  before = await startApp({ database });
  ann = await (await aUser(before)).withTwoFactor();
  ben = await (await aUser(before)).withTwoFactor();
  await (await aUser(before)).scan();
});
afterAll(async () => {
  await before.close();
  await database.drop();
});

const keysOf = (person: Person): Promise<{ key: string }[]> =>
  database.query(
    `SELECT split_part(sealed_secret, '.', 2) AS key FROM two_factor_secrets WHERE user_id = $1`,
    [person.id],
  );

describe('a new first key', () => {
  it('takes a secret over when it is used, and the rest by the command, under a running server', async () => {
    const after = await startApp({ database, variables: BOTH, clock: before.clock });
    const at = (person: Person): Person => Object.assign(Object.create(person), { place: after });
    const signedIn = await at(ann).verify({ challengeToken: await at(ann).challenge(), code: ann.code });
    expect(signedIn.status).toBe(200);
    expect(await keysOf(ann)).toEqual([{ key: 'k2' }]);
    expect(await keysOf(ben)).toEqual([{ key: 'k1' }]);
    expect((await after.nest.get(KeyRotation).usage()).keys).toEqual([
      { id: 'k2', rows: 1, isFirst: true, isRemovable: false },
      { id: 'k1', rows: 2, isFirst: false, isRemovable: false },
    ]);

    const report = await after.nest.get(KeyRotation).run({ batchSize: 1 });

    expect(report).toMatchObject({ resealed: 2, unreadable: [] });
    expect(report.keys).toContainEqual({ id: 'k1', rows: 0, isFirst: false, isRemovable: true });
    expect(report.peppers).toContainEqual({ id: 'p1', rows: 20, isFirst: false, isRemovable: false });
    expect(await after.nest.get(KeyRotation).run()).toMatchObject({ resealed: 0 });
    const later = await at(ben).verify({ challengeToken: await at(ben).challenge(), code: ben.code });
    expect(later.status).toBe(200);
    await after.close();
  });

  it('lets a code in also when the secret cannot be taken over', async () => {
    const first = await startApp();
    const person = await (await aUser(first)).withTwoFactor();
    const after = await startApp({ database: first.database, variables: BOTH, clock: first.clock });
    await first.database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`,
    );
    await first.database.query(`CREATE TRIGGER refuse BEFORE UPDATE OF sealed_secret ON two_factor_secrets
      FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const there: Person = Object.assign(Object.create(person), { place: after });

    const signedIn = await there.verify({ challengeToken: await there.challenge(), code: person.code });

    expect(signedIn.status).toBe(200);
    await after.close();
    await first.close();
  });

  it('lets the old key go once nothing needs it, and not before', async () => {
    const { TWO_FACTOR_KEYS, TWO_FACTOR_PEPPERS } = BOTH;
    const withoutOldKey = await startApp({
      database,
      variables: { TWO_FACTOR_KEYS: NEW_KEY, TWO_FACTOR_PEPPERS },
    });
    await withoutOldKey.close();

    const withoutPepper = startApp({
      database,
      variables: { TWO_FACTOR_KEYS, TWO_FACTOR_PEPPERS: NEW_PEPPER },
    });

    await expect(withoutPepper).rejects.toThrow('pepper "p1" is missing, and rows still need it');
  });

  it('is refused when it has the id of another key', async () => {
    const wrong = { ...BOTH, TWO_FACTOR_KEYS: `k2:${Buffer.alloc(32, 7).toString('base64')}` };

    await expect(startApp({ database, variables: wrong })).rejects.toThrow(
      'key "k2" is not the one that the database knows by this id',
    );
  });
});

describe('a row that does not open', () => {
  it('is named and left alone by the rotation', async () => {
    const app = await startApp({ database, variables: BOTH, clock: before.clock });
    await tamperWithSecret(database, ann.id, `v1.k1.${'A'.repeat(86)}`);
    const rows = await database.query<{ id: string }>(
      'SELECT id FROM two_factor_secrets WHERE user_id = $1',
      [ann.id],
    );

    const report = await app.nest.get(KeyRotation).run();

    expect(report.unreadable).toEqual(rows.map(({ id }) => id));
    expect(await keysOf(ann)).toEqual([{ key: 'k1' }]);
    await app.close();
  });
});

describe('a setup that is confirmed between being read and being sealed again', () => {
  it('is left alone', async () => {
    const first = await startApp();
    const person = await aUser(first);
    await person.scan();
    const after = await startApp({ database: first.database, variables: BOTH, clock: first.clock });
    const held = await (await HeldRows.in(first.database)).setup(person.id);

    const running = after.nest.get(KeyRotation).run();
    await somebodyWaits(first.database);
    await removeSetups(held, person.id);
    await held.release();

    expect(await running).toMatchObject({ resealed: 0, unreadable: [] });
    await after.close();
    await first.close();
  });
});
