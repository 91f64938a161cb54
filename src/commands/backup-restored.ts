import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { RestoredBackup } from 'nestjs-two-factor';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { developmentSecrets } from '../config/development-secrets.js';
import { loadEnvFile } from '../config/env-file.js';
import { readEnvironment } from '../config/environment.js';
import { openDatabase } from '../database/open-database.js';

// npm run backup:restored: after a restore and before the servers start, uses up again what the backup has brought back.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  loadEnvFile();
  const environment = readEnvironment(process.env, developmentSecrets);
  const database = await openDatabase(environment, print);
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot({ environment, connection: database.connection }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    await app.get(DataSource).query('DELETE FROM sessions');
    const { accounts, challenges } = await app.get(RestoredBackup, { strict: false }).run();
    print('All sessions are over, and no device is trusted any more');
    print(`${accounts} accounts: one-time codes up to now are spent; ${challenges} open challenges are gone`);
    print('Backup codes that were spent since the backup work again: ask people for new ones');
  } finally {
    await app.close();
    await database.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
