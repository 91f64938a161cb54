import pg, { type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import type { DatabaseAdapter, StatementFailure, TwoFactorTransaction } from '../sql/database-adapter.js';
import { CONNECTIONS, NoConnectionError } from '../sql/no-connection.js';
import type { SqlRunner } from '../sql/one-statement.js';
import type { TablePlace } from '../sql/tables.js';

// oxlint-disable-next-line import/no-named-as-default-member -- older versions of pg have no other export for ES modules
const { DatabaseError, Pool } = pg;

/** How long a connection is waited for, unless the host says otherwise: without a bound nobody would be told. */
const CONNECTION_WAIT_MS = 5_000;

/**
 * The database over a pool of node-postgres that is the library's own, of up to four connections. What does something in
 * the same commit gets its `PoolClient`: with it go Drizzle, Kysely and all that runs on a client of pg.
 *
 * @param config as for the host's pool: the way to the server, always the primary
 * @param place the schema and prefix of the library's tables. Default: none
 */
export function pgDatabase(config: PoolConfig, place: TablePlace = {}): DatabaseAdapter {
  return new PgAdapter(config, place);
}

class PgAdapter implements DatabaseAdapter {
  readonly schema: string | undefined;
  readonly prefix: string | undefined;
  readonly #pool: pg.Pool;

  constructor(config: PoolConfig, { schema, prefix }: TablePlace) {
    this.schema = schema;
    this.prefix = prefix;
    this.#pool = new Pool({ connectionTimeoutMillis: CONNECTION_WAIT_MS, ...config, max: CONNECTIONS });
    // Whoever uses a connection that is lost hears of it from the statement; an event that nobody hears ends the process.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.#pool.on('error', () => {});
  }

  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    const client = await this.#connect();
    try {
      return await queriesOf(client).query<Row>(sql, parameters);
    } finally {
      client.release();
    }
  }

  async transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    const queries = queriesOf(client);
    let isBroken = false;
    try {
      await queries.query('BEGIN');
      const result = await work({ native: client, ...queries });
      await queries.query('COMMIT');
      return result;
    } catch (error) {
      // What went wrong first is what counts; after the loss of the connection nothing can be said any more.
      await client.query('ROLLBACK').catch(() => {
        isBroken = true;
      });
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  failureOf(error: unknown): StatementFailure | undefined {
    return error instanceof DatabaseError ? { sqlState: error.code, where: error.where } : undefined;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (cause) {
      throw new NoConnectionError(cause);
    }
  }
}

function queriesOf(client: PoolClient): SqlRunner {
  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
      const { rows } = await client.query<Row & QueryResultRow>(sql, [...parameters]);
      return rows;
    },
  };
}
