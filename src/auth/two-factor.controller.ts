import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createTwoFactorController } from 'nestjs-two-factor';
import { ApiData, ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../http/openapi.js';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import {
  BackupCodesAnswer,
  DisableAnswer,
  EnableAnswer,
  SecurityEventAnswer,
  SetupAnswer,
  StatusAnswer,
  VerifyAnswer,
} from './dto/answers.dto.js';
import { LimitedByUser } from './factor-change-limit.js';
import { OneTimeCodeRequest, SetupRequest, VerifyRequest } from './dto/requests.dto.js';
import { Public } from './public.decorator.js';
import { BackendTwoFactorHost, type SignedInRequest } from './two-factor.host.js';

const CODE_ERRORS = ['TWO_FACTOR_CODE_INVALID', 'TWO_FACTOR_SECRET_UNREADABLE', 'TWO_FACTOR_LOCKED'] as const;
const CHANGE_ERRORS = [
  ...TOKEN_ERRORS,
  ...BODY_ERRORS,
  'RATE_LIMITED',
  ...CODE_ERRORS,
  'AUTH_REAUTHENTICATION_REQUIRED',
] as const;

/**
 * The calls of the second factor: the library's controller, which delegates to its TwoFactorService, with
 * this backend's documentation. JwtAuthGuard guards it, as it guards every route without `@Public()`.
 */
export const TwoFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: BackendTwoFactorHost,
  decorators: {
    status: [
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({ operationId: 'get-2-fa-status', summary: 'The state of the second factor' }),
      ApiData([StatusAnswer]),
      ApiErrors(...TOKEN_ERRORS),
    ],
    setup: [
      LimitedByUser(),
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({
        operationId: 'enable-2-fa-get-qr-code',
        summary: 'Enable 2FA (get QR code)',
        description: 'Generates TOTP secret and backup codes. Returns once; store securely.',
      }),
      ApiBody({ type: SetupRequest, required: false }),
      ApiData([SetupAnswer], { description: 'data: { secret, qrCodeUri, backupCodes }' }),
      ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_ALREADY_ENABLED', 'TWO_FACTOR_NOT_ENABLED'),
    ],
    enable: [
      LimitedByUser(),
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({
        operationId: 'confirm-2-fa',
        summary: 'Confirm a setup with a code of the new authenticator',
      }),
      ApiBody({ type: OneTimeCodeRequest }),
      ApiData([EnableAnswer], {
        description: 'The second factor is on; a new session takes the place of the calling one',
      }),
      ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_SETUP_NOT_PENDING', 'TWO_FACTOR_SESSION_FAILED'),
    ],
    verify: [
      Public(),
      LimitedByAddress(),
      ApiTags('subpackage_auth'),
      ApiOperation({
        operationId: 'verify-2-fa',
        summary: 'Complete a sign-in with a one-time code or a backup code',
      }),
      ApiBody({ type: VerifyRequest }),
      ApiData([VerifyAnswer], { description: 'The session' }),
      ApiErrors(
        ...BODY_ERRORS,
        'RATE_LIMITED',
        ...CODE_ERRORS,
        'TWO_FACTOR_CHALLENGE_INVALID',
        'TWO_FACTOR_SESSION_FAILED',
      ),
    ],
    regenerateBackupCodes: [
      LimitedByUser(),
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({ operationId: 'regenerate-2-fa-backup-codes', summary: 'Draw ten new backup codes' }),
      ApiBody({ type: OneTimeCodeRequest }),
      ApiData([BackupCodesAnswer], { description: 'Ten new codes; the old ones are dead' }),
      ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED'),
    ],
    disable: [
      LimitedByUser(),
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({ operationId: 'disable-2-fa', summary: 'Turn the second factor off' }),
      ApiBody({ type: OneTimeCodeRequest }),
      ApiData([DisableAnswer], { description: 'The second factor is off; all other sessions have ended' }),
      ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED'),
    ],
    events: [
      ApiTags('subpackage_auth'),
      ApiBearerAuth(),
      ApiOperation({
        operationId: 'list-2-fa-events',
        summary: 'The last fifty security events of the account',
      }),
      ApiData([SecurityEventAnswer], {
        isArray: true,
        description: 'Newest first. Setups without a proof, one after another, are shown as the last of them',
      }),
      ApiErrors(...TOKEN_ERRORS),
    ],
  },
});
