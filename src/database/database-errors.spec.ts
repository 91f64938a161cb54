import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { DataSource, QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../../test/support/database.js';
import { type DatabaseConnection, dataSourceOptions } from './data-source-options.js';
import { isDatabaseUnavailable } from './database-errors.js';

const SHORT_MS = 200;

let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await createDatabase();
  source = await dataSourceOn(database.connection).initialize();
  await source.query('CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL CHECK (name <> $$$$))');
  await source.query(`INSERT INTO things VALUES (1, 'one'), (2, 'two')`);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** The application's own DataSource, but for what a test needs otherwise. */
function dataSourceOn(connection: DatabaseConnection, changed: object = {}): DataSource {
  const options = dataSourceOptions(connection, []);
  return new DataSource({ ...options, extra: { ...options.extra, ...changed } });
}

/** What a promise is rejected with. */
async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It was not refused');
}

function connecting(connection: DatabaseConnection): Promise<unknown> {
  return errorOf(dataSourceOn(connection, { connectionTimeoutMillis: SHORT_MS }).initialize());
}

describe('isDatabaseUnavailable, of what a real server and driver say', () => {
  it('says yes when nobody listens on the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');

    const error = await connecting({ ...database.connection, host: '127.0.0.1', port });

    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('says yes when the socket is not there', async () => {
    const error = await connecting({ ...database.connection, host: '/nowhere/at/all' });

    expect(error).toMatchObject({ code: 'ENOENT' });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('says yes when no host has the name', async () => {
    const error = await connecting({ ...database.connection, host: 'database.invalid' });

    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ['says nothing', () => {}],
    ['hangs up', (socket: { destroy(): void }) => socket.destroy()],
  ])('says yes when whoever listens %s', async (_, greet) => {
    const server = createServer(greet).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const error = await connecting({ ...database.connection, host: '127.0.0.1', port });

    server.close();
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('says yes when the connection is ended from the other side', async () => {
    const runner = source.createQueryRunner();
    const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
    const sleeping = errorOf(runner.query('SELECT pg_sleep(30)'));

    await database.query('SELECT pg_terminate_backend($1)', [pid]);

    expect(isDatabaseUnavailable(await sleeping)).toBe(true);
    expect(isDatabaseUnavailable(await errorOf(runner.query('SELECT 1')))).toBe(true);
    await runner.release();
  });

  it('says yes when the statement takes too long, and when another one is waited for too long', async () => {
    const slow = await inTransaction([`SET LOCAL statement_timeout = ${SHORT_MS}`, 'SELECT pg_sleep(30)']);
    const holder = source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT * FROM things WHERE id = 1 FOR UPDATE');
    const waiting = await inTransaction([
      `SET LOCAL lock_timeout = ${SHORT_MS}`,
      'SELECT * FROM things WHERE id = 1 FOR UPDATE',
    ]);
    await holder.rollbackTransaction();
    await holder.release();

    expect(slow).toMatchObject({ code: '57014' });
    expect(waiting).toMatchObject({ code: '55P03' });
    expect([slow, waiting].map(isDatabaseUnavailable)).toEqual([true, true]);
  });

  it('says yes when the server takes no writes', async () => {
    const error = await inTransaction(['SET TRANSACTION READ ONLY', 'DELETE FROM things']);

    expect(error).toMatchObject({ code: '25006' });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('says yes when every connection of the pool is in use for too long', async () => {
    const small = await dataSourceOn(database.connection, { max: 1 }).initialize();
    const runner = small.createQueryRunner();
    await runner.connect();

    const error = await errorOf(small.query('SELECT 1'));

    await runner.release();
    await small.destroy();
    expect(error).toMatchObject({ message: expect.stringContaining('timeout exceeded') });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('says yes when the pool has been closed', async () => {
    const closed = await dataSourceOn(database.connection).initialize();
    const runner = closed.createQueryRunner();
    await runner.query('SELECT 1');
    await runner.release();

    expect(isDatabaseUnavailable(await errorOf(runner.query('SELECT 1')))).toBe(true);
    await closed.destroy();
  });

  it.each([
    ['a statement that is no SQL', 'SELEC 1', '42601'],
    ['a table that is not there', 'SELECT * FROM nothing', '42P01'],
    ['a row that is there already', `INSERT INTO things VALUES (1, 'one')`, '23505'],
    ['a value that is missing', 'INSERT INTO things VALUES (3, NULL)', '23502'],
    ['a value that is not admitted', `INSERT INTO things VALUES (3, '')`, '23514'],
    ['a value of another type', `SELECT 'ann'::uuid`, '22P02'],
    ['a division by zero', 'SELECT 1 / 0', '22012'],
    ['a text with a NUL', `SELECT E'\\u0000'`, '42601'],
  ])('says no to %s: that is our fault, and no other try helps', async (_, sql, code) => {
    const error = await errorOf(source.query(sql));

    expect(error).toBeInstanceOf(QueryFailedError);
    expect(error).toMatchObject({ code: expect.stringMatching(/^\w{5}$/) });
    expect({ code: (error as { code?: string }).code, isUnavailable: isDatabaseUnavailable(error) }).toEqual({
      code,
      isUnavailable: false,
    });
  });

  async function inTransaction(statements: readonly string[]): Promise<unknown> {
    return errorOf(
      source.transaction(async (manager) => {
        for (const sql of statements) {
          await manager.query(sql);
        }
      }),
    );
  }
});

describe('isDatabaseUnavailable, by SQLSTATE', () => {
  const failed = (code: string): Error =>
    new QueryFailedError(
      'SELECT 1',
      [],
      Object.assign(new Error('as the driver says'), { code, severity: 'ERROR' }),
    );

  it.each([
    '08000 08001 08003 08004 08006 08P01',
    '53000 53100 53200 53300 53400',
    '57014 57P01 57P02 57P03 57P05',
    '40001 40P01 55P03 25006',
  ])('says yes to %s', (codes) => {
    expect(codes.split(' ').filter((code) => !isDatabaseUnavailable(failed(code)))).toEqual([]);
  });

  it.each([
    '00000 22001 22P02 23502 23503 23505 23514 25P02 26000',
    '28000 28P01 3D000 3F000 42501 42601 42703 42P01',
    '40002 40003 54000 55000 55006 57000 XX000 P0001 0A000',
  ])('says no to %s', (codes) => {
    expect(codes.split(' ').filter((code) => isDatabaseUnavailable(failed(code)))).toEqual([]);
  });
});

describe('isDatabaseUnavailable, of what is no error of the database', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'Connection terminated'],
    ['an object', { code: '57P01', severity: 'FATAL' }],
    ['an error without a code', new Error('boom')],
    ['an error that speaks of a connection', new Error('The Connection terminated')],
    ['an error with a code alone', Object.assign(new Error('boom'), { code: 'ECONNREFUSED' })],
    ['an error with a SQLSTATE alone', Object.assign(new Error('boom'), { code: '57P01' })],
    ['several of them', new AggregateError([new Error('boom'), new TypeError('bang')])],
    ['none of them', new AggregateError([])],
  ])('says no: %s', (_, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it('looks into several errors, as a host with two addresses gives them', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' });

    expect(isDatabaseUnavailable(new AggregateError([new Error('boom'), refused]))).toBe(true);
  });
});
