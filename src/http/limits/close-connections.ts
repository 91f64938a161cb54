import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Longer than any answer takes, and shorter than a shutdown may. */
const PATIENCE_MS = 8_500;

/**
 * Ends every connection while the server closes, which waits for all of them. Fastify ends those that are idle by then. Those
 * without a request so far go as well: browsers open some for later, and Node 20 takes them for busy, for up to a minute
 * (https://github.com/nodejs/node/issues/63452). Each answer that is under way ends its connection behind it. Whoever has sent
 * half of a request until the patience is over, or does not take its answer, is cut off.
 */
export function endConnectionsOnClose(
  fastify: FastifyInstance,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): void {
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
    setTimeout(() => fastify.server.closeAllConnections(), patienceMs).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) {
      void reply.header('Connection', 'close');
    }
    done(null, payload);
  });
}
