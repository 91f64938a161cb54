import { AUTHENTICATOR, AUTHENTICATORS, AUTHENTICATOR_NAME, FACTOR_CHANGE } from './fields.js';
import type { RouteSchemas } from './route-schemas.js';

/** What each route of the authenticators' controller takes and answers. */
export const AUTHENTICATORS_SCHEMAS = {
  renameAuthenticator: {
    request: {
      title: 'RenameAuthenticatorRequest',
      type: 'object',
      required: ['name'],
      properties: { name: AUTHENTICATOR_NAME },
      additionalProperties: false,
    },
    answer: AUTHENTICATOR,
  },
  removeAuthenticator: {
    request: FACTOR_CHANGE,
    answer: {
      title: 'AuthenticatorsAnswer',
      type: 'object',
      required: ['authenticators'],
      properties: { authenticators: { ...AUTHENTICATORS, description: 'The rest, oldest first.' } },
    },
  },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type AuthenticatorRoute = keyof typeof AUTHENTICATORS_SCHEMAS;
