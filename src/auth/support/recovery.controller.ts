import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiData, ApiErrors, BODY_ERRORS } from '../../http/openapi.js';
import { LimitedByAddress } from '../../http/rate-limit/rate-limit.guard.js';
import { AuthService } from '../auth.service.js';
import { CallingOrigin } from '../calling-origin.decorator.js';
import { LoginEnrolmentAnswer } from '../dto/answers.dto.js';
import { Public } from '../public.decorator.js';
import type { SignInOrigin } from '../sessions/sign-in-origin.js';
import { RecoveryRequest } from './recovery-request.dto.js';

/** For somebody who has lost all factors, and has a code of support. */
@ApiTags('auth')
@Controller('auth/2fa/recovery')
export class RecoveryController {
  constructor(private readonly auth: AuthService) {}

  @Post()
  @Public()
  @LimitedByAddress()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'recover-2-fa',
    summary: 'Enrol anew with a code of support',
    description:
      'It opens the calls of the enrolment, and nothing else. The old factors die when the new one is confirmed.',
  })
  @ApiData([LoginEnrolmentAnswer])
  @ApiErrors(
    ...BODY_ERRORS,
    'RATE_LIMITED',
    'AUTH_CREDENTIALS_INVALID',
    'TWO_FACTOR_RESET_CODE_INVALID',
    'TWO_FACTOR_FROZEN',
    'TWO_FACTOR_LOCKED',
  )
  async recover(
    @Body() { email, password, resetCode }: RecoveryRequest,
    @CallingOrigin() origin: SignInOrigin,
  ): Promise<LoginEnrolmentAnswer> {
    const opened = await this.auth.recover({ email, password, resetCode, origin });
    const { enrolmentToken, expiresInSeconds: expiresIn, methods } = opened;
    return { status: 'two_factor_enrolment_required', enrolmentToken, expiresIn, methods };
  }
}
