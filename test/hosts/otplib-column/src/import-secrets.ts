// node dist/import-secrets.js [--dry-run]
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type ImportedSecret, TwoFactorImporter } from 'nestjs-two-factor';
import { DataSource, IsNull, MoreThan, Not } from 'typeorm';
import { AppModule } from './app.module';
import { User } from './user.entity';

const BATCH = 500;

async function* secretsOf(dataSource: DataSource): AsyncGenerator<ImportedSecret> {
  let last = 0;
  for (;;) {
    const users = await dataSource.manager.find(User, {
      where: { id: MoreThan(last), otpSecret: Not(IsNull()) },
      order: { id: 'ASC' },
      take: BATCH,
    });
    if (users.length === 0) {
      return;
    }
    yield* users.map(({ id, otpSecret }) => ({ userId: String(id), secret: otpSecret ?? '' }));
    last = users.at(-1)?.id ?? last;
  }
}

async function run(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const isDryRun = process.argv.includes('--dry-run');
  const secrets = secretsOf(app.get<DataSource>(getDataSourceToken()));
  console.log(JSON.stringify(await app.get(TwoFactorImporter).run(secrets, { isDryRun })));
  await app.close();
}

void run();
