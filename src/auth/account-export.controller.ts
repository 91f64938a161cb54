import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TwoFactorPersonalData } from 'nestjs-two-factor';
import { ApiData, ApiErrors, TOKEN_ERRORS } from '../http/openapi.js';
import { CurrentSession } from './current-session.decorator.js';
import { AccountExportAnswer } from './dto/account-export.dto.js';
import { RequireTwoFactor } from './require-two-factor.js';
import type { LiveSession } from './sessions/sessions.repository.js';

/** All that there is about somebody, in one answer: what a stolen session would take first. */
@ApiTags('account')
@Controller('account')
export class AccountExportController {
  constructor(private readonly personalData: TwoFactorPersonalData) {}

  @Get('export')
  @RequireTwoFactor({ maxAge: '5m' })
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'export-account',
    summary: 'What is known of the account',
    description: 'Only for a session that has proved the second factor within the last five minutes.',
  })
  @ApiData([AccountExportAnswer])
  @ApiErrors(
    ...TOKEN_ERRORS,
    'TWO_FACTOR_ENROLMENT_REQUIRED',
    'TWO_FACTOR_REQUIRED',
    'TWO_FACTOR_STEP_UP_REQUIRED',
  )
  async export(
    @CurrentSession() { userId, email, authenticatedAt }: LiveSession,
  ): Promise<AccountExportAnswer> {
    const { status, trustedDevices, events } = await this.personalData.exportOf(userId);
    return {
      user: { id: userId, email },
      signedInAt: authenticatedAt,
      authenticators: status.authenticators,
      trustedDevices: trustedDevices.map(({ createdAt, lastUsedAt, expiresAt, ip, userAgent }) => ({
        createdAt,
        lastUsedAt,
        expiresAt,
        ip,
        userAgent,
      })),
      securityEvents: events.map(({ at, type, method, outcome, ip = null, userAgent = null }) => ({
        at,
        type,
        method,
        outcome,
        ip,
        userAgent,
      })),
    };
  }
}
