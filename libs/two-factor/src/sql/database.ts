import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { DatabaseAdapter, StatementFailure, TwoFactorTransaction } from './database-adapter.js';
import { NoConnectionError, cannotConnect } from './no-connection.js';
import type { SqlRunner } from './one-statement.js';
import { BEGUN } from './read-committed.js';
import { isUnanswered, retryingConflicts, waitedFor } from './retry.js';

export type { TwoFactorTransaction } from './database-adapter.js';

/** lock_not_available: `lock_timeout` is over. */
const LOCK_NOT_AVAILABLE = '55P03';
/** active_sql_transaction: the isolation was asked for too late, and is another one. */
const ISOLATION_IS_ANOTHER = '25001';

/**
 * The library's way to its tables: what an adapter does, Read Committed by name, with a bound of waiting, and again
 * when PostgreSQL asks for it. Reads go this way too: there is one for all.
 */
export class TwoFactorDatabase implements SqlRunner, OnApplicationShutdown {
  #hasOtherIsolation = false;
  /** What statements have thrown: drivers say in words only that there was no answer. */
  readonly #thrown = new WeakSet();

  private constructor(private readonly adapter: DatabaseAdapter) {}

  /** @throws Error when it cannot be reached, or is a transaction of the host's, so that the application does not start */
  static async open(adapter: DatabaseAdapter): Promise<TwoFactorDatabase> {
    const database = new TwoFactorDatabase(adapter);
    try {
      await database.#requireCommits();
    } catch (error) {
      await adapter.close?.();
      throw error instanceof NoConnectionError ? cannotConnect(error.cause) : error;
    }
    return database;
  }

  /**
   * What is set for a transaction is gone after a statement that has committed by itself. If it is not, the error of a
   * wrong code would take its charge back with everything else of that transaction.
   */
  async #requireCommits(): Promise<void> {
    const [set] = await this.adapter.query<{ synchronous: string }>(
      `SELECT set_config('nestjs_two_factor.start', 'open', true) AS start, current_setting('synchronous_commit') AS synchronous`,
    );
    const [after] = await this.adapter.query<{ start: string | null }>(
      `SELECT current_setting('nestjs_two_factor.start', true) AS start`,
    );
    if (after?.start === 'open') {
      throw new Error(
        'TwoFactorModule was given a transaction as its database: an error would take the charge of a guess back',
      );
    }
    // A commit that is told before it is on the disk takes a charge back when the server fails (ADR 0020).
    if (set?.synchronous === 'off') {
      new Logger('TwoFactor').warn(
        'synchronous_commit is off: after a crash of the database, codes may work again and guesses be forgotten',
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.adapter.close?.();
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
      return await this.#commit(() => this.#noting(this.adapter).query<Row>(sql, parameters));
    } catch (error) {
      if (!this.#isOtherIsolation(error)) {
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
  async transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result> {
    let hasBegun = false;
    const run = (): Promise<Result> =>
      this.#commit(() =>
        this.adapter.transaction(async (begun) => {
          const transaction = { native: begun.native, ...this.#noting(begun) };
          await this.#ask(transaction);
          hasBegun = true;
          return work(transaction);
        }),
      );
    try {
      return await run();
    } catch (error) {
      if (hasBegun || !this.#isOtherIsolation(error)) {
        throw error;
      }
      this.#hasOtherIsolation = true;
      return run();
    }
  }

  /** Whether the error says that the database gave no answer, or cannot just now. */
  isUnanswered(error: unknown): boolean {
    return isUnanswered(error, { failureOf: (cause) => this.#failureOf(cause) });
  }

  /** Whether the error is of a row of this table, which somebody else held for too long. */
  waitedFor(error: unknown, table: string): boolean {
    return waitedFor(error, table, this.adapter);
  }

  /** Asks for what a transaction relies on, in one round trip where that is the database's default. */
  async #ask(transaction: TwoFactorTransaction): Promise<void> {
    if (this.#hasOtherIsolation) {
      await transaction.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    }
    await transaction.query(BEGUN);
  }

  #noting(on: SqlRunner): SqlRunner {
    return {
      query: async <Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> => {
        try {
          return await on.query<Row>(sql, parameters);
        } catch (error) {
          if (error instanceof Error) {
            this.#thrown.add(error);
          }
          throw error;
        }
      },
    };
  }

  #failureOf(error: unknown): StatementFailure | undefined {
    const isStatements = error instanceof Error && this.#thrown.has(error);
    return this.adapter.failureOf(error) ?? (isStatements ? {} : undefined);
  }

  #commit<Result>(commit: () => Promise<Result>): Promise<Result> {
    return retryingConflicts(async () => {
      try {
        return await commit();
      } catch (error) {
        throw this.#refusalOf(error);
      }
    }, this.adapter);
  }

  #refusalOf(error: unknown): unknown {
    if (error instanceof NoConnectionError) {
      return unavailable(error.cause);
    }
    return this.adapter.failureOf(error)?.sqlState === LOCK_NOT_AVAILABLE ? unavailable(error) : error;
  }

  #isOtherIsolation(error: unknown): boolean {
    return this.adapter.failureOf(error)?.sqlState === ISOLATION_IS_ANOTHER;
  }
}

function unavailable(cause: unknown): TwoFactorException {
  return new TwoFactorException('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1, cause });
}
