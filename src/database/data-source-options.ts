import { TWO_FACTOR_MIGRATIONS } from 'nestjs-two-factor/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { DecisiveClient } from './decisive-client.js';
import { CreateAccounts1764000000001 } from './migrations/1764000000001-create-accounts.js';
import { CreateRateLimits1764000000002 } from './migrations/1764000000002-create-rate-limits.js';
import { CreateSignInAddresses1764000000003 } from './migrations/1764000000003-create-sign-in-addresses.js';

/** How the database is reached: a URL, or the socket of the embedded server. */
export type DatabaseConnection =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly username: string; readonly database: string };

/** One process's connections. Several processes share a server's 100, PostgreSQL's default. */
const POOL_SIZE = 10;
/** How long a request waits for a free connection, and then for its statement, before it is a 503. */
const CONNECTION_WAIT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * The one description of the database: for the process, the migration command and the tests.
 *
 * @param entities what is asked of it; the migrations need those of the library
 */
export function dataSourceOptions(
  connection: DatabaseConnection,
  entities: readonly Function[],
): DataSourceOptions {
  return {
    type: 'postgres',
    ...connection,
    applicationName: 'nestjs-two-factor',
    entities: [...entities],
    migrations: [
      ...TWO_FACTOR_MIGRATIONS,
      CreateAccounts1764000000001,
      CreateRateLimits1764000000002,
      CreateSignInAddresses1764000000003,
    ],
    synchronize: false,
    installExtensions: false,
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECTION_WAIT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // The client's own limit, for a server that no longer answers at all.
      query_timeout: STATEMENT_TIMEOUT_MS + 500,
      Client: DecisiveClient,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    },
  };
}
