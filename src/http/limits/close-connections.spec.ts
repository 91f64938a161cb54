import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { endConnectionsOnClose } from './close-connections.js';

/** @returns after how many milliseconds a server is closed that has a connection which has sent this, and has come so far */
async function closingAfter(
  sent: string,
  { until, patienceMs }: { readonly until: 'connection' | 'request' | 'answer'; readonly patienceMs: number },
): Promise<number> {
  const server = fastify();
  endConnectionsOnClose(server, { patienceMs });
  server.get('/', () => 'here');
  server.post('/', () => 'read');
  await server.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  const reached = until === 'answer' ? once(socket, 'data') : once(server.server, until);
  socket.write(sent);
  await reached;
  const closed = once(socket.resume(), 'close');
  const began = performance.now();

  await server.close();

  await closed;
  return performance.now() - began;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const HALF_A_BODY = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nx';

describe('a server that closes', () => {
  it.each([
    ['has sent nothing yet', ''],
    ['has sent half of its first request', GET],
  ])('does not wait for a connection that %s', { timeout: 5_000 }, async (_, sent) => {
    expect(await closingAfter(sent, { until: 'connection', patienceMs: 60_000 })).toBeLessThan(5_000);
  });

  it.each([
    ['half of a body', HALF_A_BODY, 'request'],
    ['half of its next request', `${GET}\r\n${GET}`, 'answer'],
  ] as const)(
    'cuts a connection off that has sent %s, once its patience is over',
    { timeout: 5_000 },
    async (_, sent, until) => {
      expect(await closingAfter(sent, { until, patienceMs: 300 })).toBeGreaterThan(250);
    },
  );
});
