import { groupOf } from '../mutant.js';

const FASTIFY = 'src/http/fastify.ts';
const FILTER = 'src/http/errors/exception.filter.ts';
const LOGGING = 'src/http/logging.ts';
const RATE_LIMIT = 'test/http/rate-limit.e2e-spec.ts';
const LOGS = 'test/contract/logs.e2e-spec.ts';

/** What the reference backend answers, logs and limits. */
export const HTTP_RULES = groupOf('http', 'quick', [
  {
    id: 'W01',
    what: 'IPv6 is limited by the whole address',
    file: 'src/http/rate-limit/address-key.ts',
    search: `.slice(0, bits / 16)`,
    replace: `.slice(0, 8)`,
    tests: ['src/http/rate-limit/address-key.spec.ts'],
  },
  {
    id: 'W02',
    what: 'TRUST_PROXY=1 trusts two hops',
    file: FASTIFY,
    search: `hop < trustProxy`,
    replace: `hop <= trustProxy`,
    tests: ['src/http/fastify.spec.ts'],
  },
  {
    id: 'W03',
    what: 'verify is not limited by address',
    file: 'src/auth/two-factor.controller.ts',
    search: `Public(), LimitedByAddress()`,
    replace: `Public()`,
    tests: [RATE_LIMIT],
  },
  {
    id: 'W04',
    what: '503 does not say how long to wait',
    file: FILTER,
    search: `answer.retryAfterSeconds ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined)`,
    replace: `answer.retryAfterSeconds`,
    kind: 'attack',
    tests: ['test/attacks/database-gone.attack-spec.ts'],
  },
  {
    id: 'W05',
    what: `an unexpected error's message is among the details of its answer`,
    file: FILTER,
    search: `details: answer.details ?? []`,
    replace: `details: answer.details ?? [{ field: 'error', message: String(error) }]`,
    tests: ['test/contract/bad-input.e2e-spec.ts'],
    equivalent: 'errorBody drops the details of everything but VALIDATION_FAILED; see W15',
  },
  {
    id: 'W06',
    what: 'errors are logged with what the driver adds to them',
    file: LOGGING,
    search: `return { type, message, errorCode, stack, cause };`,
    replace: `return { ...error, type, message, errorCode, stack, cause };`,
    tests: [LOGS],
  },
  {
    id: 'W07',
    what: 'the query is logged',
    file: LOGGING,
    search: `path: url.split('?', 1)[0]`,
    replace: `path: url`,
    tests: [LOGS],
  },
  {
    id: 'W08',
    what: 'nothing is redacted',
    file: LOGGING,
    search: `    redact: { paths: REDACTED, remove: true },\n`,
    replace: ``,
    tests: ['src/http/logging.spec.ts'],
  },
  {
    id: 'W10',
    what: 'who hangs up gives its place back while its work goes on',
    file: 'src/http/limits/load-limit.ts',
    search: `underWay.add(reply);`,
    replace: `underWay.add(reply);
      request.raw.socket.once('close', () => underWay.delete(reply));`,
    tests: ['test/http/load-limit.e2e-spec.ts'],
  },
  {
    id: 'W11',
    what: 'caches may keep the answers of sessions',
    file: FASTIFY,
    search: `(?:auth|account|admin)/`,
    replace: `(?:auth\\/2fa|account|admin)/`,
    tests: ['test/contract/sessions.e2e-spec.ts'],
  },
  {
    id: 'W15',
    what: 'an unexpected error answers with its own message',
    file: FILTER,
    search: `void reply.status(status).send(body);`,
    replace: `void reply
      .status(status)
      .send(status === 500 && error instanceof Error ? { ...body, message: error.message } : body);`,
    tests: ['test/contract/openapi.e2e-spec.ts'],
  },
]);
