import type { FastifyInstance } from 'fastify';
import { ApiException } from './api.exception.js';

/**
 * Requests one process works on at a time. Half a second's work on two cores, and twice what Argon2id's queue
 * holds: more of them would only wait longer.
 */
export const REQUESTS_AT_ONCE = 256;

/**
 * Refuses at once, with 503, what is more than {@link REQUESTS_AT_ONCE}. Counted from the last byte of the body
 * on, so that slow senders keep nobody out. Health calls are not counted: a busy process is alive.
 */
export function limitLoad(fastify: FastifyInstance): void {
  let underWay = 0;
  fastify.addHook('preValidation', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith('/health/') === true) {
      done();
    } else if (underWay >= REQUESTS_AT_ONCE) {
      done(new ApiException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 }));
    } else {
      underWay += 1;
      reply.raw.once('close', () => (underWay -= 1));
      done();
    }
  });
}
