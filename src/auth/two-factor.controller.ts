import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type RequestContext, type SignIn, TwoFactorService } from 'nestjs-two-factor';
import { ApiData, ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../http/openapi.js';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { Context } from '../http/request-context.js';
import { AuthService } from './auth.service.js';
import { CurrentSession } from './current-session.decorator.js';
import {
  BackupCodesAnswer,
  DisableAnswer,
  EnableAnswer,
  SecurityEventAnswer,
  SetupAnswer,
  StatusAnswer,
  VerifyAnswer,
} from './dto/answers.dto.js';
import { OneTimeCodeRequest, SetupRequest, VerifyRequest } from './dto/requests.dto.js';
import { Public } from './public.decorator.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';

const CODE_ERRORS = ['TWO_FACTOR_CODE_INVALID', 'TWO_FACTOR_SECRET_UNREADABLE', 'TWO_FACTOR_LOCKED'] as const;
const CHANGE_ERRORS = [
  ...TOKEN_ERRORS,
  ...BODY_ERRORS,
  ...CODE_ERRORS,
  'AUTH_REAUTHENTICATION_REQUIRED',
] as const;

/** The calls of the second factor. JwtAuthGuard guards them, as it guards every route without `@Public()`. */
@ApiTags('subpackage_auth')
@Controller('auth/2fa')
export class TwoFactorController {
  constructor(
    private readonly twoFactor: TwoFactorService,
    private readonly sessions: SessionsService,
    private readonly auth: AuthService,
  ) {}

  @Get()
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'get-2-fa-status', summary: 'The state of the second factor' })
  @ApiData([StatusAnswer])
  @ApiErrors(...TOKEN_ERRORS)
  status(@CurrentSession() { userId }: LiveSession): Promise<StatusAnswer> {
    return this.twoFactor.status(userId);
  }

  @Post('setup')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'enable-2-fa-get-qr-code',
    summary: 'Enable 2FA (get QR code)',
    description: 'Generates TOTP secret and backup codes. Returns once; store securely.',
  })
  @ApiBody({ type: SetupRequest, required: false })
  @ApiData([SetupAnswer], { description: 'data: { secret, qrCodeUri, backupCodes }' })
  @ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_ALREADY_ENABLED', 'TWO_FACTOR_NOT_ENABLED')
  setup(
    @CurrentSession() session: LiveSession,
    @Body() { code, backupCode, password }: SetupRequest,
    @Context() context: RequestContext,
  ): Promise<SetupAnswer> {
    const user = { id: session.userId, label: session.email };
    return this.twoFactor.setup({
      user,
      proof: { code, backupCode },
      signIn: this.#signIn(session, password),
      context,
    });
  }

  @Post('enable')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'confirm-2-fa',
    summary: 'Confirm a setup with a code of the new authenticator',
  })
  @ApiData([EnableAnswer], {
    description: 'The second factor is on; a new session takes the place of the calling one',
  })
  @ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_SETUP_NOT_PENDING')
  async enable(
    @CurrentSession() session: LiveSession,
    @Body() { code, password }: OneTimeCodeRequest,
    @Context() context: RequestContext,
  ): Promise<EnableAnswer> {
    const { userId } = session;
    const next = this.sessions.prepare(['pwd', 'otp', 'mfa']);
    const { enabledAt, backupCodesRemaining } = await this.twoFactor.enable({
      userId,
      code,
      context,
      signIn: this.#signIn(session, password),
      inSameCommit: [this.sessions.endAll(), ...next.statements],
    });
    return { enabled: true, enabledAt, backupCodesRemaining, ...next.tokensFor(userId) };
  }

  @Post('verify')
  @Public()
  @LimitedByAddress()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'verify-2-fa',
    summary: 'Complete a sign-in with a one-time code or a backup code',
  })
  @ApiData([VerifyAnswer], { description: 'The session' })
  @ApiErrors(...BODY_ERRORS, 'RATE_LIMITED', ...CODE_ERRORS, 'TWO_FACTOR_CHALLENGE_INVALID')
  async verify(
    @Body() { challengeToken, code, backupCode }: VerifyRequest,
    @Context() context: RequestContext,
  ): Promise<VerifyAnswer> {
    // RFC 8176: a backup code is a second factor, but no one-time password of an authenticator.
    const session = this.sessions.prepare(backupCode === undefined ? ['pwd', 'otp', 'mfa'] : ['pwd', 'mfa']);
    const { userId, method } = await this.twoFactor.answerChallenge({
      challengeToken,
      proof: { code, backupCode },
      context,
      inSameCommit: session.statements,
    });
    return { status: 'authenticated', method, ...session.tokensFor(userId) };
  }

  @Post('backup-codes')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'regenerate-2-fa-backup-codes', summary: 'Draw ten new backup codes' })
  @ApiData([BackupCodesAnswer], { description: 'Ten new codes; the old ones are dead' })
  @ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED')
  async regenerateBackupCodes(
    @CurrentSession() session: LiveSession,
    @Body() { code, password }: OneTimeCodeRequest,
    @Context() context: RequestContext,
  ): Promise<BackupCodesAnswer> {
    const signIn = this.#signIn(session, password);
    return {
      backupCodes: await this.twoFactor.regenerateBackupCodes({
        userId: session.userId,
        code,
        signIn,
        context,
      }),
    };
  }

  @Post('disable')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'disable-2-fa', summary: 'Turn the second factor off' })
  @ApiData([DisableAnswer], { description: 'The second factor is off; all other sessions have ended' })
  @ApiErrors(...CHANGE_ERRORS, 'TWO_FACTOR_NOT_ENABLED')
  async disable(
    @CurrentSession() session: LiveSession,
    @Body() { code, password }: OneTimeCodeRequest,
    @Context() context: RequestContext,
  ): Promise<DisableAnswer> {
    await this.twoFactor.disable({
      userId: session.userId,
      code,
      context,
      signIn: this.#signIn(session, password),
      inSameCommit: [this.sessions.endAll({ except: session.sessionId })],
    });
    return { enabled: false };
  }

  @Get('events')
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'list-2-fa-events', summary: 'The last fifty security events of the account' })
  @ApiData([SecurityEventAnswer], { isArray: true, description: 'Newest first' })
  @ApiErrors(...TOKEN_ERRORS)
  async events(@CurrentSession() { userId }: LiveSession): Promise<SecurityEventAnswer[]> {
    const events = await this.twoFactor.latestEvents(userId);
    return events.map(({ at, type, method, outcome, ip, userAgent }) => ({
      at,
      type,
      method,
      outcome,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
    }));
  }

  #signIn({ userId, authenticatedAt }: LiveSession, password: string | undefined): SignIn {
    const reauthenticate = password === undefined ? undefined : () => this.auth.isPassword(userId, password);
    return { authenticatedAt, reauthenticate };
  }
}
