import { STATUS_CODES } from 'node:http';
import { expect } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../src/http/errors/error-codes.js';

/** What an answer to a request that failed has, whoever sent it. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string>>;
  readonly text: string;
}

interface ErrorBody {
  readonly requestId: string;
  /** As VALIDATION_FAILED has them. */
  readonly details?: readonly { readonly field: string; readonly message: string }[];
}

/** What the details of a code are like, of those that always have some. */
const DETAIL_OF: Partial<Record<ErrorCode, object>> = {
  VALIDATION_FAILED: { field: expect.any(String), message: expect.any(String) },
  AUTH_REAUTHENTICATION_REQUIRED: { reason: expect.any(String), methods: expect.any(Array) },
  TWO_FACTOR_ENROLMENT_REQUIRED: { scope: expect.any(String), field: expect.any(String) },
  TWO_FACTOR_REQUIRED_BY_POLICY: { scope: expect.any(String), field: expect.any(String) },
};

/** Stack frames, SQL, files, and the names of what is beneath. */
const INSIDES =
  /\bat \S+ \(|node_modules|file:\/\/|\/(?:src|dist|work|libs)\/|\.(?:js|ts):\d|\b(?:SELECT|INSERT|UPDATE|DELETE)\b|QueryFailedError|\bFST_|\bpg_|SyntaxError|position \d+/;

/** Holds an answer to the flat error object of the contract, exactly. @returns its body */
export function expectError(answer: FailedAnswer, code: ErrorCode): ErrorBody {
  const { status, error, message } = ERRORS[code];
  const header = (name: string): string | null | undefined =>
    answer.headers instanceof Headers ? answer.headers.get(name) : answer.headers[name];

  const body = JSON.parse(answer.text) as ErrorBody;
  expect({ status: answer.status, body }).toEqual({
    status,
    body: {
      statusCode: status,
      error,
      code,
      message,
      requestId: expect.stringMatching(/^[A-Za-z0-9._-]{8,64}$/),
      ...(DETAIL_OF[code] && { details: expect.any(Array) }),
    },
  });
  expect(error).toBe(STATUS_CODES[status]);
  expect(header('x-request-id')).toBe(body.requestId);
  expect(header('content-type')).toMatch(/^application\/json/);
  expect(answer.text).not.toMatch(INSIDES);
  expect(body.details ?? []).toEqual((body.details ?? []).map(() => DETAIL_OF[code]));
  return body;
}

/** The same, for an answer below `/api/v1/auth`, which no cache may keep. */
export function expectAuthError(answer: FailedAnswer, code: ErrorCode): ErrorBody {
  const body = expectError(answer, code);
  const { headers } = answer;
  expect(headers instanceof Headers ? headers.get('cache-control') : headers['cache-control']).toBe(
    'no-store',
  );
  return body;
}
