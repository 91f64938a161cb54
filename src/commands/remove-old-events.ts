import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TwoFactorPersonalData } from 'nestjs-two-factor';
import { AppModule } from '../app.module.js';
import { developmentSecrets } from '../config/development-secrets.js';
import { loadEnvFile } from '../config/env-file.js';
import { readEnvironment } from '../config/environment.js';
import { openDatabase } from '../database/open-database.js';

// npm run events:remove-old -- <days>: deletes the security events that are older. Servers may run meanwhile.

const DAY_MS = 86_400_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main([days = '', ...others]: readonly string[]): Promise<void> {
  if (!/^[0-9]{1,5}$/.test(days) || others.length > 0) {
    throw new Error('Usage: npm run events:remove-old -- <days>');
  }
  loadEnvFile();
  const environment = readEnvironment(process.env, developmentSecrets);
  const database = await openDatabase(environment, print);
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot({ environment, connection: database.connection }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    const before = new Date(Date.now() - Number(days) * DAY_MS);
    const removed = await app
      .get(TwoFactorPersonalData, { strict: false })
      .removeEventsBefore(before, { onBatch: (count) => print(`removed: ${count}`) });
    print(`\n${removed} events from before ${before.toISOString()} are gone`);
  } finally {
    await app.close();
    await database.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
