import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Ends every connection while the server closes, which waits for all of them. Fastify ends those that are idle by then. Those
 * without a request so far go as well: browsers open some for later, and Node 20 takes them for busy, for up to a minute
 * (https://github.com/nodejs/node/issues/63452). And each answer that is under way ends its connection behind it.
 */
export function endConnectionsOnClose(fastify: FastifyInstance): void {
  const silent = new Set<Socket>();
  fastify.server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  fastify.server.on('request', ({ socket }) => silent.delete(socket));
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    silent.forEach((socket) => socket.destroy());
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) {
      void reply.header('Connection', 'close');
    }
    done(null, payload);
  });
}
