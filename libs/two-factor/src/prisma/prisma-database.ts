import type { DatabaseAdapter, StatementFailure, TwoFactorTransaction } from '../sql/database-adapter.js';
import { NoConnectionError } from '../sql/no-connection.js';
import type { SqlRunner } from '../sql/one-statement.js';
import type { TablePlace } from '../sql/tables.js';

/** Prisma's own are 2 and 5 seconds. Our statements wait for a lock for two, and the host's part comes on top. */
const TRANSACTION = { maxWait: 5_000, timeout: 10_000 };

interface PrismaQueries {
  $queryRawUnsafe<Rows>(sql: string, ...values: unknown[]): PromiseLike<Rows>;
}

/** The part of a generated `PrismaClient` that the library uses. The client of a transaction has no `$connect`. */
export interface PrismaClientLike extends PrismaQueries {
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
  $transaction<Result>(
    work: (transaction: PrismaQueries) => Promise<Result>,
    options: { readonly maxWait: number; readonly timeout: number },
  ): Promise<Result>;
}

/**
 * The database over a client of Prisma's, version 7 with `@prisma/adapter-pg`. What does something in the same commit gets
 * its `Prisma.TransactionClient`.
 *
 * @param client what makes one of the library's own, with up to four connections, when the first statement is sent. It is
 *   disconnected with the application. Or a client of the host's, which is left to the host: requests that hold its
 *   connections and wait for the library end with 503
 * @param place the schema and prefix of the library's tables. Default: none
 */
export function prismaDatabase(
  client: PrismaClientLike | (() => PrismaClientLike),
  place: TablePlace = {},
): DatabaseAdapter {
  return new PrismaAdapter(client, place);
}

class PrismaAdapter implements DatabaseAdapter {
  readonly schema: string | undefined;
  readonly prefix: string | undefined;
  #own: PrismaClientLike | undefined;

  constructor(
    private readonly given: PrismaClientLike | (() => PrismaClientLike),
    { schema, prefix }: TablePlace,
  ) {
    this.schema = schema;
    this.prefix = prefix;
  }

  get #client(): PrismaClientLike {
    return typeof this.given === 'function' ? (this.#own ??= this.given()) : this.given;
  }

  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    try {
      return await queriesOf(this.#client).query<Row>(sql, parameters);
    } catch (error) {
      throw isWithoutConnection(error) ? new NoConnectionError(error) : error;
    }
  }

  async transaction<Result>(work: (transaction: TwoFactorTransaction) => Promise<Result>): Promise<Result> {
    let hasBegun = false;
    try {
      return await this.#client.$transaction((native) => {
        hasBegun = true;
        return work({ native, ...queriesOf(native) });
      }, TRANSACTION);
    } catch (error) {
      throw hasBegun ? error : new NoConnectionError(error);
    }
  }

  failureOf(error: unknown): StatementFailure | undefined {
    const sqlState = causeOf(error)?.originalCode;
    return sqlState === undefined ? undefined : { sqlState };
  }

  async close(): Promise<void> {
    // What was made here, and nothing else: the host's own parts may use theirs until the very end.
    const own = this.#own;
    this.#own = undefined;
    await own?.$disconnect();
  }
}

function queriesOf(client: PrismaQueries): SqlRunner {
  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
      client.$queryRawUnsafe<Row[]>(sql, ...parameters.map(asSent)),
  };
}

/** A `Date` would be read as a time of the session's time zone, and so be stored hours beside it. */
function asSent(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

/** What Prisma's driver adapter says of an error, whichever code Prisma gives it: a deadlock in raw SQL is a P2010. */
interface DriverCause {
  readonly kind?: string;
  /** PostgreSQL's code. */
  readonly originalCode?: string;
}

function causeOf(error: unknown): DriverCause | undefined {
  const meta: { readonly driverAdapterError?: { readonly cause?: DriverCause } } | undefined =
    error instanceof Error ? Reflect.get(error, 'meta') : undefined;
  return meta?.driverAdapterError?.cause;
}

const WITHOUT_CONNECTION = new Set(['DatabaseNotReachable', 'TooManyConnections']);

/** Whether a statement was never sent. Of its pool Prisma hands on what the driver says in words. */
function isWithoutConnection(error: unknown): boolean {
  return (
    WITHOUT_CONNECTION.has(causeOf(error)?.kind ?? '') ||
    (error instanceof Error && error.message === 'timeout exceeded when trying to connect')
  );
}
