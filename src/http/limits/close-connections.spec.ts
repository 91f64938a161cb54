import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { endConnectionsOnClose } from './close-connections.js';

describe('a server that closes', () => {
  it.each([
    ['has sent nothing yet', ''],
    ['has sent half of its first request', 'GET / HTTP/1.1\r\nHost: a\r\n'],
  ])('does not wait for a connection that %s', { timeout: 5_000 }, async (_, sent) => {
    const server = fastify();
    endConnectionsOnClose(server);
    await server.listen({ port: 0, host: '127.0.0.1' });
    const accepted = once(server.server, 'connection');
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(sent);
    await accepted;
    const closed = once(socket, 'close');

    await server.close();

    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
