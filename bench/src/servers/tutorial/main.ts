// The second factor as blog posts build it: NestJS on Express, TypeORM, Passport, otplib, qrcode, bcrypt. Written
// here in their plain style. `@Inject` stands where they rely on the compiler's metadata, which tsx does not write.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BackupCode } from './backup-code.entity.js';
import { JwtStrategy, JwtTwoFactorStrategy } from './jwt.strategy.js';
import { JWT_SECRET } from './settings.js';
import { TwoFactorController } from './two-factor.controller.js';
import { TwoFactorService } from './two-factor.service.js';
import { User } from './user.entity.js';

const secret = process.env['JWT_ACCESS_SECRET'] ?? '';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env['DATABASE_URL'] ?? '',
      entities: [User, BackupCode],
      synchronize: true,
    }),
    TypeOrmModule.forFeature([User, BackupCode]),
    PassportModule,
    JwtModule.register({ secret }),
  ],
  controllers: [TwoFactorController],
  providers: [{ provide: JWT_SECRET, useValue: secret }, TwoFactorService, JwtStrategy, JwtTwoFactorStrategy],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT']), '127.0.0.1');
