import { ApiTags } from '@nestjs/swagger';
import { createAuthenticatorsController, createTwoFactorController } from 'nestjs-two-factor';
import { type ApiOptions, authenticatorsApi, twoFactorApi } from 'nestjs-two-factor/swagger';
import { ApiErrors, BODY_ERRORS, TOKEN_ERRORS, dataOf } from '../http/openapi.js';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { TokensAnswer } from './dto/answers.dto.js';
import { LimitedByUser } from './factor-change-limit.js';
import { Public } from './public.decorator.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

/** How this backend answers, for the documentation of the library's controllers. */
export const OF_THIS_BACKEND: Pick<ApiOptions<string>, 'session' | 'envelope' | 'errors'> = {
  session: TokensAnswer,
  envelope: dataOf,
  errors: (codes, { isGuarded, hasBody }) =>
    ApiErrors(
      ...(isGuarded ? TOKEN_ERRORS : []),
      ...(hasBody ? ([...BODY_ERRORS, 'RATE_LIMITED'] as const) : []),
      ...codes,
    ),
};

const documented = twoFactorApi({
  ...OF_THIS_BACKEND,
  operations: {
    status: { operationId: 'get-2-fa-status' },
    // As the specification has it.
    setup: {
      operationId: 'enable-2-fa-get-qr-code',
      summary: 'Enable 2FA (get QR code)',
      description: 'Generates TOTP secret and backup codes. Returns once; store securely.',
      answer: 'data: { secret, qrCodeUri, backupCodes }',
    },
    enable: { operationId: 'confirm-2-fa' },
    verify: { operationId: 'verify-2-fa' },
    regenerateBackupCodes: { operationId: 'regenerate-2-fa-backup-codes' },
    disable: { operationId: 'disable-2-fa' },
    events: { operationId: 'list-2-fa-events' },
  },
});

/**
 * The calls of the second factor: the library's controller, which delegates to its TwoFactorService, with
 * the library's documentation. JwtAuthGuard guards it, as it guards every route without `@Public()`.
 */
export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: {
    ...documented,
    setup: [...documented.setup, LimitedByUser()],
    enable: [...documented.enable, LimitedByUser()],
    verify: [...documented.verify, Public(), LimitedByAddress()],
    regenerateBackupCodes: [...documented.regenerateBackupCodes, LimitedByUser()],
    disable: [...documented.disable, LimitedByUser()],
  },
});

const documentedAuthenticators = authenticatorsApi({
  ...OF_THIS_BACKEND,
  operations: {
    renameAuthenticator: { operationId: 'rename-2-fa-authenticator' },
    removeAuthenticator: { operationId: 'remove-2-fa-authenticator' },
  },
});

/** Names of authenticators, and the removal of one of several. */
export const AuthenticatorsController = createAuthenticatorsController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  classDecorators: [ApiTags('subpackage_auth')],
  decorators: {
    renameAuthenticator: [...documentedAuthenticators.renameAuthenticator, LimitedByUser()],
    removeAuthenticator: [...documentedAuthenticators.removeAuthenticator, LimitedByUser()],
  },
});
