import { AUTHENTICATOR_METHODS } from '../../options/factor-method.js';
import {
  AUTHENTICATOR,
  AUTHENTICATOR_NAME,
  BACKUP_CODES,
  CHALLENGE_TOKEN,
  COUNT,
  ONE_TIME_CODE,
  TIME,
} from './fields.js';
import type { NullableSchema, ObjectSchema } from './json-schema.js';
import { PASSKEYS_SCHEMAS, REGISTRATION } from './passkeys.schemas.js';
import type { RouteSchemas } from './route-schemas.js';
import { SETUP_ANSWER } from './setup.schema.js';

const METHODS = {
  type: 'array',
  items: { type: 'string', enum: AUTHENTICATOR_METHODS },
  description: 'Any one of these is enough.',
} as const;

/** What a policy wants of the account, and it has not. */
export const ENROLMENT = {
  anyOf: [
    {
      title: 'DueEnrolment',
      description: 'What a policy wants of the account and it has not; null when nothing is missing.',
      type: 'object',
      required: ['dueAt', 'methods'],
      properties: {
        dueAt: { ...TIME, description: 'From then on a sign-in opens no session without it.' },
        methods: METHODS,
      },
    },
    { type: 'null' },
  ],
} as const satisfies NullableSchema;

/** What a sign-in answers in place of a session, once the enrolment is due. */
export const ENROLMENT_REQUIRED = {
  title: 'EnrolmentRequiredAnswer',
  description: 'No session: a policy wants a factor that is missing, or another one than there is.',
  type: 'object',
  required: ['status', 'enrolmentToken', 'expiresIn', 'methods'],
  properties: {
    status: { type: 'string', enum: ['two_factor_enrolment_required'] },
    enrolmentToken: { type: 'string', description: 'For the calls of the enrolment, and for nothing else.' },
    expiresIn: { ...COUNT, description: 'Seconds the token lives.' },
    methods: METHODS,
  },
} as const satisfies ObjectSchema;

const ENROLMENT_TOKEN = {
  ...CHALLENGE_TOKEN,
  description: 'What the sign-in answered with.',
} as const;

/** What each route of the enrolment's controller takes and answers. All of them come before there is a session. */
export const ENROLMENT_SCHEMAS = {
  enrolSetup: {
    request: {
      title: 'EnrolmentSetupRequest',
      type: 'object',
      required: ['enrolmentToken'],
      properties: { enrolmentToken: ENROLMENT_TOKEN, name: AUTHENTICATOR_NAME },
      additionalProperties: false,
    },
    answer: SETUP_ANSWER,
  },
  enrolEnable: {
    request: {
      title: 'EnrolmentConfirmationRequest',
      type: 'object',
      required: ['enrolmentToken', 'code'],
      properties: { enrolmentToken: ENROLMENT_TOKEN, code: ONE_TIME_CODE },
      additionalProperties: false,
    },
    answer: {
      title: 'EnrolledAnswer',
      type: 'object',
      required: ['status', 'enabled', 'enabledAt', 'backupCodesRemaining'],
      properties: {
        status: { type: 'string', enum: ['authenticated'] },
        enabled: { type: 'boolean', enum: [true] },
        enabledAt: TIME,
        backupCodesRemaining: COUNT,
      },
    },
  },
  enrolPasskeyOptions: {
    request: {
      title: 'EnrolmentPasskeyCreationRequest',
      type: 'object',
      required: ['enrolmentToken'],
      properties: { enrolmentToken: ENROLMENT_TOKEN },
      additionalProperties: false,
    },
    answer: PASSKEYS_SCHEMAS.passkeyCreationOptions.answer,
  },
  enrolPasskey: {
    request: {
      title: 'EnrolmentPasskeyRequest',
      type: 'object',
      required: ['enrolmentToken', 'response'],
      properties: { enrolmentToken: ENROLMENT_TOKEN, response: REGISTRATION, name: AUTHENTICATOR_NAME },
      additionalProperties: false,
    },
    answer: {
      title: 'EnrolledPasskeyAnswer',
      description: 'A passkey, and the session. As the first factor with backup codes, shown this once.',
      type: 'object',
      required: ['status', ...AUTHENTICATOR.required],
      properties: {
        status: { type: 'string', enum: ['authenticated'] },
        ...AUTHENTICATOR.properties,
        enabled: { type: 'boolean', enum: [true] },
        enabledAt: TIME,
        backupCodes: BACKUP_CODES,
        backupCodesRemaining: COUNT,
      },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type EnrolmentRoute = keyof typeof ENROLMENT_SCHEMAS;
