import { once } from 'node:events';
import { type Server, type Socket, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTS_AT_ONCE } from '../../src/http/limits/load-limit.js';
import { expectError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';

const BODY = JSON.stringify({ refreshToken: 'unknown' });

let app: TestApp;
/** The requests whose work has begun, and hangs. */
let hanging: (() => void)[] = [];
let isHolding = false;

beforeAll(async () => {
  app = await startApp({
    prepare: (fastify) =>
      fastify.addHook('preHandler', (_request, _reply, done) => {
        if (isHolding) {
          hanging.push(done);
        } else {
          done();
        }
      }),
  });
});
afterAll(() => app.close());

function refresh(): Promise<Answer> {
  return call(app.url, '/api/v1/auth/refresh', { body: BODY });
}

/** Fills the process with requests that hang. @returns their connections */
async function fill(): Promise<Socket[]> {
  isHolding = true;
  const { hostname: host, port } = new URL(app.url);
  const request = `POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
  const sockets = Array.from({ length: REQUESTS_AT_ONCE }, () => connect({ host, port: Number(port) }));
  for (const socket of sockets) {
    socket.write(request);
  }
  await expect.poll(() => hanging.length, { timeout: 10_000 }).toBe(REQUESTS_AT_ONCE);
  isHolding = false;
  return sockets;
}

function letGo(): void {
  for (const done of hanging.splice(0)) {
    done();
  }
}

describe('a process that has its hands full', () => {
  it('refuses the next request at once, still says that it lives, and goes on when there is room', async () => {
    const sockets = await fill();
    const answers = sockets.map((socket) => once(socket, 'data'));

    const refused = await refresh();
    const health = await call(app.url, '/health/live');
    const answeredMeanwhile = sockets.filter(({ bytesRead }) => bytesRead > 0).length;
    letGo();

    expect(refused.status).toBe(503);
    expectError(refused, 'SERVICE_UNAVAILABLE');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(health.status).toBe(200);
    expect(answeredMeanwhile).toBe(0);
    for (const [answer] of await Promise.all(answers)) {
      expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    }
    expect((await refresh()).status).toBe(401);
    sockets.forEach((socket) => socket.destroy());
  });

  it('has not one place more when its callers hang up, until their work is done', async () => {
    const sockets = await fill();
    const server = app.nest.getHttpServer() as Server;
    sockets.forEach((socket) => socket.resetAndDestroy());
    await expect.poll(() => connectionsOf(server), { timeout: 10_000 }).toBeLessThan(10);

    const refused = await refresh();
    letGo();

    expect(refused.status).toBe(503);
    await expect.poll(async () => (await refresh()).status, { timeout: 20_000 }).toBe(401);
    const others = await fill();
    const next = await refresh();
    letGo();
    // All places were free again, and no more than those.
    expect(next.status).toBe(503);
    others.forEach((socket) => socket.destroy());
  });
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}
