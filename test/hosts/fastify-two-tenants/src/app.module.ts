import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { AuthController, TenantHost, TokenGuard, TwoFactorControllers, Users } from './auth.js';
import { acme, globex, shared } from './data-sources.js';
import { KeyService } from './key-service.js';

@Module({ providers: [KeyService], exports: [KeyService] })
class KeyModule {}

const secrets = {
  keys: process.env['TWO_FACTOR_KEYS'],
  peppers: process.env['TWO_FACTOR_PEPPERS'],
};

@Module({
  imports: [
    TypeOrmModule.forRoot(shared),
    TypeOrmModule.forRoot({ ...acme, name: 'acme' }),
    TypeOrmModule.forRoot({ ...globex, name: 'globex' }),
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    // One module for all the small tenants: the issuer is a function of the user.
    TwoFactorModule.forRoot({
      database: typeOrm(),
      ...secrets,
      issuer: ({ tenant = '' }) => tenant.toUpperCase(),
    }),
    // Tenants with tables, keys and limits of their own: a module each.
    TwoFactorModule.forRoot({
      name: 'acme',
      database: typeOrm('acme'),
      ...secrets,
      issuer: 'Acme',
      limits: { challengeSeconds: 120, failuresPerDay: 10 },
    }),
    TwoFactorModule.forRootAsync({
      name: 'globex',
      database: typeOrm('globex'),
      imports: [KeyModule],
      inject: [KeyService],
      useFactory: (kms: KeyService) => ({
        issuer: 'Globex',
        keys: kms.for('secrets'),
        peppers: kms.for('codes'),
      }),
    }),
  ],
  controllers: [...TwoFactorControllers, AuthController],
  providers: [TenantHost, TokenGuard, Users],
})
export class AppModule {}
