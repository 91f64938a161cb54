import { ApiTags } from '@nestjs/swagger';
import { createEnrolmentController } from 'nestjs-two-factor';
import { enrolmentApi } from 'nestjs-two-factor/swagger';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { TokensAnswer } from './dto/answers.dto.js';
import { Public } from './public.decorator.js';
import { OF_THIS_BACKEND } from './two-factor.controller.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

const documented = enrolmentApi({
  ...OF_THIS_BACKEND,
  session: TokensAnswer,
  operations: {
    enrolSetup: { operationId: 'enrol-2-fa-get-qr-code' },
    enrolEnable: { operationId: 'enrol-2-fa-confirm' },
    enrolPasskeyOptions: { operationId: 'enrol-2-fa-draw-passkey-creation' },
    enrolPasskey: { operationId: 'enrol-2-fa-register-passkey' },
  },
});

/** For a sign-in that gets no session before it has enrolled: the token of its answer opens these calls, and these only. */
export const EnrolmentController = createEnrolmentController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: {
    enrolSetup: [...documented.enrolSetup, Public(), LimitedByAddress()],
    enrolEnable: [...documented.enrolEnable, Public(), LimitedByAddress()],
    enrolPasskeyOptions: [...documented.enrolPasskeyOptions, Public(), LimitedByAddress()],
    enrolPasskey: [...documented.enrolPasskey, Public(), LimitedByAddress()],
  },
});
