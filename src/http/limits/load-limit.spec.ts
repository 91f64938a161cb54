import { once } from 'node:events';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { Readable } from 'node:stream';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REQUESTS_AT_ONCE, limitLoad } from './load-limit.js';

let server: FastifyInstance;
/** Ends the work of `/held`, `/hijacked` and `/by-hand`. */
let letGo: () => void;
let started: number;
interface Line {
  readonly msg: string;
  readonly times?: number;
}
let written: Line[];

beforeEach(async () => {
  started = 0;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const work = async (): Promise<void> => {
    started += 1;
    await held;
  };
  written = [];
  const stream = { write: (line: string): void => void written.push(JSON.parse(line) as Line) };
  server = fastify({ logger: { level: 'info', stream } });
  limitLoad(server);
  server.get('/text', () => 'text');
  server.get('/nothing', (_, reply) => reply.status(204).send());
  server.get('/stream', (_, reply) => reply.send(Readable.from(['a', 'stream'])));
  server.get('/broken-stream', (_, reply) =>
    reply.send(
      new Readable({
        read() {
          this.destroy(new Error('broken'));
        },
      }),
    ),
  );
  server.get('/error', () => {
    throw new Error('failed');
  });
  server.get('/held', async () => {
    await work();
    return 'held';
  });
  server.get('/hijacked', async (_, reply) => {
    await work();
    reply.hijack();
    reply.raw.end('hijacked');
  });
  server.get('/by-hand', async (_, reply) => {
    await work();
    reply.raw.end('by hand');
    return reply;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  letGo();
  await server.close();
});

async function statusOf(url: string, method: 'GET' | 'HEAD' = 'GET'): Promise<number> {
  return (await server.inject({ method, url })).statusCode;
}

/** Not `once`, which a reset connection lets down before it is closed. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

/** Sends so many requests on one connection, hangs up once work on them has begun, and waits until the server knows. */
async function hangUpOn(path: string, requests: number): Promise<void> {
  const arrival = once(server.server, 'connection');
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  const [seenByServer] = (await arrival) as [Socket];
  const isClosed = closed(seenByServer);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(requests));
  await expect.poll(() => started).toBe(requests);
  socket.resetAndDestroy();
  await isClosed;
}

describe('a place', () => {
  it.each([
    ['GET', '/text', 200],
    ['HEAD', '/text', 200],
    ['GET', '/nothing', 204],
    ['GET', '/stream', 200],
    ['HEAD', '/stream', 200],
    ['GET', '/broken-stream', 500],
    ['GET', '/error', 500],
    ['GET', '/unknown', 404],
    ['GET', '/hijacked', 200],
    ['GET', '/by-hand', 200],
  ] as const)('is free again after %s %s', async (method, path, status) => {
    letGo();

    for (let request = 0; request < REQUESTS_AT_ONCE; request += 1) {
      expect(await statusOf(path, method)).toBe(status);
    }

    expect(await statusOf('/text')).toBe(200);
  });

  it.each(['/held', '/hijacked', '/by-hand'])(
    'stays taken until the work is done, though its caller has hung up: %s',
    async (path) => {
      await hangUpOn(path, REQUESTS_AT_ONCE);

      const meanwhile = await statusOf('/text');
      letGo();

      expect(meanwhile).toBe(503);
      await expect.poll(() => statusOf('/text')).toBe(200);
      // Each of them, and not only one.
      expect(await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, () => statusOf('/text')))).toEqual(
        Array.from({ length: REQUESTS_AT_ONCE }, () => 200),
      );
    },
  );
});

describe('requests that are too many', () => {
  it('have one line in common, and those that are served have theirs', async () => {
    await hangUpOn('/held', REQUESTS_AT_ONCE);

    const refused = [await statusOf('/text'), await statusOf('/text'), await statusOf('/text')];
    const linesOfRefused = written.filter(({ msg }) => /too many|completed/i.test(msg));
    letGo();
    await expect.poll(() => statusOf('/text')).toBe(200);

    expect(refused).toEqual([503, 503, 503]);
    expect(linesOfRefused).toEqual([
      expect.objectContaining({ level: 40, msg: 'Too many requests at once', times: 1 }),
    ]);
    await expect.poll(() => written.some(({ msg }) => msg === 'request completed')).toBe(true);
  });
});
