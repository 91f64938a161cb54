import { SECURITY_EVENT_TYPES } from '../../events/security-event.js';
import { ATTEMPT_METHODS, AUTHENTICATOR_METHODS } from '../../options/factor-method.js';
import {
  AUTHENTICATORS,
  AUTHENTICATOR_NAME,
  BACKUP_CODES,
  CHALLENGE_TOKEN,
  CONFIRMATION,
  COUNT,
  FACTOR_CHANGE,
  LOCKS,
  METHOD,
  PROOF,
  RECENT_PASSWORD,
  REPLACES,
  TIME,
  TIME_OR_NULL,
} from './fields.js';
import { ENROLMENT, ENROLMENT_REQUIRED } from './enrolment.schemas.js';
import type { RouteSchemas } from './route-schemas.js';
import { SETUP_ANSWER } from './setup.schema.js';
import { DEVICE_TRUST } from './trusted-devices.schemas.js';

/** What each route of the second factor's controller takes and answers. All that is said of it elsewhere comes from here. */
export const TWO_FACTOR_SCHEMAS = {
  status: {
    answer: {
      title: 'StatusAnswer',
      type: 'object',
      required: [
        'enabled',
        'pending',
        'enabledAt',
        'methods',
        'available',
        'authenticators',
        'backupCodes',
        'trustedDeviceDays',
        'enrolment',
      ],
      properties: {
        enabled: { type: 'boolean' },
        pending: { type: 'boolean', description: 'Whether a setup waits to be confirmed.' },
        enabledAt: TIME_OR_NULL,
        methods: { type: 'array', items: METHOD },
        available: {
          type: 'array',
          items: { type: 'string', enum: AUTHENTICATOR_METHODS },
          description:
            'What authenticators can be added here. Without `passkey` there are none on this server.',
        },
        recoveryUntil: {
          ...TIME_OR_NULL,
          description:
            'Until when this session may replace an authenticator by a setup without a proof, for it was signed in by a backup code.',
        },
        authenticators: { ...AUTHENTICATORS, description: 'Oldest first.' },
        backupCodes: {
          title: 'BackupCodesStatus',
          type: 'object',
          required: ['total', 'remaining', 'generatedAt'],
          properties: { total: COUNT, remaining: COUNT, generatedAt: TIME_OR_NULL },
        },
        locks: LOCKS,
        trustedDeviceDays: {
          ...COUNT,
          description: 'For so many days a device can be trusted; 0 when none can.',
        },
        enrolment: ENROLMENT,
      },
    },
  },
  setup: {
    request: {
      title: 'SetupRequest',
      description:
        'With no proof for a first set-up; with one to replace an authenticator, or to add one beside those that there are.',
      type: 'object',
      required: [],
      properties: {
        ...PROOF,
        password: RECENT_PASSWORD,
        add: {
          type: 'boolean',
          description: 'One more beside those that there are. Otherwise it replaces one.',
        },
        replaces: REPLACES,
        name: AUTHENTICATOR_NAME,
      },
      additionalProperties: false,
    },
    answer: SETUP_ANSWER,
  },
  enable: {
    request: CONFIRMATION,
    answer: {
      title: 'EnableAnswer',
      type: 'object',
      required: ['enabled', 'enabledAt', 'backupCodesRemaining'],
      properties: {
        enabled: { type: 'boolean', enum: [true] },
        enabledAt: TIME,
        backupCodesRemaining: COUNT,
      },
    },
  },
  verify: {
    request: {
      title: 'VerifyRequest',
      description: 'The answer to a challenge: exactly one of the codes.',
      type: 'object',
      required: ['challengeToken'],
      properties: {
        challengeToken: CHALLENGE_TOKEN,
        ...PROOF,
        trustDevice: {
          type: 'boolean',
          description:
            'Trust this device for some days. A backup code makes none, nor a service that has it off.',
        },
      },
      additionalProperties: false,
    },
    answer: {
      title: 'VerifyAnswer',
      type: 'object',
      required: ['status', 'method', 'enrolment'],
      properties: {
        status: { type: 'string', enum: ['authenticated'] },
        method: METHOD,
        backupCodes: {
          ...BACKUP_CODES,
          description:
            'Ten backup codes, shown this once: with a one-time code of a user who has none, such as an imported one.',
        },
        trustedDevice: DEVICE_TRUST,
        enrolment: ENROLMENT,
      },
    },
    instead: ENROLMENT_REQUIRED,
  },
  regenerateBackupCodes: {
    request: FACTOR_CHANGE,
    answer: {
      title: 'BackupCodesAnswer',
      type: 'object',
      required: ['backupCodes'],
      properties: { backupCodes: BACKUP_CODES },
    },
  },
  disable: {
    request: FACTOR_CHANGE,
    answer: {
      title: 'DisableAnswer',
      type: 'object',
      required: ['enabled'],
      properties: { enabled: { type: 'boolean', enum: [false] } },
    },
  },
  events: {
    answer: {
      type: 'array',
      items: {
        title: 'SecurityEventAnswer',
        type: 'object',
        required: ['at', 'type', 'method', 'outcome', 'ip', 'userAgent'],
        properties: {
          at: TIME,
          type: { type: 'string', enum: SECURITY_EVENT_TYPES },
          method: { type: ['string', 'null'], enum: [...ATTEMPT_METHODS, null] },
          outcome: { type: 'string', enum: ['success', 'failure'] },
          ip: { type: ['string', 'null'] },
          userAgent: { type: ['string', 'null'] },
        },
      },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type TwoFactorRoute = keyof typeof TWO_FACTOR_SCHEMAS;
