import { TWO_FACTOR_ERRORS } from '../../errors/two-factor.errors.js';
import { AUTHENTICATOR_METHODS } from '../../options/factor-method.js';
import { COUNT } from './fields.js';
import type { ObjectSchema } from './json-schema.js';

/** A refusal of the library's, as Nest's own filter writes it. */
export const ERROR_ANSWER = {
  title: 'TwoFactorErrorAnswer',
  type: 'object',
  required: ['statusCode', 'error', 'code', 'message'],
  properties: {
    statusCode: { type: 'integer' },
    error: { type: 'string' },
    code: {
      type: 'string',
      enum: Object.keys(TWO_FACTOR_ERRORS),
      description: 'Contract: branch on this.',
    },
    message: { type: 'string', description: 'For people; may change.' },
    details: {
      type: 'array',
      items: {
        title: 'TwoFactorErrorDetail',
        type: 'object',
        required: [],
        properties: {
          field: { type: 'string' },
          scope: { type: 'string' },
          message: { type: 'string' },
          reason: { type: 'string', enum: ['password_missing', 'password_wrong', 'sign_in_again'] },
          maxAgeSeconds: COUNT,
          methods: { type: 'array', items: { type: 'string', enum: ['password', ...AUTHENTICATOR_METHODS] } },
        },
      },
      description:
        'With VALIDATION_FAILED: field and message of what is wrong. With AUTH_REAUTHENTICATION_REQUIRED: reason, and ' +
        'the methods by which the call can be made again. With TWO_FACTOR_STEP_UP_REQUIRED: the methods by which the ' +
        'session can be raised, and how old such a proof may be. With TWO_FACTOR_ENROLMENT_REQUIRED and ' +
        'TWO_FACTOR_REQUIRED_BY_POLICY: scope and field of the policies that want it.',
    },
  },
} as const satisfies ObjectSchema;
