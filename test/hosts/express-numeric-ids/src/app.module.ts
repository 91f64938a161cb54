import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
// #region second factor
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
// #endregion
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
// #region second factor
import { TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
// #endregion
import { AuthController } from './auth/auth.controller';
import { AuthService } from './auth/auth.service';
import { dataSourceOptions } from './data-source';
import { EnvelopeInterceptor } from './http/envelope.interceptor';
import { ErrorFilter } from './http/error.filter';
// #region second factor
import { SecondFactorController, SecondFactorHost } from './second-factor/second-factor.host';
// #endregion
import { Session } from './users/session.entity';
import { User } from './users/user.entity';
import { VaultController } from './vault/vault.controller';

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions),
    TypeOrmModule.forFeature([User, Session]),
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    // #region second factor
    EventEmitterModule.forRoot(),
    TwoFactorModule.forRootAsync({
      database: typeOrm(),
      inject: [EventEmitter2],
      useFactory: (eventEmitter: EventEmitter2) => ({
        issuer: 'Numeric & Sons',
        keys: process.env['TWO_FACTOR_KEYS'],
        peppers: process.env['TWO_FACTOR_PEPPERS'],
        eventEmitter,
      }),
    }),
    // #endregion
  ],
  controllers: [
    AuthController,
    VaultController,
    // #region second factor
    SecondFactorController,
    // #endregion
  ],
  providers: [
    AuthService,
    // #region second factor
    SecondFactorHost,
    // #endregion
    { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {}
