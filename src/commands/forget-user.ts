import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { AccountErasure } from '../auth/account-erasure.service.js';
import { developmentSecrets } from '../config/development-secrets.js';
import { loadEnvFile } from '../config/env-file.js';
import { readEnvironment } from '../config/environment.js';
import { openDatabase } from '../database/open-database.js';

// npm run users:forget -- <email>: takes an account away, and its person out of the record. Servers may run meanwhile.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main([email, ...others]: readonly string[]): Promise<void> {
  if (email === undefined || others.length > 0) {
    throw new Error('Usage: npm run users:forget -- <email>');
  }
  loadEnvFile();
  const environment = readEnvironment(process.env, developmentSecrets);
  const database = await openDatabase(environment, print);
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot({ environment, connection: database.connection }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    if (!(await app.get(AccountErasure, { strict: false }).forget(email))) {
      throw new Error('There is no account with this e-mail address');
    }
    print('The account is gone. Its events stay, without the person');
  } finally {
    await app.close();
    await database.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
