import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { enrol } from 'nestjs-two-factor/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource, type DataSourceOptions, EntityManager, type QueryRunner } from 'typeorm';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';

const ANN = { id: '1', label: 'ann@example.com' };

let database: TestDatabase;
let host: Host | undefined;

beforeEach(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE host_sessions (user_id text NOT NULL)');
});
afterEach(async () => {
  await host?.app.close();
  host = undefined;
  await database.drop();
});

const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'accepted',
    (error: { readonly code: string }) => error.code,
  );

async function failures(): Promise<number[]> {
  const rows = await database.query<{ count: number }>(
    'SELECT cardinality(failed_at)::int AS count FROM two_factor_attempts',
  );
  return rows.map(({ count }) => count);
}

/** The transaction that is open around a call, as hosts with typeorm-transactional and its like have it. */
const ambient = new AsyncLocalStorage<QueryRunner>();

/** Runs in a transaction that every call of this DataSource joins, and that its error takes back. */
async function inTransaction<Result>(dataSource: DataSource, work: () => Promise<Result>): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    const result = await ambient.run(runner, work);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

type Query = (sql: string, parameters?: unknown[], runner?: QueryRunner) => Promise<unknown>;

/** `query`, `manager` and `transaction` of one DataSource, replaced as typeorm-transactional replaces them. */
function patchInstance(dataSource: DataSource): DataSource {
  const query: Query = dataSource.query.bind(dataSource);
  const { manager } = dataSource;
  Object.defineProperties(dataSource, {
    query: { value: (sql: string, parameters?: unknown[]) => query(sql, parameters, ambient.getStore()) },
    manager: { get: () => ambient.getStore()?.manager ?? manager },
    transaction: {
      value: (...of: Parameters<typeof manager.transaction>) =>
        (ambient.getStore()?.manager ?? manager).transaction(...of),
    },
  });
  return dataSource;
}

/** The same, done to the prototypes: every DataSource there is joins in. @returns undoes it */
function patchPrototypes(): () => void {
  const { query } = DataSource.prototype;
  const { transaction } = EntityManager.prototype;
  Object.assign(DataSource.prototype, {
    query(this: DataSource, sql: string, parameters?: unknown[], runner?: QueryRunner) {
      return Reflect.apply(query, this, [sql, parameters, runner ?? ambient.getStore()]);
    },
  });
  Object.assign(EntityManager.prototype, {
    transaction(this: EntityManager, ...of: unknown[]) {
      return Reflect.apply(transaction, ambient.getStore()?.manager ?? this, of);
    },
  });
  return () => {
    Object.assign(DataSource.prototype, { query });
    Object.assign(EntityManager.prototype, { transaction });
  };
}

describe.each(['of its DataSource', 'of the prototypes'] as const)(
  'a host that patches the methods %s',
  (where) => {
    let restore = (): void => {};
    let running: Host;

    beforeEach(async () => {
      restore = where === 'of the prototypes' ? patchPrototypes() : () => {};
      running = await startHost(database, {
        changed: { extra: { max: 2 } },
        dataSourceFactory: async (options: DataSourceOptions) => {
          const dataSource = new DataSource(options);
          return where === 'of its DataSource' ? patchInstance(dataSource) : dataSource;
        },
      });
      host = running;
    });
    afterEach(() => restore());

    it('does not take the charge back, nor the event, of a wrong code', async () => {
      const { twoFactor, dataSource, clock } = running;
      const { phone } = await enrol(running.app, ANN, { clock });
      const guess = (): Promise<string> =>
        codeOf(
          inTransaction(dataSource, async () => {
            const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
            return twoFactor.completeSignIn({
              sessionId: SOME_SESSION,
              challengeToken,
              proof: { code: phone.wrongCode() },
            });
          }),
        );

      const answers = [];
      for (let count = 0; count < 7; count += 1) {
        answers.push(await guess());
      }

      expect(answers).toEqual([
        ...Array.from({ length: 5 }, () => 'TWO_FACTOR_CODE_INVALID'),
        'TWO_FACTOR_LOCKED',
        'TWO_FACTOR_LOCKED',
      ]);
      const events = await twoFactor.latestEvents(ANN.id);
      expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
        'challenge_answered locked',
        ...Array.from({ length: 5 }, () => 'challenge_answered wrong'),
        'enabled null',
        'setup_started null',
      ]);
    });

    it('does not make a code fresh again by taking back what came of it', async () => {
      const { twoFactor, dataSource, clock } = running;
      const { phone } = await enrol(running.app, ANN, { clock });
      const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
      const code = phone.freshCode();

      const rolledBack = inTransaction(dataSource, async () => {
        await twoFactor.completeSignIn({
          sessionId: SOME_SESSION,
          challengeToken,
          proof: { code },
          inSameCommit: [{ sql: 'INSERT INTO host_sessions SELECT user_id FROM accepted', parameters: [] }],
        });
        throw new Error('the mail could not be sent');
      });

      await expect(rolledBack).rejects.toThrow('the mail could not be sent');
      const again = await challengeTokenOf(twoFactor, ANN.id);
      expect(
        await codeOf(
          twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken: again, proof: { code } }),
        ),
      ).toBe('TWO_FACTOR_CODE_INVALID');
      expect(await database.query('SELECT user_id FROM host_sessions')).toEqual([{ user_id: ANN.id }]);
    });

    it('does not take a change of factors back', async () => {
      const { twoFactor, dataSource, clock } = running;
      const { phone } = await enrol(running.app, ANN, { clock });
      const signIn = { authenticatedAt: clock.now() };

      const rolledBack = inTransaction(dataSource, async () => {
        await twoFactor.disable({ userId: ANN.id, proof: { code: phone.freshCode() }, signIn });
        throw new Error('the mail could not be sent');
      });

      await expect(rolledBack).rejects.toThrow('the mail could not be sent');
      expect(await twoFactor.status(ANN.id)).toMatchObject({ enabled: false });
    });

    it('answers twenty at once, though each holds one of two connections', async () => {
      const { twoFactor, dataSource, clock } = running;
      const users = Array.from({ length: 4 }, (_, index) => ({ ...ANN, id: `user ${index}` }));
      const attempts: { readonly challengeToken: string; readonly code: string }[] = [];
      for (const user of users) {
        const { phone } = await enrol(running.app, user, { clock });
        for (let count = 0; count < 5; count += 1) {
          const challengeToken = await challengeTokenOf(twoFactor, user.id);
          attempts.push({ challengeToken, code: phone.wrongCode() });
        }
      }

      const answers = await Promise.all(
        attempts.map(({ challengeToken, code }) =>
          codeOf(
            inTransaction(dataSource, () =>
              twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof: { code } }),
            ),
          ),
        ),
      );

      expect(answers).toEqual(Array.from({ length: 20 }, () => 'TWO_FACTOR_CODE_INVALID'));
      expect(await failures()).toEqual([5, 5, 5, 5]);
    });
  },
);

/** Longer than anything may wait. */
async function patience(): Promise<never> {
  await delay(15_000, undefined, { ref: false });
  throw new Error('It still waits');
}

describe('rows that an open transaction of the host holds', () => {
  const BOB = { id: '2', label: 'bob@example.com' };
  /** Deletes what somebody may hold. */
  const inSameCommit = [
    { sql: 'DELETE FROM host_sessions s USING accepted a WHERE s.user_id = a.user_id', parameters: [] },
  ];

  it.each([
    ['the charge of a code', 'two_factor_challenges', 'answer'],
    ['the acceptance of a code', 'host_sessions', 'answer'],
    ['a code, at the account', 'two_factor_accounts', 'answer'],
    ['a sign-in without a code', 'host_sessions', 'signInBob'],
    ['a sign-in that opens a challenge', 'two_factor_accounts', 'signInAnn'],
    ['a password', 'two_factor_attempts', 'regenerate'],
    ['a setup', 'two_factor_enrolments', 'setUpBob'],
  ] as const)('end %s with 503, and it works once they are free', async (_, table, name) => {
    const { app, twoFactor, clock } = (host = await startHost(database));
    await database.query('INSERT INTO host_sessions VALUES ($1), ($2)', [ANN.id, BOB.id]);
    const { phone } = await enrol(app, ANN, { clock });
    const signIn = { authenticatedAt: clock.now() };
    const late = { authenticatedAt: new Date(0), reauthenticate: async () => true };
    await twoFactor.setup({ user: BOB, signIn });
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    await codeOf(
      twoFactor.regenerateBackupCodes({ userId: ANN.id, proof: { code: phone.wrongCode() }, signIn: late }),
    );
    const code = phone.freshCode();
    const act = {
      answer: () =>
        twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof: { code }, inSameCommit }),
      signInAnn: () => twoFactor.beginSignIn({ userId: ANN.id, inSameCommit }),
      signInBob: () => twoFactor.beginSignIn({ userId: BOB.id, inSameCommit }),
      regenerate: () => twoFactor.regenerateBackupCodes({ userId: ANN.id, proof: { code }, signIn: late }),
      setUpBob: () => twoFactor.setup({ user: BOB, signIn }),
    }[name];
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM ${table} FOR UPDATE`);

    const amid = Promise.race([act(), patience()]);

    await expect(amid).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      status: 503,
      retryAfterSeconds: 1,
    });
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await codeOf(act())).toBe('accepted');
  });
});

describe('a database that tells of a commit before it is on the disk', () => {
  it.each([
    ['off', [expect.stringContaining('synchronous_commit is off') as string]],
    ['on', []],
    ['local', []],
  ])('is named at the start: synchronous_commit = %s', async (setting, warnings) => {
    await database.query(
      `ALTER DATABASE ${database.connection.database} SET synchronous_commit = '${setting}'`,
    );
    const warned: unknown[] = [];

    host = await startHost(database, { onWarning: (message) => warned.push(message) });

    expect(warned).toEqual(warnings);
  });
});

describe('an account that an open transaction of the host holds', () => {
  it('is waited for once: an attempt that ends there is not settled in vain', async () => {
    const { app, twoFactor, clock } = (host = await startHost(database));
    const { phone } = await enrol(app, ANN, { clock });
    const challengeToken = await challengeTokenOf(twoFactor, ANN.id);
    const logged: unknown[] = [];
    app.useLogger({ log: () => {}, warn: () => {}, error: (message: unknown) => logged.push(message) });
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM two_factor_accounts FOR UPDATE');

    const proof = { code: phone.wrongCode() };
    const answer = await codeOf(twoFactor.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof }));
    await holder.query('ROLLBACK');
    await holder.end();

    expect(answer).toBe('SERVICE_UNAVAILABLE');
    expect(logged).toEqual([]);
  });
});

/** How many connections this database has, without the test's own. */
async function connections(): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return row!.count;
}

describe('the connections of the library', () => {
  it('are four at most, beside those of the host', async () => {
    const { twoFactor } = (host = await startHost(database, { changed: { extra: { max: 1 } } }));

    await Promise.all(Array.from({ length: 40 }, () => twoFactor.status(ANN.id)));

    expect(await connections()).toBe(1 + 4);
  });

  it('are made by the client that the host has chosen', async () => {
    let made = 0;
    class CountedClient extends Client {
      constructor(config?: string | ClientConfig) {
        super(config);
        made += 1;
      }
    }
    const { twoFactor } = (host = await startHost(database, {
      changed: { extra: { max: 1, Client: CountedClient } },
    }));

    await Promise.all(Array.from({ length: 40 }, () => twoFactor.status(ANN.id)));

    expect(made).toBe(1 + 4);
  });

  it('end with the application, also when its DataSource was closed before', async () => {
    const { app, dataSource, twoFactor } = await startHost(database);
    await Promise.all(Array.from({ length: 8 }, () => twoFactor.status(ANN.id)));
    await dataSource.destroy();

    await app.close();

    await expect.poll(connections).toBe(0);
  });

  it('are named at a start that cannot have them', async () => {
    const role = `of_${database.connection.database}`;
    await database.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 1`);
    const { host: socket, port, database: name } = database.connection;
    const changed = {
      host: socket,
      port,
      username: role,
      database: name,
      // The host's own is still there when the library asks, on a busy machine too.
      extra: { max: 1, idleTimeoutMillis: 3000 },
    };

    const start = startHost(database, { changed });

    await expect(start).rejects.toThrow(
      `TwoFactorModule cannot open connections of its own, up to 4 beside those of the host: ` +
        `too many connections for role "${role}"`,
    );
    await expect.poll(connections, { timeout: 5000 }).toBe(0);
    await database.query(`DROP ROLE ${role}`);
  });
});
