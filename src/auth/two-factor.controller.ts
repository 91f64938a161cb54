import { ApiTags } from '@nestjs/swagger';
import { createTwoFactorController } from 'nestjs-two-factor';
import { twoFactorApi } from 'nestjs-two-factor/swagger';
import { ApiErrors, BODY_ERRORS, TOKEN_ERRORS, dataOf } from '../http/openapi.js';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { TokensAnswer } from './dto/answers.dto.js';
import { LimitedByUser } from './factor-change-limit.js';
import { Public } from './public.decorator.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

const documented = twoFactorApi({
  session: TokensAnswer,
  envelope: dataOf,
  errors: (codes, { isGuarded, hasBody }) =>
    ApiErrors(
      ...(isGuarded ? TOKEN_ERRORS : []),
      ...(hasBody ? ([...BODY_ERRORS, 'RATE_LIMITED'] as const) : []),
      ...codes,
    ),
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
