import { stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { Params } from 'nestjs-pino';
import type { Environment } from '../config/environment.js';

/** Nothing of this is in a log anyway: bodies are not logged. This is the second line. */
const REDACTED = [
  'req.headers',
  'res.headers',
  ...['password', 'code', 'backupCode', 'secret', 'challengeToken', 'refreshToken', 'accessToken'].flatMap(
    (name) => [name, `*.${name}`],
  ),
];

interface LoggedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly url: string;
}

/** One JSON line for each request in production, one line for people elsewhere. */
export function loggingOptions({
  isProduction,
  logLevel,
}: Pick<Environment, 'isProduction' | 'logLevel'>): Params {
  const options = {
    level: logLevel,
    redact: { paths: REDACTED, remove: true },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    serializers: {
      // The path without its query, and no headers: tokens stand in both.
      req: ({ id, method, url }: LoggedRequest) => ({ id, method, path: url.split('?', 1)[0] }),
      res: ({ statusCode }: { readonly statusCode: number }) => ({ statusCode }),
      err: loggedError,
    },
  };
  const stream = isProduction ? undefined : pretty({ singleLine: true, ignore: 'pid,hostname', sync: true });
  return { pinoHttp: stream === undefined ? options : [options, stream], forRoutes: ['*path'] };
}

/** An error without what the database driver adds to it: the values of the statement. */
function loggedError(error: Error): object {
  const { type, message, stack } = stdSerializers.err(error);
  const code = 'code' in error ? error.code : undefined;
  const cause = error.cause instanceof Error ? loggedError(error.cause) : undefined;
  return { type, message, code, stack, cause };
}
