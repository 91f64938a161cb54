import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { TwoFactorPersonalData } from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountErasure } from '../../src/auth/account-erasure.service.js';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { TRUSTED_DEVICE_DAYS: '30' } });
});
afterAll(() => app.close());

const personalData = (of: TestApp = app): TwoFactorPersonalData => of.nest.get(TwoFactorPersonalData);

function leave({ id }: Person, of: TestApp = app): Promise<void> {
  return personalData(of).forget({
    userId: id,
    inSameCommit: (manager: EntityManager) => manager.query('DELETE FROM users WHERE id = $1', [id]),
  });
}

/** Where in the database a text stands: in whichever column of whichever table. */
async function placesOf(text: string, { database }: TestApp = app): Promise<string[]> {
  const columns = await database.query<{ table: string; column: string }>(
    `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const places = await Promise.all(
    columns.map(async ({ table, column }) => {
      const found = await database.query(
        `SELECT FROM "${table}" WHERE strpos("${column}"::text, $1) > 0 LIMIT 1`,
        [text],
      );
      return found.length > 0 ? [`${table}.${column}`] : [];
    }),
  );
  return places.flat();
}

interface EventRow extends Record<string, unknown> {
  readonly id: string;
}

const eventsOf = (userId: string, { database }: TestApp = app): Promise<EventRow[]> =>
  database.query<EventRow>('SELECT * FROM two_factor_events WHERE user_id = $1 ORDER BY id', [userId]);

describe('forget', () => {
  it('invariant 44: leaves nothing in any table that names the user, and its events without the person', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const headers = { 'user-agent': `Browser of ${ann.email}`, 'two-factor-trust': 'none' };
    const challengeToken = await ann.challenge();
    await ann.call('/auth/2fa/verify', {
      body: { challengeToken, code: ann.code, trustDevice: true },
      headers,
    });
    await ann.call('/auth/2fa/verify', {
      body: { challengeToken: await ann.challenge(), code: '000000' },
      headers,
    });
    await ann.call('/auth/2fa/setup', { body: { backupCode: ann.backupCodes[0] }, headers });
    await ann.challenge();
    expect(await placesOf(ann.id)).toEqual(
      expect.arrayContaining(['two_factor_trusted_devices.user_id', 'two_factor_enrolments.user_id']),
    );
    const before = await eventsOf(ann.id);

    await app.nest.get(AccountErasure).forget(` ${ann.email.toUpperCase()}`);

    expect(await placesOf(ann.id)).toEqual([]);
    expect(await placesOf(ann.email)).toEqual([]);
    const after = await app.database.query<EventRow>(
      'SELECT * FROM two_factor_events WHERE id = ANY ($1) ORDER BY id',
      [before.map(({ id }) => id)],
    );
    const nobody = after[0]?.['user_id'];
    expect(nobody).toMatch(/^forgotten:/);
    expect(after).toHaveLength(before.length);
    for (const [index, event] of before.entries()) {
      const person = { user_id: nobody, request_id: null, ip: null, user_agent: null };
      expect(after[index]).toEqual({ ...event, ...person });
    }
    expect((await eventsOf(String(nobody))).at(-1)).toMatchObject({ type: 'forgotten', outcome: 'success' });
  });

  it('touches nobody else', async () => {
    const [ann, bob] = [await (await aUser(app)).withTwoFactor(), await (await aUser(app)).withTwoFactor()];
    const before = [await rowsOf(app.database, bob.id), await eventsOf(bob.id)];

    await leave(ann);

    expect([await rowsOf(app.database, bob.id), await eventsOf(bob.id)]).toEqual(before);
  });

  it('leaves no factor of an enable that is in the middle of its commit', async () => {
    const ann = await aUser(app);
    const { phone } = await ann.scan();
    const held = await HeldRows.in(app.database);
    await held.query('LOCK TABLE two_factor_backup_codes IN SHARE MODE');
    const enabling = ann.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database);

    const leaving = leave(ann);
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();
    const [{ status }] = await Promise.all([enabling, leaving]);

    expect(status).toBe(200);
    // The limit of changes is the backend's, whose `AccountErasure` takes it along.
    expect(await placesOf(ann.id)).toEqual(['rate_limits.key']);
  });

  it('called once more takes along what a call without the lock has written meanwhile', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await leave(ann);
    await app.database.query(
      `INSERT INTO two_factor_attempts (user_id, method, failures_in_a_row, failed_at) VALUES ($1, 'totp', 1, '{now}')`,
      [ann.id],
    );
    await app.database.query(
      `INSERT INTO two_factor_events (user_id, at, type, outcome) VALUES ($1, now(), 'stepped_up', 'failure')`,
      [ann.id],
    );

    await leave(ann);

    expect(await placesOf(ann.id)).toEqual(['rate_limits.key']);
  });

  it('refuses an enable that comes by it', async () => {
    const ann = await aUser(app);
    const { phone } = await ann.scan();
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const leaving = leave(ann);
    await somebodyWaits(app.database);
    const enabling = ann.post('/auth/2fa/enable', { code: phone.code() });
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();
    const [answer] = await Promise.all([enabling, leaving]);

    expect(answer.status).not.toBe(200);
    expect((await rowsOf(app.database, ann.id)).active).toBeNull();
  });

  it('is nothing at all when the host’s part fails', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const before = [await rowsOf(app.database, ann.id), await eventsOf(ann.id)];

    const failing = personalData().forget({
      userId: ann.id,
      inSameCommit: () => Promise.reject(new Error('the host’s')),
    });

    await expect(failing).rejects.toThrow('the host’s');
    expect([await rowsOf(app.database, ann.id), await eventsOf(ann.id)]).toEqual(before);
  });

  it('is nothing for somebody of whom nothing is known', async () => {
    const before = await app.database.query('SELECT FROM two_factor_events');

    await personalData().forget({ userId: randomUUID() });

    expect(await app.database.query('SELECT FROM two_factor_events')).toEqual(before);
  });
});

describe('exportOf', () => {
  it('is all that happened to a user, and no secret', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    for (let wrong = 0; wrong < 55; wrong += 1) {
      await app.database.query(
        `INSERT INTO two_factor_events (user_id, at, type, outcome, reason) VALUES ($1, now(), 'stepped_up', 'failure', 'wrong')`,
        [ann.id],
      );
    }

    const exported = await personalData().exportOf(ann.id);

    expect(exported.status).toMatchObject({ enabled: true, authenticators: [{ type: 'totp' }] });
    expect(exported.events).toHaveLength((await eventsOf(ann.id)).length);
    expect(exported.events[0]).toMatchObject({ type: 'setup_started', userId: ann.id });
    const { active } = await rowsOf(app.database, ann.id);
    expect(JSON.stringify(exported)).not.toContain(active?.sealedSecret);
  });
});

describe('the events', () => {
  it.each([
    ['DELETE', 'DELETE FROM two_factor_events'],
    ['UPDATE', `UPDATE two_factor_events SET ip = NULL`],
    ['TRUNCATE', 'TRUNCATE two_factor_events'],
  ])('refuse a %s that does not say what it is for', async (_, sql) => {
    await expect(app.database.query(sql)).rejects.toMatchObject({ code: '23001' });
  });

  it.each([
    ['UPDATE', `UPDATE two_factor_events SET ip = NULL`],
    ['TRUNCATE', 'TRUNCATE two_factor_events'],
  ])('refuse an %s, whatever it says', async (_, sql) => {
    const saying = `BEGIN; SELECT set_config('nestjs_two_factor.erasing', 'on', true); ${sql}`;

    await expect(app.database.query(saying)).rejects.toMatchObject({ code: '23001' });
    await app.database.query('ROLLBACK');
  });
});

describe('removeEventsBefore', () => {
  const DAY_MS = 86_400_000;
  const daysAgo = (days: number): Date => new Date(app.clock.now().getTime() - days * DAY_MS);

  it('deletes what is older, of everybody, in as many batches as it takes', async () => {
    const ann = await aUser(app);
    await app.database.query(
      `INSERT INTO two_factor_events (user_id, at, type, outcome)
        SELECT $1, $2::timestamptz - n * interval '1 minute', 'stepped_up', 'success' FROM generate_series(0, 4999) n`,
      [ann.id, daysAgo(100)],
    );
    await app.database.query(
      `INSERT INTO two_factor_events (user_id, at, type, outcome) VALUES ($1, $2, 'stepped_up', 'success')`,
      [ann.id, daysAgo(99)],
    );
    const heard: number[] = [];

    const removed = await personalData().removeEventsBefore(new Date(daysAgo(100).getTime() + 1), {
      onBatch: (count) => heard.push(count),
    });

    expect(removed).toBe(5000);
    expect(heard.length).toBeGreaterThan(2);
    expect(await eventsOf(ann.id)).toHaveLength(1);
  });

  it.each([
    ['of the last 30 days', () => daysAgo(29.9)],
    ['before a time that is none', () => new Date(Number.NaN)],
  ])('refuses to delete events %s', async (_, before) => {
    const events = await app.database.query('SELECT FROM two_factor_events');

    await expect(personalData().removeEventsBefore(before())).rejects.toThrow(RangeError);

    expect(await app.database.query('SELECT FROM two_factor_events')).toHaveLength(events.length);
  });
});

describe('the roles of docs/operations.md', () => {
  let database: TestDatabase;
  const name = `role_${randomUUID().slice(0, 8)}`;
  const roles = ['app', 'eraser'].map((role) => `${name}_${role}`);
  beforeAll(async () => {
    database = await createDatabase();
    const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, section = ''] = text.split('\n## Database roles\n');
    const grants = Array.from(section.matchAll(/```sql\n(.*?)```/gs), ([, sql = '']) => sql)
      .slice(1, 3)
      .join('\n')
      .replaceAll('two_factor_app', `${name}_app`)
      .replaceAll('two_factor_eraser', `${name}_eraser`);
    await database.query(`CREATE ROLE ${name}_app LOGIN`);
    await database.query(grants);
  });
  afterAll(async () => {
    for (const role of roles.toReversed()) {
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
    await database.drop();
  });

  const as = (username: string): Promise<TestApp> =>
    startApp({ database: { ...database, connection: { ...database.connection, username } } });

  it('let the one of the application serve, and not forget; and the one that may, forget', async () => {
    const serving = await as(`${name}_app`);
    const erasing = await as(`${name}_eraser`);
    const ann = await (await aUser(serving)).withTwoFactor();
    const before = await rowsOf(database, ann.id);

    await expect(leave(ann, serving)).rejects.toMatchObject({ driverError: { code: '42501' } });
    const unchanged = await rowsOf(database, ann.id);
    await leave(ann, erasing);

    expect(unchanged).toEqual(before);
    expect(await placesOf(ann.id, erasing)).toEqual(['rate_limits.key']);
    await erasing.close();
    await serving.close();
  });
});
