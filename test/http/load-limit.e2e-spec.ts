import { once } from 'node:events';
import { type Server, type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTS_AT_ONCE } from '../../src/http/limits/load-limit.js';
import { expectError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';

let app: TestApp;
/** Holds the users, so that sign-ins hang. */
let holder: Client;

beforeAll(async () => {
  app = await startApp();
  holder = new Client({ connectionString: app.database.url });
  await holder.connect();
});
afterAll(async () => {
  await holder.end();
  await app.close();
});

function login(): Promise<Answer<object>> {
  const body = { email: 'nobody@example.com', password: 'correct horse battery' };
  return call(app.url, '/api/v1/auth/login', { body });
}

describe('a process that has its hands full', () => {
  it('refuses the next request at once, still says that it lives, and goes on when there is room', async () => {
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE users');
    let answered = 0;
    const hanging = Array.from({ length: REQUESTS_AT_ONCE }, async () => {
      const answer = await login();
      answered += 1;
      return answer;
    });
    const refused = await nextRefusal();
    const answeredBefore = answered;
    const health = await call(app.url, '/health/live');
    await holder.query('ROLLBACK');
    await Promise.all(hanging);

    expect(refused.status).toBe(503);
    expectError(refused, 'SERVICE_UNAVAILABLE');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(answeredBefore).toBe(0);
    expect(health.status).toBe(200);
    expect((await login()).status).toBe(401);
  });
});

describe('a connection that breaks with answers waiting behind one another', () => {
  it('gives all their places back', async () => {
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE users');
    const { hostname: host, port } = new URL(app.url);
    const arrival = once(app.nest.getHttpServer() as Server, 'connection');
    const socket = connect({ host, port: Number(port) });
    const [seenByServer] = (await arrival) as [Socket];
    const isClosed = new Promise((resolve) => seenByServer.once('close', resolve));
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'correct horse battery' });
    const first = `POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(first + 'GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(REQUESTS_AT_ONCE + 50));
    await nextRefusal();

    socket.resetAndDestroy();
    await isClosed;
    const two = Promise.all([login(), login()]);
    // Two take more than the one place that the first answer gives back in any case.
    const refused = await Promise.race([two, delay(500, undefined)]);
    await holder.query('ROLLBACK');

    expect(refused).toBeUndefined();
    expect((await two).map(({ status }) => status)).toEqual([401, 401]);
  });
});

/** Asks until the process is full: the requests before arrive in their own time. */
async function nextRefusal(): Promise<Answer<object>> {
  for (;;) {
    const answer = await Promise.race([login(), delay(50, undefined)]);
    if (answer !== undefined) {
      return answer;
    }
  }
}
