import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '@nestjs-two-factor/embedded-postgres';
import { migrate } from '../../src/database/migrate.js';

/** Where the tests' PostgreSQL listens. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: TestServer;
  }
}

export const TEMPLATE_DATABASE = 'template_app';

/** Starts one real PostgreSQL for the whole run, with a migrated database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tf-'));
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'pg'), fsync: false });
  const { host, port, username, database } = server.connection;
  const client = new Client({ host, port, user: username, database });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await client.end();
  await migrate({ host, port, username, database: TEMPLATE_DATABASE });
  project.provide('postgres', { host, port, username });
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
