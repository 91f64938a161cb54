import 'reflect-metadata';
import { TypeOrmModule, getRepositoryToken } from '@nestjs/typeorm';
import { Test } from '@nestjs/testing';
import {
  type DatabaseAdapter,
  type DatabaseProvider,
  type HostSession,
  NoConnectionError,
  TwoFactorModule,
  TwoFactorService,
  TwoFactorSessions,
} from 'nestjs-two-factor';
import { pgDatabase } from 'nestjs-two-factor/pg';
import { type PrismaClientLike, prismaDatabase } from 'nestjs-two-factor/prisma';
import { FixedClock, enrol } from 'nestjs-two-factor/testing';
import { BackupCode, TWO_FACTOR_ENTITIES, UserSecret, typeOrm } from 'nestjs-two-factor/typeorm';
import { Client, type PoolClient } from 'pg';
import type { EntityManager, Repository } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ANN, PLAIN } from './start-module.js';

let database: TestDatabase;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await createDatabase();
  await database.query(`CREATE TABLE host_rows (user_id text NOT NULL, at timestamptz, note text)`);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) {
    await close();
  }
  await database.drop();
});

const quiet = { log: () => {}, warn: () => {}, error: () => {} };

async function start(of: DatabaseAdapter | DatabaseProvider, ...imports: object[]) {
  const clock = new FixedClock();
  const module = await Test.createTestingModule({
    imports: [...(imports as []), TwoFactorModule.forRoot({ ...PLAIN, database: of, clock })],
  })
    .setLogger(quiet)
    .compile();
  const app = await module.init();
  closing.push(() => app.close());
  return { app, clock, twoFactor: app.get(TwoFactorService) };
}

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  closing.push(() => client.end());
  return client;
}

const codeOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'accepted',
    (error: { readonly code?: string; readonly message: string }) => error.code ?? error.message,
  );

const typeOrmModule = () =>
  TypeOrmModule.forRoot({
    type: 'postgres',
    ...database.connection,
    retryAttempts: 0,
    entities: [...TWO_FACTOR_ENTITIES],
  });

const ADAPTERS = {
  typeorm: () => start(typeOrm(), typeOrmModule()),
  pg: () => start(pgDatabase({ connectionString: database.url })),
} as const;

/** What a host writes in the same commit, by the means of each. */
const WRITES: Readonly<
  Record<keyof typeof ADAPTERS, HostSession<EntityManager & PoolClient>['inSameCommit']>
> = {
  typeorm: (manager, userId) => manager.query('INSERT INTO host_rows (user_id) VALUES ($1)', [userId]),
  pg: (client, userId) => client.query('INSERT INTO host_rows (user_id) VALUES ($1)', [userId]),
};

describe.each(['typeorm', 'pg'] as const)('the adapter of %s', (name) => {
  it('signs in, remembers what was passed, and tells every time to the millisecond', async () => {
    const { app, twoFactor, clock } = await ADAPTERS[name]();
    const { phone } = await enrol(app, ANN, { clock });
    const enabledAt = clock.now();
    clock.advance({ seconds: 3.721 });

    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    const proof = { code: phone.freshCode() };
    await twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof });

    expect(await twoFactor.status(ANN.id)).toMatchObject({
      enabledAt,
      backupCodes: { generatedAt: enabledAt, remaining: 10 },
    });
    expect(
      await app.get(TwoFactorSessions).passedFactors({ userId: ANN.id, sessionId: SOME_SESSION }),
    ).toEqual([{ method: 'totp', isUserVerified: false, passedAt: clock.now() }]);
    const [latest] = await twoFactor.latestEvents(ANN.id);
    expect(latest).toMatchObject({ type: 'challenge_answered', at: clock.now() });
  });

  it('gives the host’s function the transaction as its tool has it', async () => {
    const { app, twoFactor, clock } = await ADAPTERS[name]();
    const { phone } = await enrol(app, ANN, { clock });
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);

    const proof = { code: phone.freshCode() };
    await twoFactor.completeSignIn({
      sessionId: SOME_SESSION,
      challengeToken,
      proof,
      inSameCommit: WRITES[name],
    });

    expect(await database.query('SELECT user_id FROM host_rows')).toEqual([{ user_id: ANN.id }]);
  });

  it('takes a function back that has swallowed an error of the database, and the code works again', async () => {
    const { app, twoFactor, clock } = await ADAPTERS[name]();
    const { phone } = await enrol(app, ANN, { clock });
    const code = phone.freshCode();
    const answer = async (inSameCommit: HostSession<EntityManager & PoolClient>['inSameCommit']) => {
      const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
      const proof = { code };
      return codeOf(
        twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof, inSameCommit }),
      );
    };

    const swallowed = await answer((tx) =>
      (tx as { query(sql: string): Promise<unknown> }).query('SELECT 1 / 0').catch(() => {}),
    );

    expect(swallowed).toBe('25P02');
    expect(await answer(WRITES[name])).toBe('accepted');
  });

  it('is waited for two seconds where somebody holds the rows, and then it is 503', async () => {
    const { app, twoFactor, clock } = await ADAPTERS[name]();
    const { phone } = await enrol(app, ANN, { clock });
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    const holder = await connected();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM two_factor_accounts FOR UPDATE');
    const proof = { code: phone.freshCode() };
    const answer = () => twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof });

    const held = await codeOf(answer());
    await holder.query('ROLLBACK');

    expect(held).toBe('SERVICE_UNAVAILABLE');
    expect(await codeOf(answer())).toBe('accepted');
  });

  it('has four connections at most, and none when the application has ended', async () => {
    const { app, twoFactor } = await ADAPTERS[name]();
    const connections = async (): Promise<number> => {
      const rows = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
          AND pid <> pg_backend_pid() AND application_name = ''`,
      );
      return rows.length;
    };

    await Promise.all(Array.from({ length: 40 }, () => twoFactor.status(ANN.id)));

    expect(await connections()).toBe({ typeorm: 1 + 4, pg: 4 }[name]);
    closing.pop();
    await app.close();
    await expect.poll(connections).toBe(0);
  });

  it('survives the loss of its connections, used and idle', async () => {
    const { app, twoFactor, clock } = await ADAPTERS[name]();
    const { phone } = await enrol(app, ANN, { clock });
    const killAll = () =>
      database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    await killAll();
    await expect.poll(() => codeOf(twoFactor.status(ANN.id))).toBe('accepted');
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    const proof = { code: phone.freshCode() };
    const answer = (inSameCommit: HostSession['inSameCommit']) =>
      codeOf(twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof, inSameCommit }));

    const lost = await answer(async () => {
      await killAll();
    });

    expect(lost).not.toBe('accepted');
    await expect.poll(() => answer([])).toBe('accepted');
  });
});

describe('the repositories of TypeORM', () => {
  it('are there to inject', async () => {
    const { app, clock } = await ADAPTERS.typeorm();
    await enrol(app, ANN, { clock });

    const secrets = app.get<Repository<UserSecret>>(getRepositoryToken(UserSecret), { strict: false });
    const codes = app.get<Repository<BackupCode>>(getRepositoryToken(BackupCode), { strict: false });

    expect(await secrets.findBy({ userId: ANN.id })).toHaveLength(1);
    expect(await codes.countBy({ userId: ANN.id })).toBe(10);
  });
});

/** A transaction of the host's that is open around our calls, and that our statements join. */
function joining(client: Client): DatabaseAdapter {
  const query = async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
    (await client.query(sql, [...parameters])).rows as Row[];
  return {
    query,
    transaction: (work) => work({ native: client, query }),
    failureOf: (error) => ({ sqlState: (error as { code?: string }).code }),
  };
}

describe('a transaction of the host’s in place of a database', () => {
  it('is refused at start', async () => {
    const client = await connected();
    await client.query('BEGIN');

    await expect(start(joining(client))).rejects.toThrow(
      'TwoFactorModule was given a transaction as its database: an error would take the charge of a guess back',
    );
  });

  it('is refused at run time: no answer is told that its error could take back', async () => {
    const client = await connected();
    const own = pgDatabase({ connectionString: database.url });
    const ambient = joining(client);
    let isAmbient = false;
    const { app, twoFactor, clock } = await start({
      query: (sql, parameters) => (isAmbient ? ambient : own).query(sql, parameters),
      transaction: (work) => (isAmbient ? ambient : own).transaction(work),
      failureOf: (error) => (isAmbient ? ambient : own).failureOf(error),
      close: () => own.close!(),
    });
    const { phone, backupCodes } = await enrol(app, ANN, { clock });
    const signIn = { authenticatedAt: clock.now() };
    const late = { authenticatedAt: new Date(0), reauthenticate: async () => false };
    const proved = (proof: object) => async () => {
      const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
      return twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof });
    };
    const guesses: Readonly<Record<string, () => Promise<unknown>>> = {
      'a wrong code': proved({ code: phone.wrongCode() }),
      'a right code': proved({ code: phone.freshCode() }),
      'a wrong backup code': proved({ backupCode: 'AAAAA-AAAAA-AAAAA' }),
      'a right backup code': proved({ backupCode: backupCodes[0] }),
      'a change': () => twoFactor.disable({ userId: ANN.id, proof: { code: phone.wrongCode() }, signIn }),
      'a password': () =>
        twoFactor.disable({ userId: ANN.id, proof: { code: phone.wrongCode() }, signIn: late }),
    };

    const answers: Record<string, unknown> = {};
    for (const [name, guess] of Object.entries(guesses)) {
      await client.query('BEGIN');
      isAmbient = true;
      answers[name] = await guess().catch((error: Error) => error.message);
      isAmbient = false;
      await client.query('ROLLBACK');
    }

    const refused = expect.stringContaining('the library was given a transaction of the host') as string;
    expect(answers).toEqual(Object.fromEntries(Object.keys(guesses).map((name) => [name, refused])));
    expect(await database.query('SELECT FROM two_factor_attempts WHERE failures_in_a_row > 0')).toEqual([]);
  });
});

describe('a database without a connection to give', () => {
  it('keeps the application from starting, and says what of', async () => {
    const nobody = pgDatabase({ host: '127.0.0.1', port: 1 });

    await expect(start(nobody)).rejects.toThrow(
      'TwoFactorModule cannot open connections of its own, up to 4 beside those of the host: connect ECONNREFUSED',
    );
  });

  it('is 503 later on, with what the driver said', async () => {
    const own = pgDatabase({ connectionString: database.url });
    const cause = new Error('too many connections');
    let isFull = false;
    const { twoFactor } = await start({
      query: async (sql, parameters) => {
        if (isFull) {
          throw new NoConnectionError(cause);
        }
        return own.query(sql, parameters);
      },
      transaction: (work) => own.transaction(work),
      failureOf: (error) => own.failureOf(error),
      close: () => own.close!(),
    });
    isFull = true;

    await expect(twoFactor.status(ANN.id)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterSeconds: 1,
      cause,
    });
  });
});

/** What the library uses of a Prisma client, on one connection; its times are Prisma's own affair. */
class Prismatic implements PrismaClientLike {
  disconnections = 0;

  constructor(private readonly client: Client) {}

  async $queryRawUnsafe<Rows>(sql: string, ...values: unknown[]): Promise<Rows> {
    return (await this.client.query(sql, values)).rows as Rows;
  }

  async $transaction<Result>(work: (transaction: Prismatic) => Promise<Result>): Promise<Result> {
    await this.client.query('BEGIN');
    const result = await work(this);
    await this.client.query('COMMIT');
    return result;
  }

  async $connect(): Promise<void> {}

  async $disconnect(): Promise<void> {
    this.disconnections += 1;
  }
}

describe('a client of Prisma’s', () => {
  it('of the host is left to the host when the application ends', async () => {
    const prisma = new Prismatic(await connected());
    const { app, twoFactor } = await start(prismaDatabase(prisma));
    await twoFactor.status(ANN.id);

    closing.pop();
    await app.close();

    expect(prisma.disconnections).toBe(0);
  });

  it('of the library’s own is made at its first statement, and ends with the application', async () => {
    const made: Prismatic[] = [];
    const client = await connected();
    const own = prismaDatabase(() => {
      const prisma = new Prismatic(client);
      made.push(prisma);
      return prisma;
    });
    expect(made).toHaveLength(0);
    const { app, twoFactor } = await start(own);
    await twoFactor.status(ANN.id);

    closing.pop();
    await app.close();

    expect(made).toMatchObject([{ disconnections: 1 }]);
  });

  it('of the host is left to it, too, when the application does not start', async () => {
    const prisma = new Prismatic(await connected());
    await prisma.$queryRawUnsafe('BEGIN');

    await expect(start(prismaDatabase(prisma))).rejects.toThrow('a transaction as its database');
    expect(prisma.disconnections).toBe(0);
  });
});

describe('a host in JavaScript that names no database', () => {
  it('hears of it when the module is put together', () => {
    const { database: _, ...options } = PLAIN;

    expect(() => TwoFactorModule.forRoot(options as typeof PLAIN)).toThrow(
      `TwoFactorModule needs a database, beside its options: database: typeOrm(), from 'nestjs-two-factor/typeorm'`,
    );
  });
});
