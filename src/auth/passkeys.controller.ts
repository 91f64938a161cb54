import { ApiTags, PartialType } from '@nestjs/swagger';
import { createPasskeysController } from 'nestjs-two-factor';
import { passkeysApi } from 'nestjs-two-factor/swagger';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { TokensAnswer } from './dto/answers.dto.js';
import { LimitedByUser } from './factor-change-limit.js';
import { Public } from './public.decorator.js';
import { OF_THIS_BACKEND } from './two-factor.controller.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

class FirstSessionAnswer extends PartialType(TokensAnswer) {}

const documented = passkeysApi({
  ...OF_THIS_BACKEND,
  // Only with the first factor.
  session: FirstSessionAnswer,
  operations: {
    passkeyCreationOptions: { operationId: 'draw-2-fa-passkey-creation' },
    registerPasskey: { operationId: 'register-2-fa-passkey' },
    passkeyRequestOptions: { operationId: 'draw-2-fa-passkey-request' },
    passkeySignInOptions: { operationId: 'draw-2-fa-passkey-sign-in' },
  },
});

/** The calls of passkeys: the library's controller. Without `WEBAUTHN_RP_ID` in production they answer that there are none. */
export const PasskeysController = createPasskeysController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: {
    passkeyCreationOptions: [...documented.passkeyCreationOptions, LimitedByUser()],
    registerPasskey: [...documented.registerPasskey, LimitedByUser()],
    passkeyRequestOptions: [...documented.passkeyRequestOptions, LimitedByUser()],
    passkeySignInOptions: [...documented.passkeySignInOptions, Public(), LimitedByAddress()],
  },
});
