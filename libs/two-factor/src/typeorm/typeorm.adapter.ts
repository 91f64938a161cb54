import { DataSource, type DataSourceOptions, QueryFailedError, type QueryRunner } from 'typeorm';
import type { DatabaseAdapter, StatementFailure, TwoFactorTransaction } from '../sql/database-adapter.js';
import { CONNECTIONS, NoConnectionError, cannotConnect } from '../sql/no-connection.js';
import type { SqlRunner } from '../sql/one-statement.js';
import { requireEntities } from './entities-check.js';
import { placeOf } from './table-place.js';
import { TWO_FACTOR_ENTITIES } from './two-factor.entities.js';

/**
 * The host's database over a DataSource of the library's own, always the primary.
 *
 * Nothing here joins a transaction that the host has open: typeorm-transactional and its like replace `query`,
 * `manager` and `transaction` of the host's DataSource, or of all, and an error that leaves their transaction would
 * take the charge of the attempt back. They leave query runners alone. Nor does anything here wait for a connection
 * of the host's pool, all of which may be held by requests that wait for us.
 */
export class TypeOrmAdapter implements DatabaseAdapter {
  private constructor(
    private readonly own: DataSource,
    readonly schema: string | undefined,
    readonly prefix: string | undefined,
  ) {}

  /** @throws Error when it cannot be reached, so that the application does not start */
  static async open(host: DataSource): Promise<TypeOrmAdapter> {
    requireEntities(host, TWO_FACTOR_ENTITIES);
    const { schema, prefix } = placeOf((entity) => host.getMetadata(entity));
    const own = new DataSource(ownOptions(host.options));
    try {
      await own.initialize();
    } catch (cause) {
      throw cannotConnect(cause);
    }
    return new TypeOrmAdapter(own, schema, prefix);
  }

  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return this.#connected((runner) => queriesOf(runner).query<Row>(sql, parameters));
  }

  transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result> {
    return this.#connected(async (runner) => {
      // TypeORM's own beginning, so that what the host's code does by its EntityManager is within it.
      await runner.startTransaction();
      try {
        const result = await work({ native: runner.manager, ...queriesOf(runner) });
        await runner.commitTransaction();
        return result;
      } catch (error) {
        // What went wrong first is what counts; after the loss of the connection nothing can be said any more.
        await runner.rollbackTransaction().catch(() => {});
        throw error;
      }
    });
  }

  failureOf(error: unknown): StatementFailure | undefined {
    return typeOrmFailureOf(error);
  }

  async close(): Promise<void> {
    await this.own.destroy();
  }

  async #connected<Result>(work: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    const runner = this.own.createQueryRunner('master');
    try {
      await runner.connect().catch((cause: unknown) => {
        throw new NoConnectionError(cause);
      });
      return await work(runner);
    } finally {
      await runner.release();
    }
  }
}

/** What PostgreSQL said, as TypeORM hands it on. */
export function typeOrmFailureOf(error: unknown): StatementFailure | undefined {
  if (!(error instanceof QueryFailedError)) {
    return undefined;
  }
  const { code, where }: { readonly code?: unknown; readonly where?: unknown } = error.driverError;
  return { sqlState: textOf(code), where: textOf(where) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function queriesOf(runner: QueryRunner): SqlRunner {
  return {
    query: async (sql, parameters) => (await runner.query(sql, parameters && [...parameters], true)).records,
  };
}

/** The way to the database as the host gives it, and nothing that it does besides. */
function ownOptions(options: DataSourceOptions): DataSourceOptions {
  if (options.type !== 'postgres') {
    throw new Error(
      `TwoFactorModule needs a DataSource of type postgres, and was given one of type ${options.type}`,
    );
  }
  // A stricter level would be asked for at the begin of each transaction, and taken back at once.
  const { isolationLevel: _, replication, extra, ...others } = options;
  return {
    ...others,
    ...(replication && { replication: { ...replication, slaves: [] } }),
    migrations: [],
    subscribers: [],
    cache: false,
    dropSchema: false,
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    extra: { ...extra, max: CONNECTIONS },
  };
}
