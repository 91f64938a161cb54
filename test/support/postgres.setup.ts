import { startEmbeddedPostgres } from '@nestjs-two-factor/embedded-postgres';
import { makeTemporaryFolder } from '@nestjs-two-factor/embedded-postgres/testing';
import { Client, type ClientConfig } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.js';
import { partitionByUser } from './partitioned.js';

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

/** `PG_BIN_DIR=/usr/lib/postgresql/15/bin npx vitest run …`: the same on another PostgreSQL. */
const BINARIES = process.env['PG_BIN_DIR'];

export const TEMPLATE_DATABASE = 'template_app';

/** `PARTITIONS=4 npm run test:attacks`: the same on tables that are spread by the user. */
const PARTITIONS = Number(process.env['PARTITIONS'] ?? 0);

/** Starts one real PostgreSQL for the whole run, with a migrated database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeTemporaryFolder();
  try {
    project.provide('postgres', await startMigrated(folder.path));
  } catch (error) {
    // Vitest tears down only what was set up.
    await folder.remove();
    throw error;
  }
  return () => folder.remove();
}

async function startMigrated(dataDir: string): Promise<TestServer> {
  const { connection } = await startEmbeddedPostgres({ dataDir, fsync: false, binDir: BINARIES });
  const { host, port, username, database } = connection;
  const client = new Client({ host, port, user: username, database });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await client.end();
  await migrate({ host, port, username, database: TEMPLATE_DATABASE });
  if (PARTITIONS > 0) {
    await spread({ host, port, user: username, database: TEMPLATE_DATABASE });
  }
  return { host, port, username };
}

async function spread(template: ClientConfig): Promise<void> {
  const client = new Client(template);
  await client.connect();
  await partitionByUser(client, PARTITIONS);
  await client.end();
}
