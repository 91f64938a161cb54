import type { RouteSchemas } from './route-schemas.js';

/** Longer than any token of a notice. */
const LONGEST_TOKEN = 1536;

/** What the route of the panic's controller takes and answers. */
export const PANIC_SCHEMAS = {
  panic: {
    request: {
      title: 'PanicRequest',
      type: 'object',
      required: ['token'],
      properties: {
        token: { type: 'string', maxLength: LONGEST_TOKEN, description: 'From the link of a notice.' },
      },
      additionalProperties: false,
    },
    answer: {
      title: 'PanicAnswer',
      type: 'object',
      required: ['received'],
      properties: {
        received: {
          type: 'boolean',
          description: 'Always true, whether the token was known or not.',
        },
      },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type PanicRoute = keyof typeof PANIC_SCHEMAS;
