import { Argon2Pool } from 'nestjs-two-factor';
import { FixedClock } from 'nestjs-two-factor/testing';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { computationsOf, fillPool } from '../support/argon2.js';
import { type Answer, call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows } from '../support/rows.js';

let database: TestDatabase;
let apps: TestApp[];
const clock = new FixedClock();
beforeAll(async () => {
  database = await createDatabase();
  // With RATE_LIMIT=off: what is counted by account is no matter of a gateway.
  const variables = { RATE_LIMIT: 'off', TRUST_PROXY: 'on' };
  apps = [await startApp({ database, clock, variables }), await startApp({ database, clock, variables })];
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

/** Where {@link aUser} registers from. */
const HOME = '127.0.0.1';
const WRONG = 'not the password at all';
const DAY_SECONDS = 86_400;

let turn = 0;
/** Signs in at the processes in turn. */
function login(email: string, password: string, from: string): Promise<Answer> {
  turn += 1;
  return call(apps[turn % 2]!.url, '/api/v1/auth/login', {
    body: { email, password },
    headers: { 'x-forwarded-for': from },
  });
}

const guess = (email: string, from: string): Promise<Answer> => login(email, WRONG, from);

function guesses(email: string, count: number, from: string): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => guess(email, from)));
}

const signIn = async ({ email, password }: Person, from: string): Promise<number> =>
  (await login(email, password, from)).status;

/** `401` and `429`, how often each. */
function counted(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** As if so many failures of the last minutes were in this count already. */
async function setCount(of: string, points: number): Promise<void> {
  const changed = await database.query('UPDATE rate_limits SET points = $2 WHERE key LIKE $1 RETURNING key', [
    of,
    points,
  ]);
  expect(changed).toHaveLength(1);
}

async function pointsOf(): Promise<number[]> {
  const counts = await database.query<{ points: number }>('SELECT points FROM rate_limits');
  return counts.map(({ points }) => points);
}

async function forgetCounts(): Promise<void> {
  await database.query('DELETE FROM rate_limits');
}

describe('failed passwords', () => {
  it('are ten in fifteen minutes of one account from one address, also in a burst over two processes', async () => {
    const ann = await aUser(apps[0]!);

    const answers = await guesses(ann.email, 60, HOME);
    const refused = await login(ann.email, ann.password, HOME);

    expect(counted(answers)).toEqual({ 401: 10, 429: 50 });
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(refused.headers.get('retry-after')).toBe('900');
    clock.advance({ seconds: 899 });
    expect(await signIn(ann, HOME)).toBe(429);
    clock.advance({ seconds: 1 });
    expect(await signIn(ann, HOME)).toBe(200);
  });

  it('are counted alike for an account that does not exist, however it is written', async () => {
    const ann = await aUser(apps[0]!);
    const nobody = `nobody-${ann.email}`;

    const ofAnn = await guesses(ann.email, 12, '192.0.2.1');
    const ofNobody = [
      ...(await guesses(nobody, 6, '192.0.2.1')),
      ...(await guesses(` ${nobody.toUpperCase()}`, 6, '192.0.2.1')),
    ];

    expect(counted(ofAnn)).toEqual({ 401: 10, 429: 2 });
    expect(counted(ofNobody)).toEqual({ 401: 10, 429: 2 });
    const { requestId: _ann, ...body } = ofAnn.find(({ status }) => status === 429)!.body;
    const { requestId: _nobody, ...other } = ofNobody.find(({ status }) => status === 429)!.body;
    expect(other).toEqual(body);
  });

  it('are not taken back by a right one, which costs nothing itself', async () => {
    const ann = await aUser(apps[0]!);

    expect(counted(await guesses(ann.email, 9, HOME))).toEqual({ 401: 9 });
    for (let round = 0; round < 3; round += 1) {
      expect(await signIn(ann, HOME)).toBe(200);
    }

    expect((await guess(ann.email, HOME)).status).toBe(401);
    expect((await guess(ann.email, HOME)).status).toBe(429);
  });

  it('are charged before the password is looked at, and beyond the limit none is', async () => {
    await forgetCounts();
    const ann = await aUser(apps[0]!);
    const pool = apps[0]!.nest.get(Argon2Pool);
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const busy = pool.run(
      'factor_change',
      Array(Math.min(availableParallelism(), 3)).fill(() => held),
    );
    const signingIn = ann.login();
    // It waits for a core, and cannot have looked at the password.
    const charged = vi.waitFor(async () => expect(await pointsOf()).toEqual([1, 1]), 5_000);
    await charged.finally(letGo);
    await busy;
    expect((await signingIn).status).toBe(200);
    expect(await pointsOf()).toEqual([0, 0]);
    await guesses(ann.email, 10, HOME);
    expect(await computationsOf(apps[0]!.nest, () => ann.login())).toBe(0);
  });

  it.each([
    ['a session', async () => aUser(apps[0]!)],
    ['a challenge', async () => (await aUser(apps[0]!)).withTwoFactor()],
  ] as const)('are none that were right before something else went wrong: no %s', async (_, somebody) => {
    const ann = await somebody();
    await forgetCounts();
    const held = await (await HeldRows.in(database)).account(ann.id);

    const answer = await ann.login();
    await held.release();

    expect(answer.status).toBe(503);
    await vi.waitFor(async () => expect(await pointsOf()).toEqual([0, 0]), 5_000);
  });

  it('are taken back behind the answer, which does not wait a second time for a database that stands still', async () => {
    const ann = await aUser(apps[0]!);
    await forgetCounts();
    const held = await (await HeldRows.in(database)).account(ann.id);

    const signingIn = ann.login();
    await vi.waitFor(async () => expect(await pointsOf()).toEqual([1, 1]), 5_000);
    await held.query('SELECT FROM rate_limits FOR UPDATE');
    const answer = await signingIn;
    await held.release();

    expect(answer.status).toBe(503);
    await vi.waitFor(async () => expect(await pointsOf()).toEqual([0, 0]), 5_000);
  });

  it('are not charged when the queue for Argon2 is full', async () => {
    const ann = await aUser(apps[0]!);
    await forgetCounts();
    const full = await fillPool(apps[0]!.nest, 'sign_in');

    const answer = await ann.login();
    await full.end();

    expect(answer.status).toBe(503);
    expect(await database.query('SELECT FROM rate_limits')).toEqual([]);
  });

  it('are a hundred a day of one account, from however many addresses', async () => {
    await forgetCounts();
    const ann = await aUser(apps[0]!);
    await guess(ann.email, '192.0.2.10');
    await setCount('sign-in-account:%', 95);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => guess(ann.email, `192.0.2.${20 + index}`)),
    );
    const refused = await login(ann.email, ann.password, '192.0.2.50');

    expect(counted(answers)).toEqual({ 401: 5, 429: 15 });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe(String(DAY_SECONDS));
    clock.advance({ seconds: DAY_SECONDS });
    expect(await signIn(ann, '192.0.2.50')).toBe(200);
  });

  it('of others do not lock an address out that the owner has signed in from, and has a hundred of its own', async () => {
    await forgetCounts();
    const ann = await aUser(apps[0]!);
    expect(await signIn(ann, '198.51.100.7')).toBe(200);
    await guess(ann.email, '192.0.2.10');
    await setCount('sign-in-account:%', 100);

    expect(await signIn(ann, '192.0.2.11')).toBe(429);
    expect(await signIn(ann, HOME)).toBe(200);
    expect(await signIn(ann, '198.51.100.7')).toBe(200);
    // What is guessed from there ends as well.
    await guess(ann.email, '198.51.100.7');
    await setCount('sign-in-account:%198.51.100.7', 100);
    expect(await signIn(ann, '198.51.100.7')).toBe(429);
    expect(await signIn(ann, HOME)).toBe(200);
  });

  it('forget an address that nobody has signed in from for ninety days, and that of nobody else', async () => {
    await forgetCounts();
    const [ann, ben] = [await aUser(apps[0]!), await aUser(apps[0]!)];
    const addressesOf = ({ id }: Person): Promise<unknown[]> =>
      database.query('SELECT address FROM sign_in_addresses WHERE user_id = $1', [id]);
    await signIn(ben, '198.51.100.7');
    clock.advance({ seconds: 50 * DAY_SECONDS });
    await signIn(ann, HOME);
    await signIn(ann, '198.51.100.7');
    clock.advance({ seconds: 89 * DAY_SECONDS });
    await signIn(ann, '198.51.100.8');
    expect(await addressesOf(ann)).toHaveLength(3);
    clock.advance({ seconds: DAY_SECONDS });
    await forgetCounts();
    await guess(ann.email, '192.0.2.10');
    await setCount('sign-in-account:%', 100);

    expect(await signIn(ann, HOME)).toBe(429);
    expect(await signIn(ann, '198.51.100.8')).toBe(200);
    await forgetCounts();
    await signIn(ann, '198.51.100.9');

    expect(await addressesOf(ann)).toEqual([{ address: '198.51.100.8' }, { address: '198.51.100.9' }]);
    expect(await addressesOf(ben)).toHaveLength(2);
  });

  it('are a hundred in fifteen minutes of one /48, whichever accounts they are tried on', async () => {
    await forgetCounts();
    const [ann, ben] = [await aUser(apps[0]!), await aUser(apps[0]!)];
    await signIn(ann, '2001:db8:77:1::1');
    await guess('first@example.com', '2001:db8:77:ffff::1');
    await setCount('sign-in-network:2001:db8:77::/48', 95);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => guess(`${index}@example.com`, `2001:db8:77:${index}::1`)),
    );

    expect(counted(answers)).toEqual({ 401: 5, 429: 15 });
    expect(await signIn(ben, '2001:db8:77:2::1')).toBe(429);
    expect(await signIn(ben, '2001:db8:78:2::1')).toBe(200);
    expect(await signIn(ann, '2001:db8:77:1::2')).toBe(200);
  });
});
