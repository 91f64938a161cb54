import type { FieldFault } from 'nestjs-two-factor';
import { ERRORS, type ErrorCode } from './error-codes.js';

/** The one shape of all error answers. */
export interface ErrorBody {
  readonly statusCode: number;
  readonly error: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly requestId: string;
  /** With `VALIDATION_FAILED` only, and always then. */
  readonly details?: readonly FieldFault[];
}

export function errorBody(
  code: ErrorCode,
  { requestId, details = [] }: { readonly requestId: string; readonly details?: readonly FieldFault[] },
): ErrorBody {
  const { status: statusCode, error, message } = ERRORS[code];
  const body = { statusCode, error, code, message, requestId };
  return code === 'VALIDATION_FAILED' ? { ...body, details } : body;
}
