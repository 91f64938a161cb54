import type { TrustedDevicesRoute } from '../http/schemas/trusted-devices.schemas.js';
import type { Operation } from './operation.js';

/** What a document says of the routes of the trusted devices' controller. */
export const TRUSTED_DEVICES_OPERATIONS: Readonly<Record<TrustedDevicesRoute, Operation>> = {
  listTrustedDevices: {
    operationId: 'listTrustedDevices',
    summary: 'The devices on which a password is enough',
    answer: 'The latest used first',
    errors: [],
  },
  removeTrustedDevice: {
    operationId: 'removeTrustedDevice',
    summary: 'Trust one device no longer',
    answer: 'The rest. A device that is not there has ended',
    errors: ['VALIDATION_FAILED'],
  },
  removeAllTrustedDevices: {
    operationId: 'removeAllTrustedDevices',
    summary: 'Trust no device any longer',
    answer: 'None is left',
    errors: [],
  },
};
