import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PrismaPg } from '@prisma/adapter-pg';
import { TwoFactorModule } from 'nestjs-two-factor';
import { prismaDatabase } from 'nestjs-two-factor/prisma';
import { AuthController, SecondFactorHost, SessionGuard, Sessions, TwoFactorController } from './auth.js';
import { PrismaClient } from './generated/prisma/client.js';
import { PrismaService } from './prisma.service.js';

@Module({
  imports: [
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    TwoFactorModule.forRoot({
      database: prismaDatabase(
        () =>
          new PrismaClient({
            adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 4 }),
          }),
      ),
      issuer: 'Acme',
      keys: process.env.TWO_FACTOR_KEYS,
      peppers: process.env.TWO_FACTOR_PEPPERS,
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [PrismaService, Sessions, SessionGuard, SecondFactorHost],
})
export class AppModule {}
