import { HttpException } from '@nestjs/common';
import type { ErrorDetail } from 'nestjs-two-factor';
import { ERRORS, type ErrorCode } from './error-codes.js';

export interface ApiExceptionDetail {
  readonly details?: readonly ErrorDetail[];
  readonly retryAfterSeconds?: number;
  /** What went wrong beneath, for the log. */
  readonly cause?: unknown;
}

/** An answer with one of the closed codes. */
export class ApiException extends HttpException {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, { details, retryAfterSeconds, cause }: ApiExceptionDetail = {}) {
    const { status, error, message } = ERRORS[code];
    super({ statusCode: status, error, code, message }, status, { cause });
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
