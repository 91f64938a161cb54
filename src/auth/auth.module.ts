import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ENVIRONMENT } from '../config/environment.module.js';
import type { Environment } from '../config/environment.js';
import { UsersModule } from '../users/users.module.js';
import { AccountErasure } from './account-erasure.service.js';
import { AccountExportController } from './account-export.controller.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { EnrolmentController } from './enrolment.controller.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { PasswordChangeService } from './password/password-change.service.js';
import { PasswordController } from './password/password.controller.js';
import { AccessTokens, TOKEN_TYPE, accessTokenKey } from './sessions/access-tokens.js';
import { AccountSessionsRepository } from './sessions/account-sessions.repository.js';
import { AccountSessions } from './sessions/account-sessions.service.js';
import { RefreshToken } from './sessions/refresh-token.entity.js';
import { Session } from './sessions/session.entity.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { PanicController } from './panic.controller.js';
import { PasskeysController } from './passkeys.controller.js';
import { SignInLimit } from './sign-in-limit.js';
import { StepUpController } from './step-up.controller.js';
import { AccountLookUp } from './support/account-look-up.service.js';
import { RecoveryController } from './support/recovery.controller.js';
import { SupportController } from './support/support.controller.js';
import { TrustedDevicesController } from './trusted-devices.controller.js';
import { AuthenticatorsController, TwoFactorController } from './two-factor.controller.js';
import { BackendTwoFactorHost } from './two-factor.host.js';

@Module({
  imports: [
    UsersModule,
    JwtModule.registerAsync({
      inject: [ENVIRONMENT],
      useFactory: (environment: Environment) => ({
        secret: accessTokenKey(environment),
        signOptions: { header: { alg: 'HS256', typ: TOKEN_TYPE } },
      }),
    }),
    TypeOrmModule.forFeature([Session, RefreshToken]),
  ],
  controllers: [
    AuthController,
    PasswordController,
    SessionsController,
    TwoFactorController,
    AuthenticatorsController,
    PasskeysController,
    StepUpController,
    AccountExportController,
    TrustedDevicesController,
    PanicController,
    EnrolmentController,
    SupportController,
    RecoveryController,
  ],
  providers: [
    AuthService,
    PasswordChangeService,
    SignInLimit,
    AccountErasure,
    AccountLookUp,
    BackendTwoFactorHost,
    SessionsService,
    SessionsRepository,
    AccountSessions,
    AccountSessionsRepository,
    AccessTokens,
    JwtStrategy,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
  ],
})
export class AuthModule {}
