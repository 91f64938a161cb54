import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../../test/support/database.js';
import { isDatabaseUnavailable } from './database-errors.js';
import { DecisiveClient } from './decisive-client.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe('a connection', () => {
  it('does not end the process when it is lost and nobody listens', async () => {
    const client = new DecisiveClient({ connectionString: database.url });
    await client.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));

    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;

    await expect(client.query('SELECT 1')).rejects.toSatisfy(isDatabaseUnavailable);
  });

  it('answers as always while the server answers in time', async () => {
    const client = new DecisiveClient({ connectionString: database.url, query_timeout: 5_000 });
    await client.connect();

    const { rows } = await client.query('SELECT 42 AS answer');

    expect(rows).toEqual([{ answer: 42 }]);
    await client.end();
  });

  it('ends when the server leaves a statement without an answer, so that a ROLLBACK fails at once', async () => {
    const client = new DecisiveClient({ connectionString: database.url, query_timeout: 500 });
    await client.connect();
    await expect(client.query('SELECT pg_sleep(2)')).rejects.toThrow('Query read timeout');
    const startedAt = performance.now();

    const rollback = client.query('ROLLBACK');

    await expect(rollback).rejects.toSatisfy(isDatabaseUnavailable);
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  it('fails like any other when nobody is there', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await new Promise((resolve) => server.close(resolve));

    await expect(new DecisiveClient({ host: '127.0.0.1', port }).connect()).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
