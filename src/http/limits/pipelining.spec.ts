import { once } from 'node:events';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workInTurn } from './pipelining.js';

let server: FastifyInstance;
/** What work has begun on, and what ends it. */
let begun: { readonly url: string; end(): void }[];
let client: Socket;
let seenByServer: Socket;
let received: string;

beforeEach(async () => {
  begun = [];
  received = '';
  server = fastify();
  workInTurn(server);
  server.get('*', ({ url }, reply) => {
    begun.push({ url, end: () => void reply.send(`<${url}>`) });
    return reply;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const arrival = once(server.server, 'connection');
  client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  client.on('data', (chunk: Buffer) => (received += chunk.toString()));
  client.on('error', () => {});
  [seenByServer] = (await arrival) as [Socket];
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

/** Sends so many requests at once: `/0`, `/1`, … */
function pipeline(requests: number): void {
  client.write(
    Array.from({ length: requests }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''),
  );
}

const urls = (): string[] => begun.map(({ url }) => url);

describe('requests that come ahead on one connection', () => {
  it('are worked on in turn', async () => {
    pipeline(17);

    for (let turn = 0; turn < 17; turn += 1) {
      await expect.poll(() => begun.length).toBe(turn + 1);
      begun[turn]?.end();
    }

    await expect.poll(() => received.match(/<[^>]+>/g)).toEqual(urls().map((url) => `<${url}>`));
    expect(urls()).toEqual(Array.from({ length: 17 }, (_, index) => `/${index}`));
    pipeline(1);
    await expect.poll(() => begun.length).toBe(18);
  });

  it('cost nothing once their caller has hung up', async () => {
    const isClosed = new Promise((resolve) => seenByServer.once('close', resolve));
    pipeline(17);
    await expect.poll(() => begun.length).toBe(1);

    client.resetAndDestroy();
    await isClosed;
    begun[0]?.end();
    await server.close();

    expect(urls()).toEqual(['/0']);
  });

  it('end their connection when they are too many', async () => {
    const isClosed = new Promise((resolve) => seenByServer.once('close', resolve));

    pipeline(18);
    await isClosed;

    expect(urls()).toEqual(['/0']);
  });
});
