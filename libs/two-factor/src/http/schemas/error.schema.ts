import { TWO_FACTOR_ERRORS } from '../../errors/two-factor.errors.js';
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
        title: 'FieldFault',
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
      description: 'With VALIDATION_FAILED: which fields, and why.',
    },
  },
} as const satisfies ObjectSchema;
