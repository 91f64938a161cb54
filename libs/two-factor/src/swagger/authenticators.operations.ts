import type { AuthenticatorRoute } from '../http/schemas/authenticators.schemas.js';
import { CHANGE_ERRORS, type Operation } from './operation.js';

/** What a document says of the routes of the authenticators' controller. */
export const AUTHENTICATORS_OPERATIONS: Readonly<Record<AuthenticatorRoute, Operation>> = {
  renameAuthenticator: {
    operationId: 'renameAuthenticator',
    summary: 'Give an authenticator another name',
    answer: 'The authenticator',
    errors: ['AUTH_TOKEN_INVALID', 'TWO_FACTOR_AUTHENTICATOR_UNKNOWN'],
  },
  removeAuthenticator: {
    operationId: 'removeAuthenticator',
    summary: 'Remove one authenticator of several',
    answer: 'The rest; all other sessions have ended',
    errors: [
      ...CHANGE_ERRORS,
      'TWO_FACTOR_NOT_ENABLED',
      'TWO_FACTOR_AUTHENTICATOR_UNKNOWN',
      'TWO_FACTOR_LAST_AUTHENTICATOR',
      'TWO_FACTOR_REQUIRED_BY_POLICY',
    ],
  },
};
