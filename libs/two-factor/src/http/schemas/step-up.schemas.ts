import { AUTHENTICATOR_ID, METHOD, ONE_TIME_CODE, PASSKEY, TIME } from './fields.js';
import type { RouteSchemas } from './route-schemas.js';

/** What the route of the step-up's controller takes and answers. */
export const STEP_UP_SCHEMAS = {
  stepUp: {
    request: {
      title: 'StepUpRequest',
      description: 'A proof by an authenticator; a backup code is none.',
      type: 'object',
      required: [],
      properties: { code: ONE_TIME_CODE, passkey: PASSKEY, authenticatorId: AUTHENTICATOR_ID },
      additionalProperties: false,
    },
    answer: {
      title: 'StepUpAnswer',
      type: 'object',
      required: ['method', 'at'],
      properties: {
        method: METHOD,
        at: { ...TIME, description: 'The age of the proof counts from here.' },
      },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type StepUpRoute = keyof typeof STEP_UP_SCHEMAS;
