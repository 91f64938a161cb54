import { type AddressInfo, connect } from 'node:net';
import { setInterval } from 'node:timers';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFastifyAdapter } from './fastify.js';
import { createLog } from './logging.js';

const log = createLog({ isProduction: true, logLevel: 'silent' });

const TIMEOUT_MS = 300;
/** Far below the time-out, so that the connection is never idle. */
const DRIP_MS = 20;

let server: FastifyInstance;
beforeEach(async () => {
  server = createFastifyAdapter({ trustProxy: false }, log, { requestTimeoutMs: TIMEOUT_MS }).getInstance();
  server.post('/', () => 'read');
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

/** Sends a beginning, and then a byte at a time, until the server ends the connection. @returns what it said */
function drip(beginning: string): Promise<string> {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(beginning);
  const dripping = setInterval(() => socket.write('x'), DRIP_MS);
  return new Promise((resolve) =>
    socket.once('close', () => {
      clearInterval(dripping);
      resolve(Buffer.concat(chunks).toString());
    }),
  );
}

describe('a request that takes longer than it may', () => {
  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: a\r\nX-Slow: '],
    ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 10000\r\n\r\n'],
  ])('is ended by its time-out while its %s still comes', { timeout: 10_000 }, async (_, beginning) => {
    expect(await drip(beginning)).toContain('has not come in time');
  });
});

describe('the address of a caller', () => {
  /** Written from the left by whoever sends the request, and then by each proxy that it passes. */
  const CHAIN = '192.0.2.66, 198.51.100.2, 203.0.113.1';

  it.each([
    ['off', false, '127.0.0.1'],
    ['one proxy', 1, '203.0.113.1'],
    ['two proxies', 2, '198.51.100.2'],
    ['the address of one', '127.0.0.1', '203.0.113.1'],
    ['the addresses of two', '127.0.0.0/8,203.0.113.0/24', '198.51.100.2'],
    ['another address', '10.0.0.0/8', '127.0.0.1'],
    ['everybody', true, '192.0.2.66'],
  ])('is what the last proxy saw that is trusted: %s', async (_, trustProxy, address) => {
    const trusting = createFastifyAdapter({ trustProxy }, log).getInstance();
    trusting.get('/', ({ ip }) => ip);

    const { body } = await trusting.inject({ url: '/', headers: { 'x-forwarded-for': CHAIN } });

    expect(body).toBe(address);
  });
});
