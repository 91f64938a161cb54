import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { KeyRotation, type KeyUsage } from 'nestjs-two-factor';
import { AppModule } from '../app.module.js';
import { loadEnvFile } from '../config/env-file.js';
import { developmentSecrets } from '../config/development-secrets.js';
import { readEnvironment } from '../config/environment.js';
import { openDatabase } from '../database/open-database.js';
import { Progress } from './progress.js';

// npm run keys:rotate: seals with the first key of TWO_FACTOR_KEYS what another key still seals. Servers may run meanwhile.

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
    const rotation = app.get(KeyRotation, { strict: false });
    const progress = new Progress(rowsOfOtherKeys(await rotation.usage()));
    const run = rotation.run({ onBatch: (count) => progress.at(count) });
    const { resealed, unreadable, keys, peppers } = await run.finally(() => progress.end());
    print(`\n${resealed} rows sealed again with the first key`);
    printUsage('Keys', 'rows', keys);
    printUsage('Peppers', 'unspent codes', peppers);
    if (unreadable.length > 0) {
      print(`\n${unreadable.length} rows do not open, and stay as they are: ${unreadable.join(', ')}`);
      process.exitCode = 1;
    }
  } finally {
    await app.close();
    await database.close();
  }
}

function rowsOfOtherKeys({ keys }: { readonly keys: readonly KeyUsage[] }): number {
  return keys.reduce((sum, { rows, isFirst }) => sum + (isFirst ? 0 : rows), 0);
}

function printUsage(title: string, unit: string, usage: readonly KeyUsage[]): void {
  print(`\n${title}`);
  for (const { id, rows, isFirst, isRemovable } of usage) {
    const verdict = isFirst ? 'first: used for what is new' : isRemovable ? 'can be removed' : 'still needed';
    print(`  ${id.padEnd(34)} ${String(rows).padStart(9)} ${unit}  ${verdict}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
