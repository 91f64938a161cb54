import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '../../src/database/data-source-options.js';
import { TEMPLATE_DATABASE } from './postgres.setup.js';

/** A database of its own, copied from the migrated one. */
export interface TestDatabase {
  readonly connection: Extract<DatabaseConnection, { readonly host: string }>;
  /** The same, for a process of its own: `DATABASE_URL`. */
  readonly url: string;
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

export async function createDatabase({ template = TEMPLATE_DATABASE } = {}): Promise<TestDatabase> {
  const { host, port, username } = inject('postgres');
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`));
  const client = new Client({ host, port, user: username, database });
  client.on('error', () => undefined);
  await client.connect();
  return {
    connection: { host, port, username, database },
    url: `postgres://${username}@${encodeURIComponent(host)}:${port}/${database}`,
    query: async <Row extends object>(sql: string, parameters: unknown[] = []) =>
      (await client.query<Row>(sql, parameters)).rows,
    drop: async () => {
      await client.end();
      await asAdmin((admin) => admin.query(`DROP DATABASE ${database} WITH (FORCE)`));
    },
  };
}

async function asAdmin(work: (admin: Client) => Promise<unknown>): Promise<void> {
  const { host, port, username } = inject('postgres');
  const admin = new Client({ host, port, user: username, database: 'postgres' });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
