import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { ENVIRONMENT } from '../config/environment.module.js';
import type { Environment } from '../config/environment.js';
import { contentSecurityPolicy } from './content-security-policy.js';
import { answerMalformedHttp, answerMalformedUrl } from './errors/malformed-request.js';
import { readJsonBodies } from './json-body.js';
import { endConnectionsOnClose } from './limits/close-connections.js';
import { limitLoad } from './limits/load-limit.js';
import { workInTurn } from './limits/pipelining.js';
import { RequestLog, logIfAborted } from './logging.js';

const BODY_LIMIT_BYTES = 16 * 1024;
/**
 * Longer than any client of a JSON API takes to send 16 KiB; a slow one gives its connection back, at the latest a
 * quarter of that later, when Node looks again.
 */
const REQUEST_TIMEOUT_MS = 20_000;
/** How long a browser may remember that an origin is allowed. */
const CORS_SECONDS_TO_LIVE = 600;
/** What is about one person, or lets somebody in: no cache may keep it. */
const PERSONAL = /^\/api\/v1\/(?:auth|account|admin)/;
/** Not what begins with `support-`: so docs/operations.md has the support sign what it does by hand. */
const REQUEST_ID = /^(?!support-)[a-z0-9._-]{8,64}$/i;

export function createFastifyAdapter(
  { trustProxy }: Pick<Environment, 'trustProxy'>,
  log: Logger,
  { requestTimeoutMs = REQUEST_TIMEOUT_MS }: { readonly requestTimeoutMs?: number } = {},
): FastifyAdapter {
  return new FastifyAdapter({
    loggerInstance: log,
    logController: new RequestLog(),
    // A number says how many proxies stand in front.
    trustProxy: typeof trustProxy === 'number' ? (_, hop) => hop < trustProxy : trustProxy,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: requestTimeoutMs,
    http: {
      // Beyond the other, as its default is, Node would take each for the other: a slow body had 60 s and more.
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: requestTimeoutMs / 4,
    },
    genReqId: requestIdOf,
    // Neither reaches a route, and both get the shape of all other errors.
    frameworkErrors: answerMalformedUrl,
    clientErrorHandler: answerMalformedHttp,
  });
}

/** A caller's request id is kept if it can do no harm in a log or an event; else it gets one. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What the contract says of every answer and every body, whatever the route. */
export async function configureFastify(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  workInTurn(fastify);
  await app.register(helmet, { contentSecurityPolicy: false });
  const { corsOrigins, trustedDeviceDays } = app.get<Environment>(ENVIRONMENT);
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: [...corsOrigins],
      // The cookie of a trusted device comes and goes with calls from those origins, and with no others.
      credentials: trustedDeviceDays > 0,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
      // What a client needs beside the body: how long to wait, and what to name to the support.
      exposedHeaders: ['Retry-After', 'X-Request-Id', 'WWW-Authenticate'],
      maxAge: CORS_SECONDS_TO_LIVE,
    });
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    logIfAborted(request, reply);
    // The route rather than the URL, which can spell the same path in other ways.
    if (PERSONAL.test(request.routeOptions.url ?? request.url)) {
      void reply.header('Cache-Control', 'no-store');
    }
    void reply.header('Content-Security-Policy', contentSecurityPolicy(request.url));
    done();
  });
  limitLoad(fastify);
  endConnectionsOnClose(fastify);
  readJsonBodies(fastify);
}
