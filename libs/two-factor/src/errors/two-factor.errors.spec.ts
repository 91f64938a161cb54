import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { TWO_FACTOR_ERRORS, type TwoFactorErrorCode, TwoFactorException } from './two-factor.errors.js';

/** The contract: each code's status, written out a second time on purpose. */
const STATUS_OF = {
  VALIDATION_FAILED: 400,
  TWO_FACTOR_CHALLENGE_INVALID: 401,
  AUTH_TOKEN_INVALID: 401,
  AUTH_REAUTHENTICATION_REQUIRED: 403,
  TWO_FACTOR_REQUIRED: 403,
  TWO_FACTOR_FROZEN: 403,
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: 404,
  TWO_FACTOR_PASSKEY_INVALID: 422,
  TWO_FACTOR_PASSKEY_KNOWN: 409,
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: 422,
  TWO_FACTOR_STEP_UP_REQUIRED: 403,
  TWO_FACTOR_ENROLMENT_REQUIRED: 403,
  TWO_FACTOR_REQUIRED_BY_POLICY: 409,
  TWO_FACTOR_RESET_UNKNOWN: 404,
  TWO_FACTOR_RESET_OPEN: 409,
  TWO_FACTOR_RESET_CLOSED: 409,
  TWO_FACTOR_RESET_OTHER_PERSON: 403,
  TWO_FACTOR_RESET_CODE_INVALID: 422,
  TWO_FACTOR_ALREADY_ENABLED: 409,
  TWO_FACTOR_NOT_ENABLED: 409,
  TWO_FACTOR_SETUP_NOT_PENDING: 409,
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS: 409,
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS: 409,
  TWO_FACTOR_LAST_AUTHENTICATOR: 409,
  TWO_FACTOR_CODE_INVALID: 422,
  TWO_FACTOR_LOCKED: 429,
  TWO_FACTOR_SECRET_UNREADABLE: 500,
  TWO_FACTOR_SESSION_FAILED: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<TwoFactorErrorCode, number>;

/** What is wrong with the server, not with the request. */
const FAULTS_OF_THE_SERVER = [
  'TWO_FACTOR_SECRET_UNREADABLE',
  'TWO_FACTOR_SESSION_FAILED',
  'SERVICE_UNAVAILABLE',
];

const CODES = Object.entries(STATUS_OF).map(
  ([code, status]) => [code, status] as [TwoFactorErrorCode, number],
);

describe('TwoFactorException', () => {
  it('knows the codes of the contract, no more and no fewer', () => {
    expect(Object.keys(TWO_FACTOR_ERRORS).toSorted()).toEqual(Object.keys(STATUS_OF).toSorted());
  });

  it.each(CODES)('answers %s with status %i and the flat body of Nest', (code, status) => {
    const exception = new TwoFactorException(code);

    expect(exception).toBeInstanceOf(HttpException);
    expect(exception.getStatus()).toBe(status);
    expect(exception.code).toBe(code);
    expect(exception.getResponse()).toEqual({
      statusCode: status,
      error: STATUS_CODES[status],
      code,
      message: TWO_FACTOR_ERRORS[code].message,
    });
  });

  it.each(CODES)('says of %s, status %i, in a sentence what is to be done', (code) => {
    const { message } = new TwoFactorException(code);

    expect(message).toBe(TWO_FACTOR_ERRORS[code].message);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(message).not.toContain(code);
  });

  it('answers a wrong code with 422, for a web client refreshes its token on 401', () => {
    expect(new TwoFactorException('TWO_FACTOR_CODE_INVALID').getStatus()).toBe(422);
  });

  it('answers faults of the server, and nothing else, with 5xx', () => {
    const answeredWith5xx = CODES.map(([code]) => code).filter(
      (code) => new TwoFactorException(code).getStatus() >= 500,
    );

    expect(answeredWith5xx.toSorted()).toEqual(FAULTS_OF_THE_SERVER.toSorted());
  });

  it('tells the log why and the caller only that', () => {
    const cause = new Error('beneath');

    const exception = new TwoFactorException('TWO_FACTOR_CODE_INVALID', {
      reason: 'replayed',
      retryAfterSeconds: 30,
      cause,
    });

    expect(exception).toMatchObject({ reason: 'replayed', retryAfterSeconds: 30, cause });
    expect(exception.getResponse()).toEqual(new TwoFactorException('TWO_FACTOR_CODE_INVALID').getResponse());
  });

  it('has no reason and no time to wait unless it is given one', () => {
    const { reason, retryAfterSeconds } = new TwoFactorException('TWO_FACTOR_LOCKED');

    expect({ reason, retryAfterSeconds }).toEqual({ reason: undefined, retryAfterSeconds: undefined });
  });

  it('gives the caller the fields that are wrong', () => {
    const details = [{ field: 'code', message: 'code must be six digits' }];

    const exception = new TwoFactorException('VALIDATION_FAILED', { details });

    expect(exception.details).toEqual(details);
    expect(exception.getResponse()).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      code: 'VALIDATION_FAILED',
      message: TWO_FACTOR_ERRORS.VALIDATION_FAILED.message,
      details,
    });
  });
});
