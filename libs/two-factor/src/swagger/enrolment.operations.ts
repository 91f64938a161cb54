import type { EnrolmentRoute } from '../http/schemas/enrolment.schemas.js';
import type { Operation } from './operation.js';

const ERRORS = [
  'TWO_FACTOR_CHALLENGE_INVALID',
  'TWO_FACTOR_REQUIRED_BY_POLICY',
  'TWO_FACTOR_ALREADY_ENABLED',
  'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
  'TWO_FACTOR_FROZEN',
] as const;

/** What a document says of the routes of the enrolment's controller. */
export const ENROLMENT_OPERATIONS: Readonly<Record<EnrolmentRoute, Operation>> = {
  enrolSetup: {
    operationId: 'enrolSetUp',
    summary: 'Draw the secret of a factor without which there is no session',
    answer: 'The secret, its QR code and the backup codes; no codes beside a factor that is on',
    errors: [...ERRORS],
    isOpen: true,
  },
  enrolEnable: {
    operationId: 'enrolEnable',
    summary: 'Confirm it with a code of the new authenticator',
    answer: 'The second factor is on, and the session',
    errors: [
      ...ERRORS,
      'TWO_FACTOR_SETUP_NOT_PENDING',
      'TWO_FACTOR_CODE_INVALID',
      'TWO_FACTOR_SECRET_UNREADABLE',
      'TWO_FACTOR_LOCKED',
      'TWO_FACTOR_SESSION_FAILED',
    ],
    isOpen: true,
    opensSession: true,
  },
  enrolPasskeyOptions: {
    operationId: 'enrolPasskeyOptions',
    summary: 'Draw what a browser creates a passkey with, without which there is no session',
    answer: 'For this token, for five minutes',
    errors: [...ERRORS],
    isOpen: true,
  },
  enrolPasskey: {
    operationId: 'enrolPasskey',
    summary: 'Register that passkey',
    answer: 'The passkey, and the session',
    errors: [
      ...ERRORS,
      'TWO_FACTOR_PASSKEY_INVALID',
      'TWO_FACTOR_PASSKEY_KNOWN',
      'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
      'TWO_FACTOR_SESSION_FAILED',
    ],
    isOpen: true,
    opensSession: true,
  },
};
