import type { TwoFactorRoute } from '../http/schemas/two-factor.schemas.js';
import { CHANGE_ERRORS, type Operation, PROOF_ERRORS } from './operation.js';

/** What a document says of the routes of the second factor's controller. */
export const TWO_FACTOR_OPERATIONS: Readonly<Record<TwoFactorRoute, Operation>> = {
  status: {
    operationId: 'getTwoFactorStatus',
    summary: 'The state of the second factor',
    answer: 'OK',
    errors: [],
  },
  setup: {
    operationId: 'setUpTwoFactor',
    summary: 'Draw a secret with its QR code, and backup codes',
    description:
      'They are shown this once, and change nothing until a code of the authenticator confirms them.',
    answer: 'The secret, its QR code and the backup codes',
    errors: [
      ...CHANGE_ERRORS,
      'TWO_FACTOR_ALREADY_ENABLED',
      'TWO_FACTOR_NOT_ENABLED',
      'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
      'TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS',
      'TWO_FACTOR_AUTHENTICATOR_UNKNOWN',
    ],
  },
  enable: {
    operationId: 'enableTwoFactor',
    summary: 'Confirm a setup with a code of the new authenticator',
    answer: 'The second factor is on; a new session takes the place of the calling one',
    errors: [...CHANGE_ERRORS, 'TWO_FACTOR_SETUP_NOT_PENDING', 'TWO_FACTOR_SESSION_FAILED'],
    opensSession: true,
  },
  verify: {
    operationId: 'verifyTwoFactor',
    summary: 'Complete a sign-in with a one-time code, a passkey or a backup code',
    answer: 'The session; or what to enrol with, when a policy wants another factor by now',
    errors: [...PROOF_ERRORS, 'TWO_FACTOR_CHALLENGE_INVALID', 'TWO_FACTOR_SESSION_FAILED'],
    isOpen: true,
    opensSession: true,
  },
  regenerateBackupCodes: {
    operationId: 'regenerateBackupCodes',
    summary: 'Draw ten new backup codes',
    answer: 'Ten new codes; the old ones are dead',
    errors: [...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED'],
  },
  disable: {
    operationId: 'disableTwoFactor',
    summary: 'Turn the second factor off',
    answer: 'The second factor is off; all other sessions have ended',
    errors: [...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED', 'TWO_FACTOR_REQUIRED_BY_POLICY'],
  },
  events: {
    operationId: 'listTwoFactorEvents',
    summary: 'The last fifty security events of the account',
    answer:
      'Newest first. Setups without a proof and new names, one after another, are shown as the last of them',
    errors: [],
  },
};
