import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TwoFactorModule } from 'nestjs-two-factor';
import { pgDatabase } from 'nestjs-two-factor/pg';
import { AuthController, SecondFactorHost, SessionGuard, Sessions, TwoFactorController } from './auth.js';

@Module({
  imports: [
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    TwoFactorModule.forRoot({
      database: { useFactory: () => pgDatabase({ connectionString: process.env.DATABASE_URL }) },
      issuer: 'Acme',
      keys: process.env.TWO_FACTOR_KEYS,
      peppers: process.env.TWO_FACTOR_PEPPERS,
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [Sessions, SessionGuard, SecondFactorHost],
})
export class AppModule {}
