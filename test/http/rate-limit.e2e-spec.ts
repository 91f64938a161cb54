import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADDRESS_LIMIT } from '../../src/http/rate-limit/rate-limit.guard.js';
import { routesOf } from '../contract/support/routes.js';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

let database: TestDatabase;
let apps: TestApp[];

const knock = (app: TestApp, address: string): ReturnType<typeof call> =>
  call(app.url, '/api/v1/auth/refresh', {
    body: { refreshToken: 'unknown' },
    headers: { 'x-forwarded-for': address },
  });

beforeAll(async () => {
  database = await createDatabase();
  const variables = { RATE_LIMIT: 'on', TRUST_PROXY: 'on' };
  apps = [await startApp({ database, variables }), await startApp({ database, variables })];
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

describe('the limit per address', () => {
  it('is shared by all processes, and says how long to wait', async () => {
    const requests = ADDRESS_LIMIT.points + 20;

    const answers = await Promise.all(
      Array.from({ length: requests }, (_, index) => knock(apps[index % 2]!, '192.0.2.1')),
    );

    const limited = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(ADDRESS_LIMIT.points);
    expect(limited).toHaveLength(20);
    for (const { body, headers } of limited) {
      expect(body['code']).toBe('RATE_LIMITED');
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(ADDRESS_LIMIT.seconds);
    }
  });

  it('costs no more statements once it is reached: nobody waits for the row that counts', async () => {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM rate_limits WHERE key = 'address:192.0.2.1' FOR UPDATE`);

    const answers = await Promise.all(apps.map((app) => knock(app, '192.0.2.1')));

    await holder.end();
    expect(answers.map(({ status }) => status)).toEqual([429, 429]);
    expect(Number(answers[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('holds on every route that needs no token, but for health', async () => {
    const [app] = apps as [TestApp];
    const headers = { 'x-forwarded-for': '192.0.2.9' };
    // As if the address had just used its minute up.
    await database.query(
      `INSERT INTO rate_limits (key, points, expire) VALUES ('address:192.0.2.9', $1, $2)`,
      [ADDRESS_LIMIT.points, app.clock.now().getTime() + 1000],
    );

    const answers = await Promise.all(
      routesOf(app.nest)
        .filter(({ isPublic }) => isPublic)
        .map(async ({ method, path }) => {
          const body = method === 'POST' ? { body: {} } : {};
          const { status } = await call(app.url, path, { method, headers, ...body });
          return [`${method} ${path}`, status] as const;
        }),
    );

    expect(Object.fromEntries(answers)).toEqual({
      'GET /health/live': 200,
      'GET /health/ready': 200,
      'POST /api/v1/auth/2fa/enrolment/enable': 429,
      'POST /api/v1/auth/2fa/enrolment/passkeys': 429,
      'POST /api/v1/auth/2fa/enrolment/passkeys/options': 429,
      'POST /api/v1/auth/2fa/enrolment/setup': 429,
      'POST /api/v1/auth/2fa/panic': 429,
      'POST /api/v1/auth/2fa/recovery': 429,
      'POST /api/v1/auth/2fa/verify': 429,
      'POST /api/v1/auth/2fa/verify/options': 429,
      'POST /api/v1/auth/login': 429,
      'POST /api/v1/auth/refresh': 429,
      'POST /api/v1/auth/register': 429,
    });
  });

  it('leaves other addresses alone', async () => {
    expect((await knock(apps[0]!, '192.0.2.2')).status).toBe(401);
  });

  it('counts all that give no address for one, however long it is', async () => {
    const answers = await Promise.all(
      ['a'.repeat(300), 'unknown', '192.0.2.300'].map((address) => knock(apps[0]!, address)),
    );

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const counted = await database.query(`SELECT points FROM rate_limits WHERE key = 'address:unknown'`);
    expect(counted).toEqual([{ points: 3 }]);
  });

  it('does not believe X-Forwarded-For unless told to', async () => {
    const app = await startApp({ database, variables: { RATE_LIMIT: 'on' } });
    await knock(app, '192.0.2.3');
    await app.close();

    const counted = await database.query<{ key: string }>('SELECT key FROM rate_limits ORDER BY key');
    expect(counted.map(({ key }) => key)).toContain('address:127.0.0.1');
    expect(counted.map(({ key }) => key)).not.toContain('address:192.0.2.3');
  });
});
