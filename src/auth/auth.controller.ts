import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SignInRoute, TrustDelivery } from 'nestjs-two-factor';
import { ApiData, ApiErrors, BODY_ERRORS, TOKEN_ERRORS } from '../http/openapi.js';
import { LimitedByAddress } from '../http/rate-limit/rate-limit.guard.js';
import { AuthService } from './auth.service.js';
import { CurrentSession } from './current-session.decorator.js';
import {
  AuthenticatedAnswer,
  LoginEnrolmentAnswer,
  MeAnswer,
  RegisterAnswer,
  TokensAnswer,
  TwoFactorRequiredAnswer,
} from './dto/answers.dto.js';
import { LoginRequest, RefreshRequest, RegisterRequest } from './dto/requests.dto.js';
import { Public } from './public.decorator.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import type { SignInOrigin } from './sessions/sign-in-origin.js';
import { CallingOrigin } from './calling-origin.decorator.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly trust: TrustDelivery,
  ) {}

  @Post('register')
  @Public()
  @LimitedByAddress()
  @ApiOperation({ operationId: 'register', summary: 'Create an account' })
  @ApiData([RegisterAnswer], { status: 201, description: 'The account and its first session' })
  @ApiErrors(...BODY_ERRORS, 'RATE_LIMITED', 'AUTH_EMAIL_TAKEN')
  async register(
    @Body() { email, password }: RegisterRequest,
    @CallingOrigin() origin: SignInOrigin,
  ): Promise<RegisterAnswer> {
    const { user, tokens } = await this.auth.register({ email, password, origin });
    return { user, ...tokens };
  }

  @Post('login')
  @SignInRoute({ asksForSecondFactor: true })
  @Public()
  @LimitedByAddress()
  @HttpCode(200)
  @ApiOperation({ operationId: 'login', summary: 'Sign in with e-mail and password' })
  @ApiData([AuthenticatedAnswer, TwoFactorRequiredAnswer, LoginEnrolmentAnswer], {
    description: 'A session, or a challenge, or what to enrol with first',
  })
  @ApiErrors(...BODY_ERRORS, 'RATE_LIMITED', 'AUTH_CREDENTIALS_INVALID')
  async login(
    @Body() { email, password }: LoginRequest,
    @CallingOrigin() origin: SignInOrigin,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<AuthenticatedAnswer | TwoFactorRequiredAnswer | LoginEnrolmentAnswer> {
    const trustTokenOf = (userId: string): string | undefined => this.trust.tokenOf(request, userId);
    const outcome = await this.auth.login({ email, password, origin, trustTokenOf });
    if (outcome.status === 'authenticated') {
      const { status, userId, tokens, trusted, enrolment = null } = outcome;
      return { status, enrolment, ...this.trust.deliver(trusted, { userId, request, response }), ...tokens };
    }
    if (outcome.status === 'two_factor_enrolment_required') {
      const { enrolmentToken, expiresInSeconds: expiresIn, methods } = outcome.enrolment;
      return { status: outcome.status, enrolmentToken, expiresIn, methods };
    }
    const { expiresInSeconds, ...challenge } = outcome.challenge;
    return { status: outcome.status, expiresIn: expiresInSeconds, ...challenge };
  }

  @Post('refresh')
  @Public()
  @LimitedByAddress()
  @HttpCode(200)
  @ApiOperation({ operationId: 'refresh', summary: 'Exchange a refresh token for new tokens' })
  @ApiData([TokensAnswer], { description: 'New tokens; the old refresh token is spent' })
  @ApiErrors(...BODY_ERRORS, 'RATE_LIMITED', 'AUTH_TOKEN_INVALID', 'AUTH_TOKEN_EXPIRED')
  refresh(@Body() { refreshToken }: RefreshRequest): Promise<TokensAnswer> {
    return this.auth.refresh(refreshToken);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'logout', summary: 'End this session' })
  @ApiNoContentResponse({ description: 'The session has ended' })
  @ApiErrors(...TOKEN_ERRORS, ...BODY_ERRORS)
  logout(@CurrentSession() session: LiveSession): Promise<void> {
    return this.auth.logout(session);
  }

  @Get('me')
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'me', summary: 'Who is signed in' })
  @ApiData([MeAnswer])
  @ApiErrors(...TOKEN_ERRORS)
  me(@CurrentSession() session: LiveSession): Promise<MeAnswer> {
    return this.auth.me(session);
  }
}
