import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests that may wait on one connection. Browsers and proxies send the next one after the answer. */
const WAITING_AT_MOST = 16;

/**
 * Works on the requests of one connection one after the other, as they have to be answered, and ends a connection
 * that sends many ahead. Otherwise a caller who sends hundreds and hangs up has them all worked on, for nobody.
 */
export function workInTurn(fastify: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  fastify.addHook('onRequest', ({ raw: { socket } }, { raw: response }, done) => {
    // Node gives the connection to one response at a time, and tells each when it has it.
    if (response.socket !== null) {
      done();
      return;
    }
    const others = waiting.get(socket) ?? 0;
    if (others === WAITING_AT_MOST) {
      socket.destroy();
      return;
    }
    waiting.set(socket, others + 1);
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      done();
    });
  });
}
