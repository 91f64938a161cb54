import {
  TRUSTED_DEVICES_SCHEMAS,
  type TrustedDevicesRoute,
} from '../http/schemas/trusted-devices.schemas.js';
import { type ApiOptions, documentedBy } from './operation.js';
import { TRUSTED_DEVICES_OPERATIONS } from './trusted-devices.operations.js';

/** Documents the routes of `createTrustedDevicesController` for `@nestjs/swagger`: its `decorators`, ready made. */
export function trustedDevicesApi({
  operations = {},
  ...options
}: ApiOptions<TrustedDevicesRoute> = {}): Record<TrustedDevicesRoute, readonly MethodDecorator[]> {
  const documented = (route: TrustedDevicesRoute): readonly MethodDecorator[] => [
    documentedBy(TRUSTED_DEVICES_SCHEMAS[route], TRUSTED_DEVICES_OPERATIONS[route], {
      ...options,
      texts: operations[route],
    }),
  ];
  return {
    listTrustedDevices: documented('listTrustedDevices'),
    removeTrustedDevice: documented('removeTrustedDevice'),
    removeAllTrustedDevices: documented('removeAllTrustedDevices'),
  };
}
