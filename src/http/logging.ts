import { type DestinationStream, stdSerializers } from 'pino';
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

/**
 * One JSON line for each request in production, one line for people elsewhere.
 *
 * @param log takes the JSON lines instead of the standard output
 */
export function loggingOptions(
  { isProduction, logLevel }: Pick<Environment, 'isProduction' | 'logLevel'>,
  log?: DestinationStream,
): Params {
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
  const lines = isProduction ? undefined : pretty({ singleLine: true, ignore: 'pid,hostname', sync: true });
  const stream = log ?? lines;
  return { pinoHttp: stream === undefined ? options : [options, stream], forRoutes: ['*path'] };
}

/** An error without what the database driver adds to it: the values of the statement. */
function loggedError(given: Error): object {
  // pino-http has serialized the error once already, and keeps it whole beside that.
  const error = 'raw' in given && given.raw instanceof Error ? given.raw : given;
  const { type, message, stack } = stdSerializers.err(error);
  // Not `code`, which is redacted: that is what a one-time code is called.
  const errorCode = 'code' in error ? error.code : undefined;
  const cause = error.cause instanceof Error ? loggedError(error.cause) : undefined;
  return { type, message, errorCode, stack, cause };
}
