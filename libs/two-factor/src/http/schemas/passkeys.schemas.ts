import { LONGEST } from '../../factors/passkeys/credential-json.js';
import {
  AUTHENTICATOR,
  AUTHENTICATOR_NAME,
  BACKUP_CODES,
  CHALLENGE_TOKEN,
  COUNT,
  PROOF,
  PUBLIC_KEY,
  RECENT_PASSWORD,
  TIME,
  encoded,
} from './fields.js';
import type { ObjectSchema, Schema } from './json-schema.js';
import type { RouteSchemas } from './route-schemas.js';

// What browsers read and give: the JSON forms of WebAuthn Level 3 §5.1. All bytes in them are base64url.

const BYTES = { type: 'string', description: 'Bytes, as base64url.' } as const satisfies Schema;
const NUMBER = { type: 'integer' } as const satisfies Schema;
const PREFERENCE = {
  type: 'string',
  enum: ['required', 'preferred', 'discouraged'],
} as const satisfies Schema;

const DESCRIPTORS = {
  type: 'array',
  items: {
    title: 'PasskeyDescriptor',
    type: 'object',
    required: ['type', 'id', 'transports'],
    properties: { type: PUBLIC_KEY, id: BYTES, transports: { type: 'array', items: { type: 'string' } } },
  },
} as const satisfies Schema;

const CREATION = {
  title: 'PasskeyCreationOptions',
  description:
    'For `PublicKeyCredential.parseCreationOptionsFromJSON()` and `navigator.credentials.create()`.',
  type: 'object',
  required: [
    'rp',
    'user',
    'challenge',
    'pubKeyCredParams',
    'timeout',
    'excludeCredentials',
    'authenticatorSelection',
    'attestation',
  ],
  properties: {
    rp: {
      title: 'PasskeyRelyingParty',
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'string' }, name: { type: 'string' } },
    },
    user: {
      title: 'PasskeyUser',
      type: 'object',
      required: ['id', 'name', 'displayName'],
      properties: { id: BYTES, name: { type: 'string' }, displayName: { type: 'string' } },
    },
    challenge: BYTES,
    pubKeyCredParams: {
      type: 'array',
      items: {
        title: 'PasskeyAlgorithm',
        type: 'object',
        required: ['type', 'alg'],
        properties: { type: PUBLIC_KEY, alg: NUMBER },
      },
    },
    timeout: { ...NUMBER, description: 'Milliseconds.' },
    excludeCredentials: DESCRIPTORS,
    authenticatorSelection: {
      title: 'PasskeySelection',
      type: 'object',
      required: ['residentKey', 'requireResidentKey', 'userVerification'],
      properties: {
        residentKey: PREFERENCE,
        requireResidentKey: { type: 'boolean' },
        userVerification: PREFERENCE,
      },
    },
    attestation: { type: 'string', enum: ['none'] },
  },
} as const satisfies ObjectSchema;

const REQUEST = {
  title: 'PasskeyRequestOptions',
  description: 'For `PublicKeyCredential.parseRequestOptionsFromJSON()` and `navigator.credentials.get()`.',
  type: 'object',
  required: ['rpId', 'challenge', 'timeout', 'allowCredentials', 'userVerification'],
  properties: {
    rpId: { type: 'string' },
    challenge: BYTES,
    timeout: { ...NUMBER, description: 'Milliseconds.' },
    allowCredentials: DESCRIPTORS,
    userVerification: PREFERENCE,
  },
} as const satisfies ObjectSchema;

export const REGISTRATION = {
  title: 'PasskeyRegistration',
  description: 'What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.create()`.',
  type: 'object',
  required: ['id', 'rawId', 'type', 'response'],
  properties: {
    id: encoded(LONGEST.id),
    rawId: encoded(LONGEST.id),
    type: PUBLIC_KEY,
    response: {
      title: 'PasskeyRegistrationResponse',
      type: 'object',
      required: ['clientDataJSON', 'attestationObject'],
      properties: {
        clientDataJSON: encoded(LONGEST.clientDataJSON),
        attestationObject: encoded(LONGEST.attestationObject),
        transports: { type: 'array', items: { type: 'string' } },
      },
    },
  },
} as const satisfies ObjectSchema;

/** What each route of the passkeys' controller takes and answers. */
export const PASSKEYS_SCHEMAS = {
  passkeyCreationOptions: {
    request: {
      title: 'PasskeyCreationRequest',
      description: 'With no field for a first factor; with a proof when one is on.',
      type: 'object',
      required: [],
      properties: { ...PROOF, password: RECENT_PASSWORD },
      additionalProperties: false,
    },
    answer: {
      title: 'PasskeyCreationAnswer',
      type: 'object',
      required: ['publicKey', 'expiresAt'],
      properties: { publicKey: CREATION, expiresAt: TIME },
    },
  },
  registerPasskey: {
    request: {
      title: 'PasskeyRegistrationRequest',
      type: 'object',
      required: ['response'],
      properties: {
        response: REGISTRATION,
        name: AUTHENTICATOR_NAME,
        password: RECENT_PASSWORD,
      },
      additionalProperties: false,
    },
    answer: {
      title: 'PasskeyAnswer',
      description:
        'A passkey. As the first factor it has turned that on: then with backup codes, shown this once.',
      type: 'object',
      required: ['id', 'type', 'name', 'createdAt', 'lastUsedAt'],
      properties: {
        ...AUTHENTICATOR.properties,
        enabled: { type: 'boolean', enum: [true] },
        enabledAt: TIME,
        backupCodes: BACKUP_CODES,
        backupCodesRemaining: COUNT,
      },
    },
  },
  passkeyRequestOptions: {
    request: {
      title: 'PasskeyProofRequest',
      description: 'No field.',
      type: 'object',
      required: [],
      properties: {},
      additionalProperties: false,
    },
    answer: {
      title: 'PasskeyRequestAnswer',
      type: 'object',
      required: ['publicKey', 'expiresAt'],
      properties: { publicKey: REQUEST, expiresAt: TIME },
    },
  },
  passkeySignInOptions: {
    request: {
      title: 'PasskeySignInRequest',
      type: 'object',
      required: ['challengeToken'],
      properties: { challengeToken: CHALLENGE_TOKEN },
      additionalProperties: false,
    },
    answer: {
      title: 'PasskeySignInAnswer',
      type: 'object',
      required: ['publicKey'],
      properties: { publicKey: REQUEST },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type PasskeysRoute = keyof typeof PASSKEYS_SCHEMAS;
