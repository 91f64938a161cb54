import { METHOD, TIME } from './fields.js';
import type { ObjectSchema, Schema } from './json-schema.js';
import type { RouteSchemas } from './route-schemas.js';

/** What an answer that opens a session says of the device, when it is trusted. */
export const DEVICE_TRUST = {
  title: 'DeviceTrustAnswer',
  description: 'The device is trusted: until then a password is enough on it.',
  type: 'object',
  required: ['expiresAt'],
  properties: {
    expiresAt: TIME,
    token: {
      type: 'string',
      description:
        'For applications that send `Two-Factor-Trust`, in place of the one they have. Browsers get a cookie.',
    },
  },
} as const satisfies ObjectSchema;

/** The devices that are trusted after the call. */
const DEVICES = {
  type: 'array',
  items: {
    title: 'TrustedDeviceAnswer',
    type: 'object',
    required: ['id', 'current', 'method', 'createdAt', 'lastUsedAt', 'expiresAt', 'ip', 'userAgent'],
    properties: {
      id: { type: 'string' },
      current: { type: 'boolean', description: 'Whether it is the device that asks.' },
      method: METHOD,
      createdAt: TIME,
      lastUsedAt: TIME,
      expiresAt: { ...TIME, description: 'No use of it moves this.' },
      ip: { type: ['string', 'null'], description: 'Of the last sign-in.' },
      userAgent: { type: ['string', 'null'] },
    },
  },
} as const satisfies Schema;

/** What each route of the trusted devices' controller takes and answers. */
export const TRUSTED_DEVICES_SCHEMAS = {
  listTrustedDevices: { answer: DEVICES },
  removeTrustedDevice: { answer: DEVICES },
  removeAllTrustedDevices: { answer: DEVICES },
} as const satisfies Record<string, RouteSchemas>;

/** The routes of the controller, by the name of their method. */
export type TrustedDevicesRoute = keyof typeof TRUSTED_DEVICES_SCHEMAS;
