import { Kysely, type PostgresPoolClient, PostgresDialect } from 'kysely';
import type { PoolClient } from 'pg';

/** Kysely on a client whose transaction and release are the library's. */
export function kyselyOn<DB>(client: PoolClient): Kysely<DB> {
  const query: PostgresPoolClient['query'] = client.query.bind(client);
  const pool = { options: {}, connect: async () => ({ query, release: () => {} }), end: async () => {} };
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
