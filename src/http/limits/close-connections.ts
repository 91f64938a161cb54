import type { FastifyInstance } from 'fastify';

/**
 * Lets each answer that goes out while the server closes end its connection as well. Fastify ends those that are
 * idle at that moment; one whose answer is still under way would stay open as long as its caller likes, and the
 * server would wait for it.
 */
export function endConnectionsOnClose(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) {
      void reply.header('Connection', 'close');
    }
    done(null, payload);
  });
}
