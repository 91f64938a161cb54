import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorModule } from 'nestjs-two-factor';
import { typeOrm } from 'nestjs-two-factor/typeorm';
import { AuthController, ColumnHost, TokenGuard, Tokens, TwoFactorController } from './auth';
import { dataSourceOptions } from './data-source';
import { User } from './user.entity';

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions),
    TypeOrmModule.forFeature([User]),
    JwtModule.register({ secret: process.env['JWT_SECRET'] ?? '', signOptions: { expiresIn: '15m' } }),
    TwoFactorModule.forRoot({
      database: typeOrm(),
      issuer: 'Column',
      keys: process.env['TWO_FACTOR_KEYS'],
      peppers: process.env['TWO_FACTOR_PEPPERS'],
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [ColumnHost, TokenGuard, Tokens],
})
export class AppModule {}
