import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { addTransactionalDataSource } from 'typeorm-transactional';
import { AuthController, SecondFactorHost, SessionGuard, Sessions, TwoFactorController } from './auth.js';
import { dataSourceOptions } from './data-source.js';
import { TransactionInterceptor } from './transaction.interceptor.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => dataSourceOptions,
      dataSourceFactory: async (options?: DataSourceOptions) =>
        addTransactionalDataSource(new DataSource(options ?? dataSourceOptions)),
    }),
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    TwoFactorModule.forRoot({
      database: typeOrm(),
      issuer: 'Transactional',
      keys: process.env['TWO_FACTOR_KEYS'],
      peppers: process.env['TWO_FACTOR_PEPPERS'],
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [
    Sessions,
    SessionGuard,
    SecondFactorHost,
    ...(process.env['EVERY_REQUEST_IN_A_TRANSACTION'] === 'yes'
      ? [{ provide: APP_INTERCEPTOR, useClass: TransactionInterceptor }]
      : []),
  ],
})
export class AppModule {}
