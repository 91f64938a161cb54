import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { User } from '../user.entity.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { AppTwoFactorHost, TwoFactorController } from './two-factor.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([User]),
    JwtModule.register({ secret: 'a secret of thirty-two bytes, for tests' }),
    TwoFactorModule.forRoot({
      database: typeOrm(),
      issuer: 'Acme',
      keys: process.env.TWO_FACTOR_KEYS,
      peppers: process.env.TWO_FACTOR_PEPPERS,
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [AuthService, AppTwoFactorHost],
  exports: [JwtModule],
})
export class AuthModule {}
