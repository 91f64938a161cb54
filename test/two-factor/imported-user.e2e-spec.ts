import { randomInt, randomUUID } from 'node:crypto';
import { EventEmitter2 } from '@nestjs/event-emitter';
import {
  type ImportReport,
  type ImportedSecret,
  type SecurityEvent,
  TWO_FACTOR_EVENT,
  TwoFactorImportError,
  TwoFactorImporter,
  TwoFactorService,
} from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { type TestApp, startApp } from '../support/app.js';
import { fillPool } from '../support/argon2.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

function run(
  users: Iterable<unknown> | AsyncIterable<unknown>,
  { isDryRun = false } = {},
): Promise<ImportReport> {
  // What comes out of a host's table is as it is, whatever the host's types say.
  return app.nest
    .get(TwoFactorImporter)
    .run(users as Iterable<ImportedSecret> | AsyncIterable<ImportedSecret>, { isDryRun });
}

/** Characters, not bytes: as many hosts drew their secrets, most of which leave bits at the end that fill no byte. */
function randomCharacters(length: number): string {
  return Array.from({ length }, () => BASE32.charAt(randomInt(BASE32.length))).join('');
}

function phoneWith(secret: string): Phone {
  const typed = encodeURIComponent(secret);
  return Phone.of(
    `otpauth://totp/Old:ann?secret=${typed}&issuer=Old&algorithm=SHA1&digits=6&period=30`,
    app.clock,
  );
}

/** Whether the code that a phone with this secret shows opens a session. */
async function signsIn(userId: string, secret: string): Promise<boolean> {
  const twoFactor = app.nest.get(TwoFactorService);
  const challengeToken = await challengeTokenOf(twoFactor, userId);
  const proof = { code: phoneWith(secret).code() };
  return twoFactor.completeSignIn({ challengeToken, proof, sessionId: 's1' }).then(
    (answered) => answered.status === 'complete' && answered.userId === userId,
    () => false,
  );
}

async function activeOf(userIds: readonly string[]): Promise<string[]> {
  const rows = await app.database.query<{ user_id: string }>(
    `SELECT user_id FROM two_factor_secrets WHERE user_id = ANY($1) ORDER BY user_id`,
    [userIds],
  );
  return rows.map(({ user_id: userId }) => userId);
}

function eventsOf(userId: string): Promise<object[]> {
  return app.database.query(
    'SELECT type, method, outcome, reason, ip, at FROM two_factor_events WHERE user_id = $1 ORDER BY id',
    [userId],
  );
}

/** Lets no event of a type be written, while something is done. */
async function refusing<Result>(type: string, work: () => Promise<Result>): Promise<Result> {
  await app.database.query(
    `CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`,
  );
  await app.database.query(`CREATE TRIGGER refuse_event BEFORE INSERT ON two_factor_events FOR EACH ROW
    WHEN (NEW.type = '${type}') EXECUTE FUNCTION refuse_event()`);
  try {
    return await work();
  } finally {
    await app.database.query('DROP FUNCTION refuse_event CASCADE');
  }
}

/** What the host hears of somebody, while something is done. */
async function heard(userId: string, work: () => Promise<unknown>): Promise<string[]> {
  const types: string[] = [];
  const listen = (event: SecurityEvent): void => void (event.userId === userId && types.push(event.type));
  const emitter = app.nest.get(EventEmitter2).on(TWO_FACTOR_EVENT, listen);
  await work();
  emitter.off(TWO_FACTOR_EVENT, listen);
  return types;
}

describe('an imported secret', () => {
  const WRITTEN: readonly ((secret: string) => string)[] = [
    (secret) => secret,
    (secret) => secret.toLowerCase(),
    (secret) => secret.replaceAll(/(.{4})/g, '$1 '),
    (secret) => secret.toLowerCase().replaceAll(/(.{4})/g, '$1-'),
    (secret) => secret.padEnd(Math.ceil(secret.length / 8) * 8, '='),
  ];

  it('of any length that a phone takes signs in with the code that the phone shows, however it is written', async () => {
    const users = Array.from({ length: 103 - 16 + 1 }, (_, index) => {
      const length = 16 + index;
      const write = WRITTEN[length % WRITTEN.length] ?? String;
      return { userId: randomUUID(), secret: write(randomCharacters(length)) };
    });

    const report = await run(users);

    expect(report.refused).toEqual([]);
    expect(report.imported).toEqual(users.map(({ userId }) => userId));
    // Ten Argon2 for the backup codes of each of them are another test's.
    const fill = await fillPool(app.nest, 'backup_code');
    const failed: object[] = [];
    for (const user of users) {
      if (!(await signsIn(user.userId, user.secret))) {
        failed.push(user);
      }
    }
    await fill.end();
    expect(failed).toEqual([]);
  });

  it('under 128 bits works, and is named as weak', async () => {
    const [weak, strong] = [
      { userId: randomUUID(), secret: randomCharacters(25) },
      { userId: randomUUID(), secret: randomCharacters(26) },
    ];

    const report = await run([weak, strong]);

    expect(report).toEqual({
      imported: [weak.userId, strong.userId],
      skipped: [],
      refused: [],
      weak: [weak.userId],
    });
  });

  it.each([
    ['of 75 bits', 'A'.repeat(15), 'secret_unusable'],
    ['of 40 bits', 'ABCDEFGH', 'secret_unusable'],
    ['of 65 bytes', 'A'.repeat(104), 'secret_unusable'],
    ['of ten thousand characters', 'A'.repeat(10_000), 'secret_unusable'],
    ['of nothing', '', 'secret_not_base32'],
    ['of nothing but padding', '='.repeat(100_000), 'secret_not_base32'],
    ['with padding between', `${'A'.repeat(16)}==${'A'.repeat(16)}`, 'secret_not_base32'],
    ['with digits that base32 has not', 'A1B0C8D9E1F0G8H9', 'secret_not_base32'],
    // Its capital letter is one of base32, and no phone makes it one.
    ['with a Turkish i', `${'A'.repeat(31)}ı`, 'secret_not_base32'],
    ['of bytes', Buffer.from('A'.repeat(32)), 'secret_not_base32'],
    ['of a number', 2_222_222_222_222_222, 'secret_not_base32'],
    ['that is not there', undefined, 'secret_not_base32'],
    ['that is null', null, 'secret_not_base32'],
  ])('%s is refused, and the user signs in as before', async (_, secret, reason) => {
    const userId = randomUUID();

    const rehearsed = await run([{ userId, secret }], { isDryRun: true });
    const report = await run([{ userId, secret }]);

    expect(report).toEqual({ imported: [], skipped: [], refused: [{ row: 1, userId, reason }], weak: [] });
    expect(rehearsed).toEqual(report);
    expect(await activeOf([userId])).toEqual([]);
    expect(await eventsOf(userId)).toEqual([]);
  });
});

describe('an import', () => {
  it('invariant 23: leaves an event with the secret, which a rehearsal and a repetition do not', async () => {
    const user = { userId: randomUUID(), secret: randomCharacters(32) };

    const told = await heard(user.userId, async () => {
      await run([user], { isDryRun: true });
      await run([user]);
      await run([user]);
    });

    const event = { type: 'imported', method: 'totp', outcome: 'success', reason: null, ip: null };
    expect(await eventsOf(user.userId)).toEqual([{ ...event, at: app.clock.now() }]);
    expect(told).toEqual(['imported']);
  });

  it('invariant 23: changes nothing when its event cannot be written', async () => {
    const user = { userId: randomUUID(), secret: randomCharacters(32) };

    const told = await heard(user.userId, () =>
      refusing('imported', () => expect(run([user])).rejects.toThrow(TwoFactorImportError)),
    );

    expect(await activeOf([user.userId])).toEqual([]);
    expect(told).toEqual([]);
  });
});

describe('a setup that waits when its user is imported', () => {
  it('invariant 6: is never confirmed over the secret that was imported', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    await run([{ userId: person.id, secret: randomCharacters(32) }]);
    const imported = await rowsOf(app.database, person.id);

    const answer = await person.post('/auth/2fa/enable', { code: phone.code() });

    expect(answer).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_SETUP_NOT_PENDING' } });
    const { active, codes } = await rowsOf(app.database, person.id);
    expect({ active, codes }).toEqual({ active: imported.active, codes: 0 });
  });
});

describe('a row that is none', () => {
  const secret = 'A'.repeat(32);

  it.each([
    ['a user id that is a number', { userId: 42, secret }, undefined],
    ['no user id', { secret }, undefined],
    ['an empty user id', { userId: '', secret }, ''],
    ['a user id that says undefined', { userId: 'undefined', secret }, 'undefined'],
    ['a user id that says null', { userId: 'null', secret }, 'null'],
    ['a user id that was an object', { userId: '[object Object]', secret }, '[object Object]'],
    ['a user id with a NUL', { userId: 'a\0b', secret }, 'a\0b'],
    ['a user id with half a character', { userId: 'a\uD800', secret }, 'a\uD800'],
    ['a user id longer than an index takes', { userId: 'é'.repeat(256), secret }, 'é'.repeat(256)],
    ['no object', null, undefined],
  ])('because of %s is refused, and ends no run', async (_, row, userId) => {
    const last = randomUUID();

    const rehearsed = await run([row, { userId: last, secret }], { isDryRun: true });
    const report = await run([row, { userId: last, secret }]);

    const refused = [{ row: 1, userId, reason: 'user_id_invalid' }];
    expect(report).toEqual({ imported: [last], skipped: [], refused, weak: [] });
    expect(rehearsed).toEqual(report);
    expect(await activeOf([last])).toEqual([last]);
  });

  it('because the user has as many authenticators as can be is refused, and those stand', async () => {
    const userId = randomUUID();
    const rows = Array.from({ length: 4 }, () => ({ userId, secret: randomCharacters(32) }));

    const rehearsed = await run(rows, { isDryRun: true });
    const report = await run(rows);

    expect(report).toMatchObject({
      imported: [userId, userId, userId],
      refused: [{ row: 4, userId, reason: 'too_many_authenticators' }],
    });
    expect(rehearsed).toEqual(report);
    expect(await activeOf([userId])).toHaveLength(3);
  });
});

describe('several secrets of one user', () => {
  const namesOf = async (userId: string): Promise<string[]> =>
    (await app.nest.get(TwoFactorService).status(userId)).authenticators.map(({ name }) => name);

  it('are an authenticator each, with their names, wherever their rows stand', async () => {
    const [userId, other] = [randomUUID(), randomUUID()];
    const [first, second] = [randomCharacters(32), randomCharacters(32)];

    const report = await run([
      { userId, secret: first, name: ' Old\u200B phone ' },
      { userId: other, secret: first },
      { userId, secret: second, name: 'x'.repeat(65) },
    ]);

    expect(report).toMatchObject({ imported: [userId, other, userId], skipped: [], refused: [] });
    expect((await namesOf(userId)).toSorted()).toEqual(['Authenticator', 'Old phone']);
    const fill = await fillPool(app.nest, 'backup_code');
    expect([await signsIn(userId, first), await signsIn(userId, second)]).toEqual([true, true]);
    await fill.end();
  });

  it('invariant 30: are not one secret twice, in one run or in two', async () => {
    const userId = randomUUID();
    const secret = randomCharacters(32);
    const rows = [
      { userId, secret },
      { userId, secret: secret.toLowerCase() },
    ];

    expect(await run(rows, { isDryRun: true })).toMatchObject({ imported: [userId], skipped: [userId] });
    expect(await run(rows)).toMatchObject({ imported: [userId], skipped: [userId] });
    expect(await run(rows)).toMatchObject({ imported: [], skipped: [userId, userId] });

    expect(await activeOf([userId])).toHaveLength(1);
  });

  it('come in by a second run, when the first one was broken off between them, also after a sign-in', async () => {
    const userId = randomUUID();
    const rows = Array.from({ length: 2 }, () => ({ userId, secret: randomCharacters(32) }));
    await run(rows.slice(0, 1));
    await signsIn(userId, rows[0]!.secret);

    expect(await run(rows)).toMatchObject({ imported: [userId], skipped: [userId], refused: [] });

    expect(await activeOf([userId])).toHaveLength(2);
  });

  it('invariant 31: do not come back when their user has changed something since', async () => {
    const person = await aUser(app);
    const secret = randomCharacters(32);
    const rows = [
      { userId: person.id, secret },
      { userId: person.id, secret: randomCharacters(32) },
    ];
    await run(rows);
    const { authenticators } = await app.nest.get(TwoFactorService).status(person.id);
    const { data } = await person.verify<Tokens>({
      challengeToken: await person.challenge(),
      code: phoneWith(secret).code(),
    });
    person.tokens = data;
    app.clock.advance({ seconds: 30 });
    const removed = await person.post(`/auth/2fa/authenticators/${authenticators[1]!.id}/remove`, {
      code: phoneWith(secret).code(),
    });

    const report = await run(rows);

    expect(removed.status).toBe(200);
    expect(report).toMatchObject({ imported: [], skipped: [person.id, person.id] });
    expect(await activeOf([person.id])).toHaveLength(1);
  });

  it('invariant 31: do not come back when their user has turned the factor off', async () => {
    const person = await aUser(app);
    const user = { userId: person.id, secret: randomCharacters(32) };
    await run([user]);
    await app.nest.get(TwoFactorService).disable({
      userId: person.id,
      proof: { code: phoneWith(user.secret).code() },
      signIn: { authenticatedAt: app.clock.now() },
    });

    expect(await run([user])).toMatchObject({ imported: [], skipped: [person.id] });

    expect(await activeOf([person.id])).toEqual([]);
  });
});

describe('a run that a fault ends', () => {
  it('says who is in when the host stops giving', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const gone = new Error('the cursor is gone');
    async function* secrets(): AsyncGenerator {
      yield { userId: first, secret: randomCharacters(20) };
      yield { userId: second, secret: '' };
      throw gone;
    }

    const fault: unknown = await run(secrets()).catch((error: unknown) => error);

    expect(fault).toBeInstanceOf(TwoFactorImportError);
    expect(fault).toMatchObject({
      cause: gone,
      report: { imported: [first], skipped: [], refused: [{ row: 2, userId: second }], weak: [first] },
    });
    expect(await activeOf([first, second])).toEqual([first]);
  });

  it('says who is in when the database refuses, and can be run again', async () => {
    const users = Array.from({ length: 3 }, (_, index) => ({
      userId: `${index}-${randomUUID()}`,
      secret: randomCharacters(32),
    }));
    const [first = '', second = '', third = ''] = users.map(({ userId }) => userId);
    await app.database.query(
      `ALTER TABLE two_factor_secrets ADD CONSTRAINT no CHECK (user_id <> '${second}')`,
    );

    const fault: unknown = await run(users).catch((error: unknown) => error);

    await app.database.query('ALTER TABLE two_factor_secrets DROP CONSTRAINT no');
    expect(fault).toMatchObject({ report: { imported: [first], skipped: [], refused: [], weak: [] } });
    expect(await activeOf([first, second, third])).toEqual([first]);
    expect(await run(users)).toMatchObject({ imported: [second, third], skipped: [first], refused: [] });
  });
});

describe('many rows', () => {
  it('come in by a few commits, in which those of one user stand in their order', async () => {
    const many = Array.from({ length: 1200 }, () => ({ userId: randomUUID(), secret: randomCharacters(32) }));
    const [first] = many;
    const more = { userId: first?.userId ?? '', secret: randomCharacters(32), name: 'A second one' };
    const heardOf: number[] = [];

    const report = await app.nest
      .get(TwoFactorImporter)
      .run([...many.slice(0, 300), more, first ?? more, ...many.slice(300)], {
        isDryRun: false,
        onBatch: (rows) => heardOf.push(rows),
      });

    expect(report.imported).toHaveLength(1201);
    expect(report).toMatchObject({ skipped: [first?.userId], refused: [], weak: [] });
    expect(heardOf).toEqual([500, 1000, 1202]);
    const [written] = await app.database.query(
      `SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS commits FROM two_factor_secrets WHERE user_id = ANY($1)`,
      [many.map(({ userId }) => userId)],
    );
    expect(written).toEqual({ rows: 1201, commits: 3 });
    const [told] = await app.database.query(
      `SELECT count(*)::int AS events FROM two_factor_events WHERE user_id = ANY($1) AND type = 'imported'`,
      [many.map(({ userId }) => userId)],
    );
    expect(told).toEqual({ events: 1201 });
  });

  it('invariant 31: wait for a user whose factors are being changed, and see what has become of them', async () => {
    const [busy, other] = [randomUUID(), randomUUID()];
    const rows = [other, busy].map((userId) => ({ userId, secret: randomCharacters(32) }));
    const done = await run([{ userId: busy, secret: randomCharacters(32) }]);
    const held = await (await HeldRows.in(app.database)).account(busy);
    await held.query('UPDATE two_factor_accounts SET generation = 1 WHERE user_id = $1', [busy]);

    const importing = run(rows);
    await somebodyWaits(app.database);
    await held.release();

    expect(done.imported).toEqual([busy]);
    expect(await importing).toMatchObject({ imported: [other], skipped: [busy] });
    expect(await activeOf([busy])).toHaveLength(1);
  });
});

describe('the first sign-in of an imported user', () => {
  async function anImportedUser(): Promise<{ readonly person: Person; readonly phone: Phone }> {
    const person = await aUser(app);
    const secret = randomCharacters(32);
    await run([{ userId: person.id, secret }]);
    return { person, phone: phoneWith(secret) };
  }

  it('succeeds also when too much is being hashed, and the next one gives the backup codes', async () => {
    const { person, phone } = await anImportedUser();
    const challengeToken = await person.challenge();
    const fill = await fillPool(app.nest, 'backup_code');

    const amid = await person.verify({ challengeToken, code: phone.code() });
    await fill.end();
    app.clock.advance({ seconds: 30 });
    const next = await person.verify({ challengeToken: await person.challenge(), code: phone.code() });

    expect(amid.status).toBe(200);
    expect(amid.data).not.toHaveProperty('backupCodes');
    expect(next.status).toBe(200);
    expect(next.data['backupCodes']).toHaveLength(10);
  });

  it('invariant 23: leaves an event of the backup codes that it hands out, and the next one none', async () => {
    const { person, phone } = await anImportedUser();

    const told = await heard(person.id, async () => {
      await person.verify({ challengeToken: await person.challenge(), code: phone.code() });
      app.clock.advance({ seconds: 30 });
      await person.verify({ challengeToken: await person.challenge(), code: phone.code() });
    });

    const events = ['backup_codes_regenerated', 'challenge_answered', 'challenge_answered'];
    expect(told.toSorted()).toEqual(events);
    expect((await eventsOf(person.id)).slice(1)).toEqual(
      expect.arrayContaining(
        events.map((type) =>
          expect.objectContaining({ type, method: 'totp', outcome: 'success', ip: '127.0.0.1' }),
        ),
      ),
    );
    expect(await eventsOf(person.id)).toHaveLength(4);
  });

  it('invariant 23: hands out no backup codes when their event cannot be written, but with the next one', async () => {
    const { person, phone } = await anImportedUser();
    const challengeToken = await person.challenge();

    const without = await refusing('backup_codes_regenerated', () =>
      person.verify({ challengeToken, code: phone.code() }),
    );

    expect(without.status).toBe(200);
    expect(without.data).not.toHaveProperty('backupCodes');
    expect(
      await app.database.query('SELECT FROM two_factor_backup_codes WHERE user_id = $1', [person.id]),
    ).toEqual([]);
    app.clock.advance({ seconds: 30 });
    const again = await person.verify({ challengeToken: await person.challenge(), code: phone.code() });
    expect(again.status).toBe(200);
    expect(again.data['backupCodes']).toHaveLength(10);
  });
});
