import { ApiTags } from '@nestjs/swagger';
import { createStepUpController } from 'nestjs-two-factor';
import { stepUpApi } from 'nestjs-two-factor/swagger';
import { LimitedByUser } from './factor-change-limit.js';
import { OF_THIS_BACKEND } from './two-factor.controller.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

const documented = stepUpApi({ ...OF_THIS_BACKEND, operations: { stepUp: { operationId: 'step-up-2-fa' } } });

/** The second factor once more, in a session: the library's controller, behind JwtAuthGuard. */
export const StepUpController = createStepUpController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: { stepUp: [...documented.stepUp, LimitedByUser()] },
});
