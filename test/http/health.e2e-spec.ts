import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('readiness', () => {
  it('asks the database once for all who ask meanwhile, and again for the next one', async () => {
    const dataSource = app.nest.get(DataSource);
    const query = dataSource.query.bind(dataSource);
    let asked = 0;
    let letGo = (): void => {};
    const isHeld = new Promise<void>((resolve) => (letGo = resolve));
    Object.defineProperty(dataSource, 'query', {
      value: async (sql: string) => {
        asked += 1;
        await isHeld;
        return query(sql);
      },
    });
    let arrived = 0;
    app.nest.getHttpServer().on('request', () => (arrived += 1));
    const all = Promise.all(Array.from({ length: 20 }, () => call(app.url, '/health/ready')));
    await expect.poll(() => arrived).toBe(20);
    // One that comes after them and goes without the database: when it is back, they are all waiting.
    await call(app.url, '/health/live');

    letGo();

    expect((await all).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(asked).toBe(1);
    expect((await call(app.url, '/health/ready')).status).toBe(200);
    expect(asked).toBe(2);
  });

  it.each([6, -6])('is not there with a clock that is %i s off the database’s', async (seconds) => {
    const { database: name } = app.database.connection;
    await app.database
      .query(`CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$
      SELECT pg_catalog.clock_timestamp() + interval '${seconds} seconds' $$`);
    await app.database.query(`ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
    const other = await startApp({ database: app.database });

    const { status } = await call(other.url, '/health/ready');

    expect(status).toBe(503);
    expect((await call(other.url, '/health/live')).status).toBe(200);
    await other.close();
    expect((await call(app.url, '/health/ready')).status).toBe(200);
  });
});
