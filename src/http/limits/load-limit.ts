import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../errors/error-body.js';
import { ERRORS } from '../errors/error-codes.js';
import { SummedLine } from '../summed-line.js';

/**
 * Requests one process works on at a time. Half a second's work on two cores, and twice what Argon2id's queue
 * holds: more of them would only wait longer.
 */
export const REQUESTS_AT_ONCE = 256;
const RETRY_AFTER_SECONDS = 1;

/**
 * Refuses at once, with 503, what is more than {@link REQUESTS_AT_ONCE}. Counted from the last byte of the body
 * on, so that slow senders keep nobody out. Health calls are not counted: a busy process is alive.
 *
 * Refusing costs those that are served, so it reads no body and throws no exception, with its stack. With 4,500
 * arriving each second where 800 are carried, 1.7 times as many get through (median of three, side by side).
 */
export function limitLoad(fastify: FastifyInstance): void {
  const underWay = new Set<FastifyReply>();
  const refusals = new SummedLine();
  const isTooMuch = (request: FastifyRequest): boolean => !isHealthCall(request) && isFull(underWay);
  const refuse = (request: FastifyRequest, reply: FastifyReply): void => {
    // The line of a second stands for them all.
    request.log.level = 'silent';
    refusals.add((times) => fastify.log.warn({ times }, 'Too many requests at once'));
    void reply
      .status(ERRORS.SERVICE_UNAVAILABLE.status)
      .header('Retry-After', String(RETRY_AFTER_SECONDS))
      .send(errorBody('SERVICE_UNAVAILABLE', { requestId: request.id }));
  };

  // After the headers that every answer has, CORS included, and before the body.
  fastify.addHook('preParsing', (request, reply, _payload, done) => {
    if (isTooMuch(request)) {
      refuse(request, reply);
    } else {
      done();
    }
  });
  fastify.addHook('preValidation', (request, reply, done) => {
    if (isTooMuch(request)) {
      refuse(request, reply);
      return;
    }
    if (!isHealthCall(request)) {
      underWay.add(reply);
    }
    done();
  });
  // When the answer is sent, and not when the connection ends: the work for a caller who hangs up goes on.
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    underWay.delete(reply);
    done(null, payload);
  });
}

/** Whether all places are taken, once those are free whose answer was written past Fastify, which tells of no such one. */
function isFull(underWay: Set<FastifyReply>): boolean {
  if (underWay.size < REQUESTS_AT_ONCE) {
    return false;
  }
  for (const reply of underWay) {
    if (reply.sent) {
      underWay.delete(reply);
    }
  }
  return underWay.size >= REQUESTS_AT_ONCE;
}

function isHealthCall({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/health/') === true;
}
