import type { LoggerService } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type DestinationStream, type Level, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { Environment } from '../config/environment.js';

const SECRET_FIELDS = [
  'password',
  'currentPassword',
  'newPassword',
  'code',
  'backupCode',
  'secret',
  'challengeToken',
  'refreshToken',
  'accessToken',
] as const;

/** Nothing of this is in a log anyway: bodies are not logged. This is the second line. */
const REDACTED = ['req.headers', 'res.headers', ...SECRET_FIELDS.flatMap((name) => [name, `*.${name}`])];

/**
 * Makes the log of the process: JSON lines in production, lines for people elsewhere.
 *
 * @param destination takes the JSON lines instead of the standard output
 */
export function createLog(
  { isProduction, logLevel }: Pick<Environment, 'isProduction' | 'logLevel'>,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: logLevel,
    redact: { paths: REDACTED, remove: true },
    serializers: { req: loggedRequest, res: loggedReply, err: loggedError },
  };
  const lines = isProduction
    ? pino.destination(1)
    : pretty({ singleLine: true, ignore: 'pid,hostname', sync: true });
  return pino(options, destination ?? lines);
}

/** One line for each request, when its answer is out. What went wrong is the exception filter's to tell. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime };
    if (error !== null && error !== undefined) {
      request.log.error({ ...line, err: error }, 'request errored');
    } else if (reply.statusCode >= 500) {
      request.log.error(line, 'request failed');
    } else {
      request.log.info(line, 'request completed');
    }
  }
}

/** Writes the line of a request whose caller hangs up before its answer is out: Fastify tells of no such one. */
export function logIfAborted(request: FastifyRequest, { raw }: FastifyReply): void {
  raw.once('close', () => {
    if (!raw.writableFinished) {
      request.log.info({ req: request }, 'request aborted');
    }
  });
}

/** The path without its query, and no headers: tokens stand in both. */
function loggedRequest({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): object {
  return { method, path: url.split('?', 1)[0] };
}

function loggedReply({ statusCode }: Pick<FastifyReply, 'statusCode'>): object {
  return { statusCode };
}

/** An error without what the database driver adds to it: the values of the statement. */
function loggedError(error: Error): object {
  const { type, message, stack } = stdSerializers.err(error);
  // Not `code`, which is redacted: that is what a one-time code is called.
  const errorCode = 'code' in error ? error.code : undefined;
  const cause = error.cause instanceof Error ? loggedError(error.cause) : undefined;
  return { type, message, errorCode, stack, cause };
}

/** Lets Nest's `Logger` write to the log, with its context as a field. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Logger) {}

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('fatal', message, rest);
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('warn', message, rest);
  }

  log(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('info', message, rest);
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('trace', message, rest);
  }

  /** @param rest what goes with the message, an error's stack perhaps, and then the context */
  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const detail = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) {
      this.target[level]({ context, err: message });
    } else if (typeof message === 'object' && message !== null) {
      this.target[level]({ context, ...message }, typeof detail === 'string' ? detail : undefined);
    } else {
      this.target[level]({ context, detail }, String(message));
    }
  }
}
