import { BACKUP_CODES, TIME } from './fields.js';
import type { ObjectSchema } from './json-schema.js';

/** What a setup hands out, in a session and before there is one. */
export const SETUP_ANSWER = {
  title: 'SetupAnswer',
  type: 'object',
  required: ['secret', 'qrCodeUri', 'backupCodes', 'otpauthUri', 'expiresAt'],
  properties: {
    secret: {
      type: 'string',
      minLength: 32,
      maxLength: 32,
      description: 'The shared secret, base32 without padding.',
    },
    qrCodeUri: {
      type: 'string',
      description: 'The QR code: a PNG as a `data:` URI, for an `<img src>`.',
    },
    backupCodes: {
      type: 'array',
      items: { type: 'string' },
      maxItems: BACKUP_CODES.maxItems,
      description:
        'Ten, which work once the setup is confirmed. None for one that is added: those there are stay.',
    },
    otpauthUri: { type: 'string', description: 'The Key URI in the QR code.' },
    expiresAt: { ...TIME, description: 'When the setup is void unless confirmed.' },
  },
} as const satisfies ObjectSchema;
