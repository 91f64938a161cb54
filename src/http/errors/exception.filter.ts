import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TwoFactorException } from 'nestjs-two-factor';
import { isDatabaseUnavailable, isPoolTimeout } from '../../database/database-errors.js';
import { SummedLine } from '../summed-line.js';
import { allowedMethods } from './allowed-methods.js';
import { ApiException } from './api.exception.js';
import { errorBody } from './error-body.js';
import { ERRORS, type ErrorCode } from './error-codes.js';

/** Seconds a client waits after a 503 that says nothing more exact. */
const RETRY_AFTER_SECONDS = 2;

/** What the frameworks beneath answer, and our code for it. Anything else of theirs is a bad request or our fault. */
const CODE_OF_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'VALIDATION_FAILED'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [413, 'PAYLOAD_TOO_LARGE'],
  [414, 'VALIDATION_FAILED'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [503, 'SERVICE_UNAVAILABLE'],
]);

type Answer = ApiException | TwoFactorException;

/** Turns whatever was thrown into one of the closed codes. What is not ours to show goes to the log only. */
@Catch()
export class ApiExceptionFilter implements ExceptionFilter {
  readonly #poolTimeouts = new SummedLine();

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = isUnknownRoute(error) ? allowedMethods(request) : [];
    const answer = allowed.length > 0 ? new ApiException('METHOD_NOT_ALLOWED') : answerFor(error);
    this.#log(request, answer, error);

    const { status } = ERRORS[answer.code];
    const retryAfter = answer.retryAfterSeconds ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
    if (status === 401) {
      void reply.header('WWW-Authenticate', challengeFor(answer.code));
    }
    if (retryAfter !== undefined) {
      void reply.header('Retry-After', String(retryAfter));
    }
    if (allowed.length > 0) {
      void reply.header('Allow', allowed.join(', '));
    }
    const body = errorBody(answer.code, { requestId: request.id, details: answer.details ?? [] });
    void reply.status(status).send(body);
  }

  #log({ log, server }: FastifyRequest, answer: Answer, error: unknown): void {
    if (isPoolTimeout(answer.cause)) {
      // Under load it comes by the thousand, and the stacks are all the same.
      this.#poolTimeouts.add((times) =>
        server.log.error({ times }, 'No database connection was free in time'),
      );
      return;
    }
    const status = answer.getStatus();
    // Argon2id's queue is full: the line of the request says it, and a stack for each would be more load.
    const isShed = status === 503 && error === answer && answer.cause === undefined;
    if (status >= 500 && !isShed) {
      log.error({ err: error, errorCode: answer.code }, 'A request failed');
    } else if (answer instanceof TwoFactorException && answer.reason !== undefined) {
      log.info({ errorCode: answer.code, reason: answer.reason }, 'A second factor was refused');
    }
  }
}

function answerFor(error: unknown): Answer {
  if (error instanceof ApiException || error instanceof TwoFactorException) {
    return error;
  }
  if (isDatabaseUnavailable(error)) {
    return new ApiException('SERVICE_UNAVAILABLE', { cause: error });
  }
  const status = statusOf(error);
  const code =
    CODE_OF_STATUS.get(status) ?? (status >= 400 && status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL_ERROR');
  return new ApiException(code, { cause: error });
}

/** Nest's exceptions have a status, and so have Fastify's, under another name. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) {
    return error.getStatus();
  }
  const isFastifyError = error instanceof Error && 'statusCode' in error && 'code' in error;
  return isFastifyError && typeof error.statusCode === 'number' ? error.statusCode : 500;
}

function isUnknownRoute(error: unknown): boolean {
  return statusOf(error) === 404 && !(error instanceof ApiException);
}

/** RFC 6750 §3: no `error` when no credentials came. */
function challengeFor(code: ErrorCode): string {
  const isBadToken = code === 'AUTH_TOKEN_INVALID' || code === 'AUTH_TOKEN_EXPIRED';
  return isBadToken ? 'Bearer error="invalid_token"' : 'Bearer';
}
