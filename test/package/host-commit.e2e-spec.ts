import { EventEmitter } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import {
  type InSameCommit,
  type SecurityEvent,
  TWO_FACTOR_EVENT,
  TwoFactorModule,
  TwoFactorService,
} from 'nestjs-two-factor';
import { type Enrolled, FixedClock, Phone, enrol } from 'nestjs-two-factor/testing';
import { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { somebodyWaits } from '../support/locks.js';
import { PLAIN, startModule } from './start-module.js';

let database: TestDatabase;
let app: INestApplicationContext;
let service: TwoFactorService;
let heard: SecurityEvent[];
const clock = new FixedClock();

beforeAll(async () => {
  database = await createDatabase();
  await database.query(`CREATE TABLE host_rows (user_id text NOT NULL, note text CHECK (note <> 'bad'))`);
  const eventEmitter = new EventEmitter();
  eventEmitter.on(TWO_FACTOR_EVENT, (event: SecurityEvent) => heard.push(event));
  app = await startModule(database, TwoFactorModule.forRoot({ ...PLAIN, clock, eventEmitter }));
  service = app.get(TwoFactorService);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

let users = 0;
let user: { readonly id: string; readonly label: string };
beforeEach(() => {
  users += 1;
  user = { id: String(users), label: 'ann@example.com' };
  heard = [];
});

const now = () => ({ authenticatedAt: clock.now() });
/** What a host writes in the commit of the library's, good or bad. */
const WRITES: Readonly<Record<string, (note: string) => InSameCommit<EntityManager>>> = {
  statement: (note) => [
    { sql: `INSERT INTO host_rows SELECT user_id, $1::text FROM accepted`, parameters: [note] },
  ],
  function: (note) => (manager, userId) =>
    manager.query('INSERT INTO host_rows VALUES ($1, $2)', [userId, note]),
};

/** A use of a right code, and what the host writes with it. */
interface Use {
  (inSameCommit: InSameCommit): Promise<unknown>;
}

async function enrolled(): Promise<Enrolled> {
  const person = await enrol(app, user, { clock });
  clock.advance({ seconds: 30 });
  heard = [];
  return person;
}

async function challenge(): Promise<string> {
  return await challengeTokenOf(service, user.id);
}

const USES: Readonly<Record<string, () => Promise<Use>>> = {
  enabled: async () => {
    const { otpauthUri } = await service.setup({ user, signIn: now() });
    const code = Phone.of(otpauthUri, clock).code();
    return (inSameCommit) =>
      service.enable({ sessionId: SOME_SESSION, userId: user.id, code, signIn: now(), inSameCommit });
  },
  challenge_answered: async () => {
    const { phone } = await enrolled();
    const challengeToken = await challenge();
    const proof = { code: phone.code() };
    return (inSameCommit) =>
      service.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof, inSameCommit });
  },
  backup_codes_regenerated: async () => {
    const code = (await enrolled()).phone.code();
    return (inSameCommit) =>
      service.regenerateBackupCodes({ userId: user.id, proof: { code }, signIn: now(), inSameCommit });
  },
  disabled: async () => {
    const code = (await enrolled()).phone.code();
    return (inSameCommit) =>
      service.disable({ userId: user.id, proof: { code }, signIn: now(), inSameCommit });
  },
};

/** All that a use of a code can change. The charge of its attempt is none of it: nothing takes that back. */
async function state(): Promise<unknown[]> {
  const rows = [
    'SELECT * FROM two_factor_accounts',
    'SELECT * FROM two_factor_secrets',
    'SELECT * FROM two_factor_backup_codes',
    'SELECT user_id, slot, token_hash, expires_at FROM two_factor_challenges',
    'SELECT * FROM host_rows',
  ];
  return Promise.all(rows.map((sql) => database.query(`${sql} WHERE user_id = $1 ORDER BY 1, 2`, [user.id])));
}

async function hold(): Promise<Client> {
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `nestjs-two-factor:${user.id}`,
  ]);
  await holder.query('SELECT FROM two_factor_accounts WHERE user_id = $1 FOR UPDATE', [user.id]);
  return holder;
}

async function release(holder: Client): Promise<void> {
  await holder.query('COMMIT');
  await holder.end();
}

const successes = (type: string) =>
  heard.filter((event) => event.type === type && event.outcome === 'success' && event.userId === user.id);

describe.each(Object.entries(USES))('%s', (type, prepare) => {
  it.each(Object.entries(WRITES))(
    'is undone by a %s of the host’s that fails, and the code works again',
    async (_, write) => {
      const use = await prepare();
      const before = await state();

      await expect(use(write('bad'))).rejects.toThrow('violates check constraint');

      expect(await state()).toEqual(before);
      expect(successes(type)).toEqual([]);
      const events = `SELECT FROM two_factor_events WHERE user_id = $1 AND type = $2 AND outcome = 'success'`;
      expect(await database.query(events, [user.id, type])).toEqual([]);

      await use(write('good'));

      expect(await database.query('SELECT note FROM host_rows WHERE user_id = $1', [user.id])).toEqual([
        { note: 'good' },
      ]);
      expect(successes(type)).toHaveLength(1);
    },
  );

  it('is in the transaction of a function of the host’s, which can undo it without a statement', async () => {
    const use = await prepare();
    const before = await state();
    const gone = new Error('the directory is gone');
    let seen: unknown;

    const using = use(async (manager: EntityManager, userId) => {
      seen = await manager.query(
        `SELECT type FROM two_factor_events WHERE user_id = $1 AND outcome = 'success' ORDER BY id DESC LIMIT 1`,
        [userId],
      );
      throw gone;
    });

    await expect(using).rejects.toBe(gone);
    expect(seen).toEqual([{ type }]);
    expect(await state()).toEqual(before);
  });

  it('is told after its commit', async () => {
    const use = await prepare();
    const holder = await hold();

    const using = use([]);
    await somebodyWaits(database);
    const early = successes(type);
    await release(holder);
    await using;

    expect(early).toEqual([]);
    expect(successes(type)).toHaveLength(1);
  });
});

describe('a wrong code', () => {
  it('runs no function of the host’s', async () => {
    const { phone, backupCodes } = await enrolled();
    const code = phone.wrongCode();
    const change = { userId: user.id, signIn: now() };
    const calls: string[] = [];
    const noting =
      (what: string): InSameCommit =>
      async () =>
        calls.push(what);
    const proof = { backupCode: backupCodes[0] };
    await service.setup({ user, proof, signIn: now() });

    const uses = [
      service.completeSignIn({
        sessionId: SOME_SESSION,
        challengeToken: await challenge(),
        proof: { code },
        inSameCommit: noting('a sign-in'),
      }),
      service.enable({ ...change, code, sessionId: SOME_SESSION, inSameCommit: noting('enable') }),
      service.regenerateBackupCodes({ ...change, proof: { code }, inSameCommit: noting('new codes') }),
      service.disable({ ...change, proof: { code }, inSameCommit: noting('disable') }),
    ];

    for (const refused of await Promise.allSettled(uses)) {
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'TWO_FACTOR_CODE_INVALID' } });
    }
    expect(calls).toEqual([]);
  });
});

describe('one code, used twice at the same moment', () => {
  it('is told once as a success, and no second time', async () => {
    const { phone } = await enrolled();
    const proof = { code: phone.code() };
    const challenges = [await challenge(), await challenge()];
    const holder = await hold();

    const answers = Promise.allSettled(
      challenges.map((challengeToken) =>
        service.completeSignIn({ sessionId: SOME_SESSION, challengeToken, proof }),
      ),
    );
    // Both are past every look at the code: only the commit can tell them apart.
    await somebodyWaits(database, { atLeast: 2 });
    await release(holder);

    expect((await answers).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(successes('challenge_answered')).toHaveLength(1);
    // The other one's challenge ended with it: there was nothing left to refuse.
    expect(heard).toHaveLength(1);
  });
});
