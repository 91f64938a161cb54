import { ApiTags } from '@nestjs/swagger';
import { createPanicController } from 'nestjs-two-factor';
import { panicApi } from 'nestjs-two-factor/swagger';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { Public } from './public.decorator.js';
import { OF_THIS_BACKEND } from './two-factor.controller.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

const documented = panicApi({ ...OF_THIS_BACKEND, operations: { panic: { operationId: 'panic-2-fa' } } });

/** Stops everything, for whoever has the token of a notice. */
export const PanicController = createPanicController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: { panic: [...documented.panic, Public(), LimitedByAddress()] },
});
