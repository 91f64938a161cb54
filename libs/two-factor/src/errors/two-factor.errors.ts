import { HttpException } from '@nestjs/common';

interface ErrorShape {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

/** Every code the library can answer with. Codes are contract; the texts are for people and may change. */
export const TWO_FACTOR_ERRORS = {
  TWO_FACTOR_ALREADY_ENABLED: {
    status: 409,
    error: 'Conflict',
    message: 'Two-factor authentication is already on. Prove the current factor to replace it.',
  },
  TWO_FACTOR_NOT_ENABLED: {
    status: 409,
    error: 'Conflict',
    message: 'Two-factor authentication is not on for this account.',
  },
  TWO_FACTOR_SETUP_NOT_PENDING: {
    status: 409,
    error: 'Conflict',
    message: 'There is no setup to confirm, or it has expired. Start again.',
  },
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS: {
    status: 409,
    error: 'Conflict',
    message: 'This account has as many authenticators as it may have. Remove one first.',
  },
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS: {
    status: 409,
    error: 'Conflict',
    message: 'This account has several authenticators. Say which one is replaced, or add one.',
  },
  TWO_FACTOR_LAST_AUTHENTICATOR: {
    status: 409,
    error: 'Conflict',
    message: 'This is the last authenticator. To remove it, turn two-factor authentication off.',
  },
  // Another user's is unknown as well.
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: {
    status: 404,
    error: 'Not Found',
    message: 'There is no such authenticator.',
  },
  // 422 and never 401: a web client refreshes its token on 401.
  TWO_FACTOR_CODE_INVALID: {
    status: 422,
    error: 'Unprocessable Entity',
    message: 'That code is not valid, or has been used already.',
  },
  // One code for all that can be wrong with it: the log tells which.
  TWO_FACTOR_PASSKEY_INVALID: {
    status: 422,
    error: 'Unprocessable Entity',
    message: 'That passkey is not valid here, or its request has expired. Try again.',
  },
  TWO_FACTOR_PASSKEY_KNOWN: {
    status: 409,
    error: 'Conflict',
    message: 'This account has that passkey already.',
  },
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: {
    status: 422,
    error: 'Unprocessable Entity',
    message: 'Passkeys of this kind cannot be used here.',
  },
  TWO_FACTOR_CHALLENGE_INVALID: {
    status: 401,
    error: 'Unauthorized',
    message: 'This sign-in has expired or was already completed. Sign in again.',
  },
  TWO_FACTOR_LOCKED: {
    status: 429,
    error: 'Too Many Requests',
    message: 'Too many attempts. Wait, or use another method.',
  },
  AUTH_TOKEN_INVALID: {
    status: 401,
    error: 'Unauthorized',
    message: 'The token is not valid, or its session has ended.',
  },
  AUTH_REAUTHENTICATION_REQUIRED: {
    status: 403,
    error: 'Forbidden',
    message: 'This needs a recent sign-in, or the current password.',
  },
  VALIDATION_FAILED: { status: 400, error: 'Bad Request', message: 'The request is not valid.' },
  // The server's fault, so a 5xx. The backup codes still work: they are not sealed with the secret.
  TWO_FACTOR_SECRET_UNREADABLE: {
    status: 500,
    error: 'Internal Server Error',
    message: 'The authenticator of this account cannot be read. Use a backup code, and tell the support.',
  },
  // The host's fault: what it gives after the commit has failed. The code is spent, so the same call cannot be repeated.
  TWO_FACTOR_SESSION_FAILED: {
    status: 500,
    error: 'Internal Server Error',
    message: 'The code was accepted, but no session could be given. Sign in again.',
  },
  TWO_FACTOR_REQUIRED: {
    status: 403,
    error: 'Forbidden',
    message: 'This needs a second factor, and the account has none.',
  },
  TWO_FACTOR_STEP_UP_REQUIRED: {
    status: 403,
    error: 'Forbidden',
    message: 'This needs the second factor once more: prove it in this session, and repeat the call.',
  },
  // A session that was there before the deadline. It can enrol, and do what asks for no factor.
  TWO_FACTOR_ENROLMENT_REQUIRED: {
    status: 403,
    error: 'Forbidden',
    message: 'This account has to have a second factor by now. Set it up first.',
  },
  TWO_FACTOR_REQUIRED_BY_POLICY: {
    status: 409,
    error: 'Conflict',
    message:
      'A policy requires a second factor of this account, and this would leave it without one that is enough.',
  },
  TWO_FACTOR_FROZEN: {
    status: 403,
    error: 'Forbidden',
    message:
      'After a panic the factors of this account cannot be changed for a day. Signing in works as before.',
  },
  TWO_FACTOR_RESET_UNKNOWN: {
    status: 404,
    error: 'Not Found',
    message: 'There is no such reset.',
  },
  TWO_FACTOR_RESET_OPEN: {
    status: 409,
    error: 'Conflict',
    message: 'A reset of this account is open already. Cancel it first.',
  },
  TWO_FACTOR_RESET_CLOSED: {
    status: 409,
    error: 'Conflict',
    message: 'This reset was approved already, or has ended.',
  },
  TWO_FACTOR_RESET_OTHER_PERSON: {
    status: 403,
    error: 'Forbidden',
    message: 'Somebody else has to do this: not whose account it is, and not who has asked for it.',
  },
  // One code for all that can be wrong with it: wrong, too early, too late, ended.
  TWO_FACTOR_RESET_CODE_INVALID: {
    status: 422,
    error: 'Unprocessable Entity',
    message: 'That code is not valid, or not yet, or not any more.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    error: 'Service Unavailable',
    message: 'The service cannot answer just now. Try again shortly.',
  },
} as const satisfies Record<string, ErrorShape>;

export type TwoFactorErrorCode = keyof typeof TWO_FACTOR_ERRORS;

/** Why, for the log and the security event. The caller only ever learns the code. */
export const REFUSAL_REASONS = [
  'wrong',
  'replayed',
  'expired',
  'locked',
  'unreadable',
  'session_ended',
  'error',
  'malformed',
  'purpose',
  'challenge',
  'origin',
  'rp_id',
  'user_absent',
  'user_unverified',
  'backup_flags',
  'credential',
  'user_handle',
  'signature',
  'counter',
  'attestation',
  'not_allowed',
  'known',
  'too_many',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What is wrong with one field of a request. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** By what somebody who is signed in can prove it anew. */
export type ReauthenticationMethod = 'password';

/** With `AUTH_REAUTHENTICATION_REQUIRED`: what was missing, and by what the same call can be made again. */
export interface ReauthenticationNeed {
  /** `sign_in_again` when no method is left: nothing that is sent along will do. */
  readonly reason: 'password_missing' | 'password_wrong' | 'sign_in_again';
  readonly methods: readonly ReauthenticationMethod[];
}

/** With `TWO_FACTOR_STEP_UP_REQUIRED`: what the session has to pass. */
export interface StepUpDemand {
  /** How old the proof may be. Without it any will do that still counts. */
  readonly maxAgeSeconds?: number;
  /** By which of them, each an `AuthenticatorMethod`. */
  readonly methods: readonly string[];
}

/** With `TWO_FACTOR_ENROLMENT_REQUIRED` and `TWO_FACTOR_REQUIRED_BY_POLICY`: which policy wants it. */
export interface PolicyReason {
  /** As the host has named it. */
  readonly scope: string;
  /** What of it is the strictest, and counts. */
  readonly field: 'required' | 'methods' | 'graceDays' | 'enforceFrom';
}

export type ErrorDetail = FieldFault | ReauthenticationNeed | StepUpDemand | PolicyReason;

export interface TwoFactorExceptionDetail {
  readonly reason?: RefusalReason;
  /** Whole seconds until another attempt can be made. */
  readonly retryAfterSeconds?: number;
  /**
   * With `VALIDATION_FAILED` which fields, and why; with `AUTH_REAUTHENTICATION_REQUIRED` and
   * `TWO_FACTOR_STEP_UP_REQUIRED` what is needed; with what a policy refuses, its reasons.
   */
  readonly details?: readonly ErrorDetail[] | undefined;
  /** In place of the status of the code: for `TWO_FACTOR_STEP_UP_REQUIRED` in a host that wants RFC 9470 to the letter. */
  readonly status?: 401;
  /** What went wrong beneath, for the log. */
  readonly cause?: unknown;
}

/**
 * The one exception of the library. Under Nest's own filter it answers
 * `{ statusCode, error, code, message }`; any other filter reads `code`, `reason` and `retryAfterSeconds`.
 */
export class TwoFactorException extends HttpException {
  readonly code: TwoFactorErrorCode;
  readonly reason: RefusalReason | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(code: TwoFactorErrorCode, detail: TwoFactorExceptionDetail = {}) {
    const shape: ErrorShape = TWO_FACTOR_ERRORS[code];
    const { status = shape.status, details, cause } = detail;
    const error = status === 401 ? 'Unauthorized' : shape.error;
    const { message } = shape;
    super({ statusCode: status, error, code, message, ...(details && { details }) }, status, { cause });
    this.code = code;
    this.reason = detail.reason;
    this.retryAfterSeconds = detail.retryAfterSeconds;
    this.details = details;
  }
}
