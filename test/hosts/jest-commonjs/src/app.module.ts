import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TwoFactorModule } from 'nestjs-two-factor';
import { TWO_FACTOR_ENTITIES, TWO_FACTOR_MIGRATIONS, typeOrm } from 'nestjs-two-factor/typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { AuthController, JestHost, SessionGuard, Sessions, TwoFactorController } from './auth';
import { User } from './user.entity';

class CreateUsers1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, password text NOT NULL)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE users');
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env['DATABASE_URL'] ?? '',
      entities: [User, ...TWO_FACTOR_ENTITIES],
      migrations: [CreateUsers1700000000000, ...TWO_FACTOR_MIGRATIONS],
      migrationsRun: true,
    }),
    TypeOrmModule.forFeature([User]),
    TwoFactorModule.forRoot({
      database: typeOrm(),
      issuer: 'Jest',
      keys: process.env['TWO_FACTOR_KEYS'],
      peppers: process.env['TWO_FACTOR_PEPPERS'],
    }),
  ],
  controllers: [AuthController, TwoFactorController],
  providers: [JestHost, SessionGuard, Sessions],
})
export class AppModule {}
