import type { ErrorDetail } from 'nestjs-two-factor';
import { ERRORS, type ErrorCode } from './error-codes.js';

const WITH_DETAILS: ReadonlySet<ErrorCode> = new Set([
  'VALIDATION_FAILED',
  'AUTH_REAUTHENTICATION_REQUIRED',
  'TWO_FACTOR_STEP_UP_REQUIRED',
  'TWO_FACTOR_ENROLMENT_REQUIRED',
  'TWO_FACTOR_REQUIRED_BY_POLICY',
]);

/** The one shape of all error answers. */
export interface ErrorBody {
  readonly statusCode: number;
  readonly error: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly requestId: string;
  /** With some codes only, and always then: what is wrong with a field, what is needed, whose policy wants it. */
  readonly details?: readonly ErrorDetail[];
}

export function errorBody(
  code: ErrorCode,
  { requestId, details = [] }: { readonly requestId: string; readonly details?: readonly ErrorDetail[] },
): ErrorBody {
  const { status: statusCode, error, message } = ERRORS[code];
  const body = { statusCode, error, code, message, requestId };
  return WITH_DETAILS.has(code) ? { ...body, details } : body;
}
