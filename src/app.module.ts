import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type Clock, type NoticeSink, TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { AuthModule } from './auth/auth.module.js';
import { policiesOf } from './auth/policies.js';
import { CLOCK, ENVIRONMENT, EnvironmentModule } from './config/environment.module.js';
import type { Environment } from './config/environment.js';
import { type DatabaseConnection, dataSourceOptions } from './database/data-source-options.js';
import { ENTITIES } from './entities.js';
import { HealthModule } from './health/health.module.js';
import { EnvelopeInterceptor } from './http/envelope.interceptor.js';
import { ApiExceptionFilter } from './http/errors/exception.filter.js';
import { MailModule } from './mail/mail.module.js';
import { NoticeMail } from './mail/notice-mail.js';
import { RateLimitGuard } from './http/rate-limit/rate-limit.guard.js';
import { RateLimitModule } from './http/rate-limit/rate-limit.module.js';
import { validationPipe } from './http/validation.pipe.js';
import { UsersModule } from './users/users.module.js';
import { UsersRepository } from './users/users.repository.js';

export interface AppOptions {
  readonly environment: Environment;
  /** A database whose tables are up to date. */
  readonly connection: DatabaseConnection;
  /** Default: the system's clock. */
  readonly clock?: Clock | undefined;
  /** Where notices go in place of the mail. */
  readonly noticeSink?: NoticeSink | undefined;
}

@Module({})
export class AppModule {
  static forRoot({ environment, connection, clock, noticeSink }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        EnvironmentModule.forRoot(environment, clock),
        EventEmitterModule.forRoot(),
        TypeOrmModule.forRoot({ ...dataSourceOptions(connection, ENTITIES), retryAttempts: 0 }),
        TwoFactorModule.forRootAsync({
          database: typeOrm(),
          isGlobal: true,
          imports: [MailModule, UsersModule],
          inject: [ENVIRONMENT, CLOCK, EventEmitter2, UsersRepository, NoticeMail],
          useFactory: (
            {
              issuer,
              secrets,
              webauthn,
              trustedDeviceDays: days,
              isProduction,
              mail,
              ...wanted
            }: Environment,
            appClock: Clock,
            eventEmitter: EventEmitter2,
            users: UsersRepository,
            noticeMail: NoticeMail,
          ) => ({
            issuer,
            trustedDevices: days === 0 ? undefined : { days, cookiesOverHttp: !isProduction },
            keys: secrets.twoFactorKeys,
            peppers: secrets.twoFactorPeppers,
            webauthn,
            policyOf: async (id: string) => {
              // Whoever is gone gets no session either way.
              const role = await users.roleOf(id);
              return role === undefined ? [] : policiesOf(role, wanted);
            },
            clock: appClock,
            eventEmitter,
            noticeSink: noticeSink ?? (mail === undefined ? undefined : noticeMail),
          }),
        }),
        RateLimitModule,
        AuthModule,
        HealthModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_FILTER, useClass: ApiExceptionFilter },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
        { provide: APP_PIPE, useValue: validationPipe },
      ],
    };
  }
}
