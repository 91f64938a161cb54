import { FixedClock } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FACTOR_CHANGE_LIMIT } from '../../src/auth/factor-change-limit.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Person, type Tokens, aUser } from '../support/people.js';

let database: TestDatabase;
let apps: TestApp[];
const clock = new FixedClock();
beforeAll(async () => {
  database = await createDatabase();
  // With RATE_LIMIT=off: a gateway that limits addresses knows no users.
  apps = [await startApp({ database, clock }), await startApp({ database, clock })];
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

const CHANGES = ['setup', 'enable', 'disable', 'backup-codes'] as const;

/** One change after another, each of another kind and at another process. All but `setup` are refused: nothing is on. */
function change({ tokens }: Person, turn: number): Promise<Answer> {
  const path = CHANGES[turn % 4]!;
  const body = path === 'setup' ? {} : { code: '123456' };
  return call(apps[turn % 2]!.url, `/api/v1/auth/2fa/${path}`, { body, token: tokens.accessToken });
}

function changes(person: Person, count: number): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, turn) => change(person, turn)));
}

const isLimited = ({ status, body }: Answer): boolean => status === 429 && body['code'] === 'RATE_LIMITED';

describe('changes of factors', () => {
  it('are 30 a minute of one user, whichever they are, at whichever process, by whichever session', async () => {
    const person = await aUser(apps[0]!);
    const { data: elsewhere } = await person.login<Tokens>();

    const answers = await changes(person, FACTOR_CHANGE_LIMIT.points + 10);
    const again = await call(person.place.url, '/api/v1/auth/2fa/setup', {
      body: {},
      token: elsewhere.accessToken,
    });

    expect(answers.filter(isLimited)).toHaveLength(10);
    expect(isLimited(again)).toBe(true);
    expect(again.headers.get('retry-after')).toBe('60');
    const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM two_factor_events WHERE user_id = $1 AND type = 'setup_started'`,
      [person.id],
    );
    expect(count).toBe(answers.filter(({ status }) => status === 200).length);
  });

  it('are open to others meanwhile, and to the same user a minute later', async () => {
    const [ann, ben] = [await aUser(apps[0]!), await aUser(apps[0]!)];
    await changes(ann, FACTOR_CHANGE_LIMIT.points);

    expect(isLimited(await change(ann, 0))).toBe(true);
    expect((await change(ben, 0)).status).toBe(200);
    expect((await ann.call('/auth/2fa')).status).toBe(200);
    clock.advance({ seconds: 60 });
    expect((await change(ann, 0)).status).toBe(200);
  });

  it('are not counted when they are malformed', async () => {
    const person = await aUser(apps[0]!);
    const malformed = await Promise.all(
      CHANGES.map((path) => person.post(`/auth/2fa/${path}`, { code: 'abc' })),
    );

    const answers = await changes(person, FACTOR_CHANGE_LIMIT.points);

    expect(malformed.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(answers.filter(isLimited)).toEqual([]);
    expect(isLimited(await change(person, 0))).toBe(true);
  });
});
