import { ApiTags } from '@nestjs/swagger';
import { createTrustedDevicesController } from 'nestjs-two-factor';
import { trustedDevicesApi } from 'nestjs-two-factor/swagger';
import { OF_THIS_BACKEND } from './two-factor.controller.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

/** The devices that are not asked for a factor: whoever is signed in sees and ends its own. */
export const TrustedDevicesController = createTrustedDevicesController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: trustedDevicesApi({
    ...OF_THIS_BACKEND,
    operations: {
      listTrustedDevices: { operationId: 'list-trusted-devices' },
      removeTrustedDevice: { operationId: 'remove-trusted-device' },
      removeAllTrustedDevices: { operationId: 'remove-all-trusted-devices' },
    },
  }),
});
