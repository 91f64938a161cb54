import type { PasskeysRoute } from '../http/schemas/passkeys.schemas.js';
import { CHANGE_ERRORS, type Operation } from './operation.js';

/** What a document says of the routes of the passkeys' controller. */
export const PASSKEYS_OPERATIONS: Readonly<Record<PasskeysRoute, Operation>> = {
  passkeyCreationOptions: {
    operationId: 'drawPasskeyCreation',
    summary: 'Draw what a browser creates a passkey with',
    description: 'Five minutes, one use, for this session. What was drawn before is void.',
    answer: 'For `navigator.credentials.create()`',
    errors: [
      ...CHANGE_ERRORS,
      'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
      'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
      'TWO_FACTOR_ALREADY_ENABLED',
      'TWO_FACTOR_NOT_ENABLED',
    ],
  },
  registerPasskey: {
    operationId: 'registerPasskey',
    summary: 'Add the passkey that a browser has created',
    answer:
      'The passkey. As the first factor it has turned the second factor on, and a new session takes the place of the calling one',
    errors: [
      'AUTH_TOKEN_INVALID',
      'AUTH_REAUTHENTICATION_REQUIRED',
      'TWO_FACTOR_FROZEN',
      'TWO_FACTOR_LOCKED',
      'TWO_FACTOR_PASSKEY_INVALID',
      'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
      'TWO_FACTOR_PASSKEY_KNOWN',
      'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
    ],
    opensSession: true,
  },
  passkeyRequestOptions: {
    operationId: 'drawPasskeyRequest',
    summary: 'Draw what a browser proves a passkey with, in another call of this session',
    description: 'Five minutes, one use. What was drawn before is void.',
    answer: 'For `navigator.credentials.get()`',
    errors: [
      'AUTH_TOKEN_INVALID',
      'TWO_FACTOR_PASSKEY_INVALID',
      'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
      'TWO_FACTOR_NOT_ENABLED',
    ],
  },
  passkeySignInOptions: {
    operationId: 'drawPasskeySignIn',
    summary: 'Draw what a browser answers a sign-in with',
    description: 'It lives as long as the challenge. What was drawn before is void.',
    answer: 'For `navigator.credentials.get()`',
    errors: ['TWO_FACTOR_CHALLENGE_INVALID', 'TWO_FACTOR_PASSKEY_INVALID', 'TWO_FACTOR_PASSKEY_NOT_ALLOWED'],
    isOpen: true,
  },
};
