import { TWO_FACTOR_ERRORS, type TwoFactorErrorCode } from 'nestjs-two-factor';

interface ErrorShape {
  readonly status: number;
  readonly error: string;
  readonly message: string;
}

/** The backend's own codes, beside the library's. */
const BACKEND_ERRORS = {
  AUTH_TOKEN_MISSING: {
    status: 401,
    error: 'Unauthorized',
    message: 'This call needs an access token: Authorization: Bearer {access_token}.',
  },
  AUTH_TOKEN_EXPIRED: { status: 401, error: 'Unauthorized', message: 'The token has expired.' },
  AUTH_CREDENTIALS_INVALID: {
    status: 401,
    error: 'Unauthorized',
    message: 'E-mail or password is not right.',
  },
  AUTH_ROLE_REQUIRED: { status: 403, error: 'Forbidden', message: 'This account may not do that.' },
  AUTH_EMAIL_TAKEN: {
    status: 409,
    error: 'Conflict',
    message: 'There is an account with this e-mail already.',
  },
  NOT_FOUND: { status: 404, error: 'Not Found', message: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: { status: 405, error: 'Method Not Allowed', message: 'This path has no such method.' },
  PAYLOAD_TOO_LARGE: { status: 413, error: 'Payload Too Large', message: 'The body is over 16 KiB.' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    error: 'Unsupported Media Type',
    message: 'The body must be application/json.',
  },
  RATE_LIMITED: {
    status: 429,
    error: 'Too Many Requests',
    message: 'Too many requests. Wait a little.',
  },
  INTERNAL_ERROR: {
    status: 500,
    error: 'Internal Server Error',
    message: 'Something went wrong on our side. The request id helps us to find it.',
  },
} as const satisfies Record<string, ErrorShape>;

/** Every code this API answers with. The set is closed: a test holds README, OpenAPI and code to it. */
export const ERRORS = { ...TWO_FACTOR_ERRORS, ...BACKEND_ERRORS } as const satisfies Record<
  string,
  ErrorShape
>;

export type ErrorCode = TwoFactorErrorCode | keyof typeof BACKEND_ERRORS;
