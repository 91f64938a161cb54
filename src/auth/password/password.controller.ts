import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../../http/openapi.js';
import { LimitedByUser } from '../factor-change-limit.js';
import type { SignedInRequest } from '../two-factor.host.js';
import { PasswordChangeRequest } from './password-change-request.dto.js';
import { PasswordChangeService } from './password-change.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth/password')
export class PasswordController {
  constructor(private readonly passwordChange: PasswordChangeService) {}

  @Post()
  @LimitedByUser()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'change-password',
    summary: 'Change the password',
    description: 'With a code of an authenticator, a passkey, or a backup code, while a second factor is on.',
  })
  @ApiNoContentResponse({ description: 'The password is the new one; all other sessions have ended' })
  @ApiErrors(
    ...TOKEN_ERRORS,
    ...BODY_ERRORS,
    'RATE_LIMITED',
    'AUTH_REAUTHENTICATION_REQUIRED',
    'TWO_FACTOR_NOT_ENABLED',
    'TWO_FACTOR_CODE_INVALID',
    'TWO_FACTOR_PASSKEY_INVALID',
    'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
    'TWO_FACTOR_SECRET_UNREADABLE',
    'TWO_FACTOR_LOCKED',
  )
  change(
    @Req() { user: session, id: requestId, ip, headers }: SignedInRequest,
    @Body() { currentPassword, newPassword, code, backupCode, passkey }: PasswordChangeRequest,
  ): Promise<void> {
    return this.passwordChange.run({
      session,
      currentPassword,
      newPassword,
      proof: { code, backupCode, passkey },
      context: { requestId, ip, userAgent: headers['user-agent'] },
    });
  }
}
