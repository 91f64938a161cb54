import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FixedClock } from 'nestjs-two-factor/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { readEnvironment } from '../../src/config/environment.js';
import { TEST_SECRETS } from '../support/app.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { aUser } from '../support/people.js';

const CALLS = 60;
/** Of the pool. */
const CONNECTIONS = 10;

let app: NestFastifyApplication;
let database: TestDatabase;
let url: string;
const clock = new FixedClock();
const written: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  const variables = { RATE_LIMIT: 'off', NODE_ENV: 'production', MAIL: 'off', ...TEST_SECRETS };
  app = await createApp({
    environment: readEnvironment(variables, () => TEST_SECRETS),
    connection: database.connection,
    clock,
    log: { write: (line) => written.push(line) },
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('a database connection that nobody gives back', () => {
  it('is told in a line a second, without a stack for each who waited', async () => {
    const { accessToken: token } = (await aUser({ url, clock })).tokens;
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE sessions');
    const before = written.length;
    const answers = await Promise.all(
      Array.from({ length: CALLS }, () => call(url, '/api/v1/auth/me', { token })),
    );
    await holder.end();

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    const told = written.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
    const timeouts = told.filter(({ msg }) => msg === 'No database connection was free in time');
    // All but those who had one, in the order in which they came: within a second or two.
    expect(timeouts.length).toBeGreaterThan(0);
    expect(timeouts.length).toBeLessThanOrEqual(3);
    expect(
      timeouts.every(({ times, level, err }) => Number(times) >= 1 && level === 50 && err === undefined),
    ).toBe(true);
    expect(told.filter(({ err }) => err !== undefined)).toHaveLength(CONNECTIONS);
  });
});
