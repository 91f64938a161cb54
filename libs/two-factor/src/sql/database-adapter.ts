import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { SqlRunner } from './one-statement.js';

/** A transaction of the library's own, Read Committed. */
export interface TwoFactorTransaction extends SqlRunner {
  /** The same transaction as the host's tool has it, for the host's code: TypeORM's `EntityManager`, Prisma's `tx`, pg's client. */
  readonly native: unknown;
}

/** What PostgreSQL said of a statement that failed. */
export interface StatementFailure {
  /** PostgreSQL's code, five characters. Without one there was no answer. */
  readonly sqlState?: string | undefined;
  /** PostgreSQL's context of the error, where it is to be had: it names the table that a lock was waited for in. */
  readonly where?: string | undefined;
}

/**
 * The way to PostgreSQL, over connections that are the library's own: the port that an ORM or a driver is adapted to.
 *
 * Nothing in it may join a transaction that the host has open, for that would take the charge of an attempt back.
 * Isolation, waiting, retries and the names of the tables are none of its business.
 */
export interface DatabaseAdapter {
  /** The schema of the library's tables. Default: the first of the search path. */
  readonly schema?: string | undefined;
  /** What stands before the names of the library's tables. */
  readonly prefix?: string | undefined;
  /**
   * Runs one statement, which commits by itself. Parameters are texts, numbers, `Date`, `Buffer`, `null`, and arrays of texts.
   *
   * @throws NoConnectionError when no connection could be had
   */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs a transaction: all of it is committed, or nothing when `work` throws.
   *
   * @throws NoConnectionError when no connection could be had
   */
  transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result>;
  /** What PostgreSQL said, if the error is one of PostgreSQL's. */
  failureOf(error: unknown): StatementFailure | undefined;
  /** Closes the connections, with the application. */
  close?(): Promise<void>;
}

/** How Nest comes by an adapter: what it injects, and from which modules. */
export type DatabaseProvider = Pick<ModuleMetadata, 'imports' | 'exports'> &
  Pick<FactoryProvider<DatabaseAdapter>, 'inject' | 'useFactory'>;
