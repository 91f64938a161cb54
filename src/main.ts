import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.js';
import { loadEnvFile } from './config/env-file.js';
import { developmentSecrets, developmentSecretsFile } from './config/development-secrets.js';
import { type Environment, readEnvironment } from './config/environment.js';
import { type OpenDatabase, openDatabase } from './database/open-database.js';

/** How long requests in flight have to end, and then the database with them. */
const SHUTDOWN_MS = 10_000;
/**
 * Connections that wait to be accepted; Linux allows as many as `net.core.somaxconn` says, 4096 by default. Beyond
 * Node's 511 it drops them, and their callers try again after 1, 3, 7, 15 and 31 seconds.
 */
const BACKLOG = 4096;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What has been opened so far, for a shutdown at any moment. */
const opened: { app?: NestFastifyApplication; database?: OpenDatabase } = {};
let isShuttingDown = false;

async function main(): Promise<void> {
  loadEnvFile();
  const environment = readEnvironment(process.env, developmentSecrets);
  opened.database = await openDatabase(environment, print);
  opened.app = await createApp({ environment, connection: opened.database.connection });
  if (isShuttingDown) {
    return;
  }
  const { port, host } = environment;
  await opened.app.listen({ port, host, backlog: BACKLOG });
  greet(environment, await opened.app.getUrl());
}

function greet(environment: Environment, url: string): void {
  const seconds = process.uptime().toFixed(1);
  // Browsers have passkeys at localhost, and none at an address.
  const named = environment.isProduction ? url : url.replace('//127.0.0.1:', '//localhost:');
  const lines = [
    `Ready in ${seconds} s at ${url}`,
    `  Page     ${named}/`,
    `  API      ${named}/api/v1`,
    `  Docs     ${named}/docs`,
    `  Database ${opened.database?.description ?? ''}`,
    ...(environment.isProduction
      ? []
      : [
          `  Keys     for development only, in ${developmentSecretsFile(environment.dataDir)} unless set by variables`,
        ]),
  ];
  print(`\n${lines.join('\n')}\n`);
}

/** Ends what is open, in order: requests, then the database. Exits 0 if all of it ended in time. */
async function shutDown(): Promise<void> {
  if (isShuttingDown) {
    return;
  }
  isShuttingDown = true;
  setTimeout(() => fail(`Not shut down within ${SHUTDOWN_MS / 1000} s`), SHUTDOWN_MS).unref();
  await opened.app?.close();
  await opened.database?.close();
  process.exit(0);
}

function fail(reason: unknown): never {
  process.stderr.write(`${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exit(1);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void shutDown().catch(fail));
}
main().catch(async (error: unknown) => {
  await opened.app?.close().catch(() => {});
  await opened.database?.close().catch(() => {});
  fail(error);
});
