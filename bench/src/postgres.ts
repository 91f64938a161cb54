import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startEmbeddedPostgres } from '@nestjs-two-factor/embedded-postgres';
import { makeTemporaryFolder } from '@nestjs-two-factor/embedded-postgres/testing';
import pg from 'pg';
import { cpuMsWithChildren } from './cpu.js';
import { makeFlushDelay } from './flush-delay.js';
import { median } from './statistics.js';

/** One contender's database. */
export interface BenchDatabase {
  /** For the process of a contender. */
  readonly url: string;
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  close(): Promise<void>;
}

/** The one PostgreSQL of a run. */
export interface BenchPostgres {
  readonly version: string;
  /** CPU time of all its processes so far. */
  cpuMs(): number;
  createDatabase(name: string): Promise<BenchDatabase>;
  /** Makes every flush of its log so much later, from now on. */
  delayFlushes(milliseconds: number): Promise<void>;
  /** How long a commit takes that writes next to nothing: one flush. */
  commitMs(): Promise<number>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const COMMITS = 50;

/**
 * Starts a PostgreSQL of its own, with the settings of production: every commit is on the disk.
 *
 * @param flushMs how much later each flush of its log is, or 0 to delay it afterwards; without it there is nothing between
 * PostgreSQL and the disk
 */
export async function startPostgres({
  flushMs,
}: { readonly flushMs?: number | undefined } = {}): Promise<BenchPostgres> {
  const folder = await makeTemporaryFolder();
  const flushDelay = flushMs === undefined ? undefined : await makeFlushDelay(folder.path);
  await flushDelay?.set(flushMs ?? 0);
  const server = await startEmbeddedPostgres({
    dataDir: join(folder.path, 'data'),
    fsync: true,
    environment: flushDelay?.environment ?? {},
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // For what is done at an exit: the contenders end. The server goes with its folder.
    process.once(signal, () => process.exit(1));
  }
  const { host, port, username } = server.connection;
  const urlOf = (database: string): string =>
    `postgres://${username}@${encodeURIComponent(host)}:${port}/${database}`;
  const admin = await openDatabase(urlOf('postgres'));
  const [row] = await admin.query<{ server_version: string }>('SHOW server_version');
  return {
    version: row?.server_version ?? '',
    cpuMs: () => cpuMsWithChildren(server.processId),
    createDatabase: async (name) => {
      await admin.query(`CREATE DATABASE ${name}`);
      return openDatabase(urlOf(name));
    },
    delayFlushes: async (milliseconds) => {
      if (flushDelay === undefined) {
        throw new Error('This PostgreSQL was started without anything that delays its flushes');
      }
      await flushDelay.set(milliseconds);
    },
    commitMs: async () => {
      const times: number[] = [];
      for (let commit = 0; commit < COMMITS; commit += 1) {
        const began = performance.now();
        await admin.query(`SELECT pg_logical_emit_message(true, 'bench', '')`);
        times.push(performance.now() - began);
      }
      return median(times);
    },
    stop: async () => {
      await admin.close();
      await folder.remove();
    },
  };
}

async function openDatabase(url: string): Promise<BenchDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return {
    url,
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...parameters])).rows,
    close: () => pool.end(),
  };
}

/** Inserts rows in one statement: one array for each column, whatever their number. */
export async function insertRows(
  database: BenchDatabase,
  table: string,
  columns: Readonly<Record<string, { readonly type: string; readonly values: readonly unknown[] }>>,
): Promise<void> {
  const names = Object.keys(columns).map((name) => `"${name}"`);
  const arrays = Object.values(columns).map(({ type }, index) => `$${index + 1}::${type}[]`);
  await database.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`,
    Object.values(columns).map(({ values }) => values),
  );
}
