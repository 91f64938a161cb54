import { LONGEST_NAME } from '../../authenticators/authenticator-name.js';
import { AUTHENTICATOR_TYPES } from '../../authenticators/authenticator.js';
import { BACKUP_CODES_PER_SET } from '../../factors/backup-codes/backup-code.js';
import { LONGEST } from '../../factors/passkeys/credential-json.js';
import { FACTOR_METHODS } from '../../options/factor-method.js';
import type { ObjectSchema, Schema } from './json-schema.js';

/** Longer than any challenge token, and than any password a host should accept (NIST SP 800-63B-4 §3.1.1.2 asks for 64). */
const LONGEST_TOKEN = 1536;
export const LONGEST_PASSWORD = 128;

// What more than one route has in its request.

export const ONE_TIME_CODE = {
  type: 'string',
  format: 'one-time-code',
  description: 'Six digits, as the authenticator shows them; spaces do not matter.',
  examples: ['123456'],
} as const satisfies Schema;

export const BACKUP_CODE = {
  type: 'string',
  format: 'backup-code',
  description: 'A backup code, in any case, with or without dashes.',
  examples: ['A1B2C-D3E4F-G5H6J'],
} as const satisfies Schema;

/** As PostgreSQL writes a UUID. What is none is the id of nothing. */
const LONGEST_ID = 36;

/** Beside a proof by an authenticator. */
export const AUTHENTICATOR_ID = {
  type: 'string',
  maxLength: LONGEST_ID,
  description:
    'The only authenticator to look at. Without it all of the account are tried, and as many guesses charged.',
} as const satisfies Schema;
export const PUBLIC_KEY = { type: 'string', enum: ['public-key'] } as const satisfies Schema;

/** Bytes as base64url, bounded before they are decoded. */
export function encoded<const Length extends number>(
  maxLength: Length,
): { readonly type: 'string'; readonly maxLength: Length; readonly description: string } {
  return { type: 'string', maxLength, description: 'Bytes, as base64url.' };
}

export const PASSKEY = {
  title: 'PasskeyAssertion',
  description:
    'What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.get()`, with options drawn for this call.',
  type: 'object',
  required: ['id', 'rawId', 'type', 'response'],
  properties: {
    id: encoded(LONGEST.id),
    rawId: encoded(LONGEST.id),
    type: PUBLIC_KEY,
    response: {
      title: 'PasskeyAssertionResponse',
      type: 'object',
      required: ['clientDataJSON', 'authenticatorData', 'signature'],
      properties: {
        clientDataJSON: encoded(LONGEST.clientDataJSON),
        authenticatorData: encoded(LONGEST.authenticatorData),
        signature: encoded(LONGEST.signature),
        userHandle: { type: ['string', 'null'], maxLength: LONGEST.userHandle },
      },
    },
  },
} as const satisfies ObjectSchema;

/** What proves a factor: exactly one of these. A way more to prove one is a field more here. */
export const PROOF = {
  code: ONE_TIME_CODE,
  backupCode: BACKUP_CODE,
  passkey: PASSKEY,
  authenticatorId: AUTHENTICATOR_ID,
} as const satisfies Record<string, Schema>;

export const REPLACES = {
  type: 'string',
  maxLength: LONGEST_ID,
  description: 'The authenticator whose place it takes, when there are several.',
} as const satisfies Schema;

export const AUTHENTICATOR_NAME = {
  type: 'string',
  format: 'authenticator-name',
  minLength: 1,
  maxLength: LONGEST_NAME,
  description: 'What its owner calls it. Only the owner sees it.',
  examples: ['Phone at work'],
} as const satisfies Schema;

export const CHALLENGE_TOKEN = {
  type: 'string',
  maxLength: LONGEST_TOKEN,
  description: 'What the login answered with.',
} as const satisfies Schema;

// No lower bound: a short one is a wrong one, and is answered as such.
export const RECENT_PASSWORD = {
  type: 'string',
  format: 'password',
  maxLength: LONGEST_PASSWORD,
  description: 'The password, when the sign-in is not recent.',
} as const satisfies Schema;

/** The request that confirms a setup: a code of the new authenticator. */
export const CONFIRMATION = {
  title: 'ConfirmationRequest',
  type: 'object',
  required: ['code'],
  properties: { code: ONE_TIME_CODE, password: RECENT_PASSWORD },
  additionalProperties: false,
} as const satisfies ObjectSchema;

/** The request of calls that change factors: a proof by an authenticator. */
export const FACTOR_CHANGE = {
  title: 'FactorChangeRequest',
  type: 'object',
  required: [],
  properties: {
    code: ONE_TIME_CODE,
    passkey: PASSKEY,
    authenticatorId: AUTHENTICATOR_ID,
    password: RECENT_PASSWORD,
  },
  additionalProperties: false,
} as const satisfies ObjectSchema;

// What more than one route has in its answer.

export const AUTHENTICATOR = {
  title: 'AuthenticatorAnswer',
  type: 'object',
  required: ['id', 'type', 'name', 'createdAt', 'lastUsedAt'],
  properties: {
    id: { type: 'string' },
    type: { type: 'string', enum: AUTHENTICATOR_TYPES },
    name: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    lastUsedAt: { type: ['string', 'null'], format: 'date-time' },
  },
} as const satisfies ObjectSchema;

/** Oldest first. */
export const AUTHENTICATORS = { type: 'array', items: AUTHENTICATOR } as const satisfies Schema;

export const METHOD = { type: 'string', enum: FACTOR_METHODS } as const satisfies Schema;
export const TIME = { type: 'string', format: 'date-time' } as const satisfies Schema;
export const TIME_OR_NULL = { type: ['string', 'null'], format: 'date-time' } as const satisfies Schema;
export const COUNT = { type: 'integer', minimum: 0 } as const satisfies Schema;
/** What a status says before somebody types a code in vain. */
export const LOCKS = {
  type: 'array',
  items: {
    title: 'LockAnswer',
    type: 'object',
    required: ['method', 'retryAfterSeconds'],
    properties: {
      method: METHOD,
      retryAfterSeconds: { ...COUNT, description: 'Whole seconds until it takes an attempt again.' },
    },
  },
  description: 'Methods that take no attempt yet, after too many wrong ones.',
} as const satisfies Schema;
export const BACKUP_CODES = {
  type: 'array',
  items: { type: 'string' },
  minItems: BACKUP_CODES_PER_SET,
  maxItems: BACKUP_CODES_PER_SET,
} as const satisfies Schema;
