import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { SqlRunner } from './one-statement.js';
import { LOCK_WAIT } from './read-committed.js';
import { retryingConflicts, sqlStateOf } from './retry.js';

/** How many connections of its own the library opens at most, beside those of the host's pool. */
const CONNECTIONS = 4;

const BEGUN = `SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '${LOCK_WAIT}'`;
/** lock_not_available: `lock_timeout` is over. */
const LOCK_NOT_AVAILABLE = '55P03';
/** active_sql_transaction: the isolation was asked for too late, and is another one. */
const ISOLATION_IS_ANOTHER = '25001';

/** A transaction of the library's own, Read Committed. */
export interface TwoFactorTransaction extends SqlRunner {
  /** The same transaction for the host's code. It knows the host's entities; the host's subscribers hear nothing of it. */
  readonly manager: EntityManager;
}

/**
 * The host's database over connections of the library's own, always the primary.
 *
 * Nothing here joins a transaction that the host has open: typeorm-transactional and its like replace `query`,
 * `manager` and `transaction` of the host's DataSource, and an error that leaves their transaction would take
 * the charge of the attempt back. Nor does anything here wait for a connection of the host's pool, all of which
 * may be held by requests that wait for us.
 */
export class TwoFactorDatabase implements SqlRunner, OnApplicationShutdown {
  #hasOtherIsolation = false;

  private constructor(private readonly own: DataSource) {}

  /** @throws Error when it cannot be reached, so that the application does not start */
  static async open(host: DataSource): Promise<TwoFactorDatabase> {
    const own = new DataSource(ownOptions(host.options));
    try {
      await own.initialize();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `TwoFactorModule cannot open connections of its own, up to ${CONNECTIONS} beside those of the host: ${why}`,
        { cause },
      );
    }
    const database = new TwoFactorDatabase(own);
    await database.#warnOfLateCommits();
    return database;
  }

  /** A commit that is told before it is on the disk takes a charge back when the server fails (ADR 0020). */
  async #warnOfLateCommits(): Promise<void> {
    const [row] = await this.query<{ setting: string }>(
      `SELECT current_setting('synchronous_commit') AS setting`,
    );
    if (row?.setting === 'off') {
      new Logger('TwoFactor').warn(
        'synchronous_commit is off: after a crash of the database, codes may work again and guesses be forgotten',
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.own.destroy();
  }

  /**
   * Runs one statement, which commits by itself.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when there is no connection, or somebody else holds the rows
   */
  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    const inTransaction = (): Promise<Row[]> =>
      this.transaction((transaction) => transaction.query(sql, parameters));
    if (this.#hasOtherIsolation) {
      return inTransaction();
    }
    try {
      return await retryingConflicts(() =>
        this.#connected((runner) => queriesOf(runner).query(sql, parameters)),
      );
    } catch (error) {
      if (sqlStateOf(error) !== ISOLATION_IS_ANOTHER) {
        throw error;
      }
      // The database's default is not Read Committed. Nothing has happened: a transaction can ask before its statement.
      this.#hasOtherIsolation = true;
      return inTransaction();
    }
  }

  /**
   * Runs a transaction, Read Committed by name: all of it is committed, or nothing when `work` throws. It may
   * run again when PostgreSQL broke it off in favour of another one.
   *
   * @throws TwoFactorException `SERVICE_UNAVAILABLE` when there is no connection, or somebody else holds the rows
   */
  transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result> {
    return retryingConflicts(() =>
      this.#connected(async (runner) => {
        // TypeORM's own beginning, so that what the host's code does by its EntityManager is within it.
        await runner.startTransaction();
        try {
          await runner.query(BEGUN);
          const result = await work({ manager: runner.manager, ...queriesOf(runner) });
          await runner.commitTransaction();
          return result;
        } catch (error) {
          // What went wrong first is what counts; after the loss of the connection nothing can be said any more.
          await runner.rollbackTransaction().catch(() => {});
          throw error;
        }
      }),
    );
  }

  async #connected<Result>(work: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    const runner = this.own.createQueryRunner('master');
    try {
      await runner.connect().catch((cause: unknown) => {
        throw unavailable(cause);
      });
      return await work(runner);
    } catch (error) {
      throw sqlStateOf(error) === LOCK_NOT_AVAILABLE ? unavailable(error) : error;
    } finally {
      await runner.release();
    }
  }
}

function queriesOf(runner: QueryRunner): SqlRunner {
  return {
    query: async (sql, parameters) => (await runner.query(sql, parameters && [...parameters], true)).records,
  };
}

function unavailable(cause: unknown): TwoFactorException {
  return new TwoFactorException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1, cause });
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
