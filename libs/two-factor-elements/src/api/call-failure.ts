import type { components } from './schema.js';

type ErrorAnswer = components['schemas']['ErrorAnswer'];
type StepUpDemand = components['schemas']['StepUpDemandAnswer'];

/**
 * The codes of the contract, and four of our own: no answer at all, one that is not of the contract, and no passkey,
 * because somebody did not want to or because the browser cannot here.
 */
export type FailureCode =
  | ErrorAnswer['code']
  | 'OFFLINE'
  | 'UNEXPECTED'
  | 'PASSKEY_CANCELLED'
  | 'PASSKEY_UNAVAILABLE';

const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** A call that did not succeed, by code. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly code: FailureCode;
  /** Whole seconds, when the answer said so. */
  readonly retryAfterSeconds: number | undefined;
  /** The same as a moment, by the clock of this device. */
  readonly retryAt: Date | undefined;
  readonly requestId: string | undefined;
  /** What more the answer says of it. */
  readonly details: ErrorAnswer['details'];

  constructor(
    code: FailureCode,
    {
      retryAfterSeconds,
      requestId,
      details,
    }: Partial<Pick<CallFailure, 'retryAfterSeconds' | 'requestId' | 'details'>> = {},
  ) {
    super(code);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.retryAt =
      retryAfterSeconds === undefined ? undefined : new Date(Date.now() + retryAfterSeconds * 1000);
    this.requestId = requestId;
    this.details = details;
  }

  /** What an answer that is no success says; a gateway in front may answer in its own way. */
  static of(error: unknown, { status, headers }: Response): CallFailure {
    const retryAfter = Number(headers.get('Retry-After') ?? Number.NaN);
    const retryAfterSeconds = Number.isFinite(retryAfter) ? Math.max(1, Math.ceil(retryAfter)) : undefined;
    if (isErrorAnswer(error)) {
      const { code, requestId, details } = error;
      return new CallFailure(code, { retryAfterSeconds, requestId, details });
    }
    const unknown = GATEWAY_STATUSES.has(status) ? 'SERVICE_UNAVAILABLE' : 'UNEXPECTED';
    return new CallFailure(unknown, { retryAfterSeconds });
  }

  /** Anything thrown on the way: `fetch` rejects when no answer came. */
  static from(error: unknown): CallFailure {
    return error instanceof CallFailure
      ? error
      : new CallFailure(isNoAnswer(error) ? 'OFFLINE' : 'UNEXPECTED');
  }

  /** Whether another access token may help. */
  get isTokenRefused(): boolean {
    return this.code === 'AUTH_TOKEN_EXPIRED' || this.code === 'AUTH_TOKEN_INVALID';
  }

  /** Whether nobody is signed in any more. */
  get isSignedOut(): boolean {
    return this.isTokenRefused || this.code === 'AUTH_TOKEN_MISSING';
  }

  /** Whether nothing that could be sent along will do: the user has no password, or this service takes none. */
  get mustSignInAgain(): boolean {
    return (
      this.code === 'AUTH_REAUTHENTICATION_REQUIRED' &&
      (this.details ?? []).some((detail) => 'reason' in detail && detail.reason === 'sign_in_again')
    );
  }

  /** Whether the same call will do with the password beside what was sent. */
  get needsPassword(): boolean {
    return this.code === 'AUTH_REAUTHENTICATION_REQUIRED' && !this.mustSignInAgain;
  }

  /** What a step-up has to be by, when the same call will do after it. */
  get stepUpDemand(): StepUpDemand | undefined {
    return this.code === 'TWO_FACTOR_STEP_UP_REQUIRED' ? this.details?.find(isDemand) : undefined;
  }

  /** Whether the same call may well succeed a little later. */
  get isPassing(): boolean {
    return this.code === 'OFFLINE' || this.code === 'SERVICE_UNAVAILABLE' || this.code === 'RATE_LIMITED';
  }

  /** Whether the answer was lost, so that nobody here knows whether the call was done. */
  get isAnswerLost(): boolean {
    return this.code === 'OFFLINE' || this.code === 'UNEXPECTED' || this.code === 'SERVICE_UNAVAILABLE';
  }
}

function isDemand(detail: object): detail is StepUpDemand {
  return 'methods' in detail && !('reason' in detail);
}

function isErrorAnswer(error: unknown): error is ErrorAnswer {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    'requestId' in error
  );
}

function isNoAnswer(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
}
