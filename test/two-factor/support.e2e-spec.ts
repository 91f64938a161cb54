import { randomUUID } from 'node:crypto';
import {
  type ApprovedReset,
  type ShownReset,
  TwoFactorPersonalData,
  TwoFactorSupport,
} from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { createDatabase } from '../support/database.js';
import { startHost } from '../support/host.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { TRUSTED_DEVICE_DAYS: '30' } });
});
afterAll(() => app.close());

const HOUR = 3600;
const support = (): TwoFactorSupport => app.nest.get(TwoFactorSupport);
const [asks, approves] = ['11111111-asks', '22222222-approves'];
const reason = 'ticket 4711, identity shown by video';

const ask = ({ id: userId }: Person, actor = asks): Promise<ShownReset> =>
  support().request({ userId, actor, reason });
const approve = ({ id }: ShownReset, actor = approves): Promise<ApprovedReset> =>
  support().approve({ id, actor, reason });

async function stateOf({ id: userId }: Person): Promise<string | undefined> {
  return (await support().describe(userId)).resets[0]?.state;
}

const hoursUntil = ({ requestedAt, readyAt }: ShownReset): number =>
  (readyAt.getTime() - requestedAt.getTime()) / (HOUR * 1000);

describe('a reset', () => {
  it('is asked for by one and approved by another, each with an event that says who and why', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    const asked = await ask(ann);
    const approved = await approve(asked);

    expect(asked).toMatchObject({ userId: ann.id, state: 'requested', requestedBy: asks, reason });
    expect(hoursUntil(asked)).toBe(24);
    expect(approved).toMatchObject({ id: asked.id, state: 'waiting', approvedBy: approves });
    expect(approved.resetCode).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    const { events, resets } = await support().describe(ann.id);
    expect(events.slice(0, 2)).toEqual([
      expect.objectContaining({ type: 'reset_approved', actor: approves, note: reason }),
      expect.objectContaining({ type: 'reset_requested', actor: asks, note: reason }),
    ]);
    expect(JSON.stringify([events, resets])).not.toContain(approved.resetCode);
    expect(JSON.stringify(await app.database.query('SELECT * FROM two_factor_resets'))).not.toContain(
      approved.resetCode,
    );
  });

  it('changes nothing about the factors, nor about signing in', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const before = await rowsOf(app.database, ann.id);

    await approve(await ask(ann));

    const after = await rowsOf(app.database, ann.id);
    expect({ ...after, events: [] }).toEqual({ ...before, events: [] });
  });

  it('invariant 41: is approved neither by who asked for it nor by whose account it is', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);

    await expect(approve(asked, asks)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OTHER_PERSON' });
    await expect(approve(asked, ann.id)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OTHER_PERSON' });

    expect(await stateOf(ann)).toBe('requested');
    const byHand = (actor: string): Promise<unknown> =>
      app.database.query(`UPDATE two_factor_resets SET approved_by = $2, code_hash = 'x' WHERE id = $1`, [
        asked.id,
        actor,
      ]);
    await expect(byHand(asks)).rejects.toMatchObject({ constraint: 'two_factor_reset_wait' });
    await expect(byHand(ann.id)).rejects.toMatchObject({ constraint: 'two_factor_reset_people' });
  });

  it('invariant 41: is not asked for by whose account it is', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    await expect(ask(ann, ann.id)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OTHER_PERSON' });

    expect(await stateOf(ann)).toBeUndefined();
  });

  it('is one at a time, and nobody’s without a factor', async () => {
    const [ann, bob] = [await (await aUser(app)).withTwoFactor(), await aUser(app)];
    await ask(ann);

    await expect(ask(ann, 'another')).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OPEN' });
    await expect(ask(bob)).rejects.toMatchObject({ code: 'TWO_FACTOR_NOT_ENABLED' });

    expect((await support().describe(ann.id)).resets).toHaveLength(1);
    expect((await support().describe(bob.id)).resets).toEqual([]);
  });

  it('is one when it is asked for twice at once', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const both = Promise.allSettled([ask(ann, 'one'), ask(ann, 'two')]);
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();
    const asked = await both;

    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await support().describe(ann.id)).resets).toHaveLength(1);
  });

  it('invariant 41: has one code when two approve at once', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const both = Promise.allSettled([approve(asked, 'one'), approve(asked, 'two')]);
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();
    const approvals = await both;

    expect(approvals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(approvals).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'TWO_FACTOR_RESET_CLOSED' }) }),
    );
  });

  it('invariant 41: is dead when one cancels it while another approves it', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const both = Promise.allSettled([
      approve(asked),
      support().cancel({ id: asked.id, actor: 'third', reason: 'it was not Ann' }),
    ]);
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();
    await both;

    expect(await stateOf(ann)).toBe('cancelled');
    await expect(approve(asked)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_CLOSED' });
  });

  it('waits three days for an account with a passkey', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await app.database.query(
      `INSERT INTO two_factor_passkeys (user_id, id, name, credential_id, public_key, counter, transports, backup_eligible, backed_up, aaguid, rp_id, created_at)
        VALUES ($1, $2, 'key', '\\x01', '\\x02', 0, '{}', false, false, $2, 'localhost', now())`,
      [ann.id, randomUUID()],
    );

    expect(hoursUntil(await ask(ann))).toBe(72);
  });

  it('invariant 41: is shortened by nobody, not in the database either', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { id } = await ask(ann);

    const shortened = app.database.query(
      `UPDATE two_factor_resets SET ready_at = requested_at + interval '23 hours 59 minutes' WHERE id = $1`,
      [id],
    );

    await expect(shortened).rejects.toMatchObject({ constraint: 'two_factor_reset_wait' });
  });

  it.each([
    ['a code', (ann: Person) => ({ code: ann.code })],
    ['a backup code', (ann: Person) => ({ backupCode: ann.backupCodes[0] })],
  ])('invariant 41: is ended by a sign-in of the owner with %s', async (_, proof) => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);

    const { status } = await ann.verify({ challengeToken: await ann.challenge(), ...proof(ann) });

    expect(status).toBe(200);
    expect(await stateOf(ann)).toBe('signed_in');
    await expect(approve(asked)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_CLOSED' });
    expect(await ask(ann)).toMatchObject({ state: 'requested' });
  });

  it('is ended neither by a password, nor by a wrong code, nor on a trusted device', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const headers = { 'two-factor-trust': 'none' };
    const challengeToken = await ann.challenge();
    const { data } = await ann.call<{ trustedDevice: { token: string } }>('/auth/2fa/verify', {
      body: { challengeToken, code: ann.code, trustDevice: true },
      headers,
    });
    await ask(ann);

    await ann.verify({ challengeToken: await ann.challenge(), code: '000000' });
    const trusted = await ann.call('/auth/login', {
      body: { email: ann.email, password: ann.password },
      headers: { 'two-factor-trust': data.trustedDevice.token },
    });

    expect(trusted.data).toMatchObject({ status: 'authenticated' });
    expect(await stateOf(ann)).toBe('requested');
  });

  it('expires, and can be asked for anew', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);
    app.clock.advance({ seconds: 96 * HOUR });

    expect(await stateOf(ann)).toBe('expired');
    await expect(approve(asked)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_CLOSED' });
    expect(await ask(ann)).toMatchObject({ state: 'requested' });
    expect((await support().describe(ann.id)).resets.map(({ state }) => state).toSorted()).toEqual([
      'expired',
      'requested',
    ]);
  });

  it.each([
    ['an id that is none', { id: 'nothing' }, 'TWO_FACTOR_RESET_UNKNOWN'],
    ['an id that nobody has', { id: randomUUID() }, 'TWO_FACTOR_RESET_UNKNOWN'],
  ])('is unknown with %s', async (_, { id }, code) => {
    await expect(support().cancel({ id, actor: asks, reason })).rejects.toMatchObject({ code });
  });

  it.each([
    ['none', ''],
    ['only spaces', '   '],
    ['a novel', 'x'.repeat(501)],
  ])('needs a reason that says something, and %s does not', async (_, given) => {
    const ann = await (await aUser(app)).withTwoFactor();

    const asked = support().request({ userId: ann.id, actor: asks, reason: given });

    await expect(asked).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'reason' }] });
    expect(await stateOf(ann)).toBeUndefined();
  });

  it('is nothing when the host’s part fails', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const before = await rowsOf(app.database, ann.id);
    const inSameCommit = (): Promise<never> => Promise.reject(new Error('the host’s'));

    const asked = support().request({ userId: ann.id, actor: asks, reason, inSameCommit });

    await expect(asked).rejects.toThrow('the host’s');
    expect(await stateOf(ann)).toBeUndefined();
    expect(await rowsOf(app.database, ann.id)).toEqual(before);
  });
});

describe('a team of one', () => {
  it('asks and approves, and then waits three days', async () => {
    const database = await createDatabase();
    const { app: own } = await startHost(database, { options: { support: { onePerson: true } } });
    const alone = own.get(TwoFactorSupport);
    await database.query(`INSERT INTO two_factor_accounts (user_id, enabled_at) VALUES ('ann', now())`);

    const asked = await alone.request({ userId: 'ann', actor: asks, reason });
    const approved = await alone.approve({ id: asked.id, actor: asks, reason });

    expect(hoursUntil(approved)).toBe(72);
    await own.close();
    await database.drop();
  });

  it('does not approve what two had asked to wait a day for; somebody else does', async () => {
    const database = await createDatabase();
    const { app: two } = await startHost(database);
    await database.query(`INSERT INTO two_factor_accounts (user_id, enabled_at) VALUES ('ann', now())`);
    const { id } = await two.get(TwoFactorSupport).request({ userId: 'ann', actor: asks, reason });
    await two.close();
    const { app: one } = await startHost(database, { options: { support: { onePerson: true } } });
    const alone = one.get(TwoFactorSupport);

    const own = alone.approve({ id, actor: asks, reason });

    await expect(own).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OTHER_PERSON' });
    expect(await alone.approve({ id, actor: approves, reason })).toMatchObject({ approvedBy: approves });
    await one.close();
    await database.drop();
  });
});

describe('a reset at once, for hosts with a procedure of their own', () => {
  it('leaves no factor, ends what is open, and says who and why', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const asked = await ask(ann);
    const challengeToken = await ann.challenge();

    await support().reset({
      userId: ann.id,
      actor: asks,
      reason,
      inSameCommit: (manager: EntityManager) =>
        manager.query('DELETE FROM sessions WHERE user_id = $1', [ann.id]),
    });

    expect(await rowsOf(app.database, ann.id)).toMatchObject({
      active: null,
      pending: null,
      codes: 0,
      challenges: 0,
      sessions: [],
    });
    expect((await ann.verify({ challengeToken, code: ann.code })).status).toBe(401);
    expect((await ann.login()).data).toMatchObject({ status: 'authenticated' });
    expect((await support().describe(ann.id)).events[0]).toMatchObject({
      type: 'reset_at_once',
      actor: asks,
      note: reason,
    });
    await expect(approve(asked)).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_CLOSED' });
  });

  it('is nobody’s own, and nothing without a factor', async () => {
    const [ann, bob] = [await (await aUser(app)).withTwoFactor(), await aUser(app)];

    const own = support().reset({ userId: ann.id, actor: ann.id, reason });
    const without = support().reset({ userId: bob.id, actor: asks, reason });

    await expect(own).rejects.toMatchObject({ code: 'TWO_FACTOR_RESET_OTHER_PERSON' });
    await expect(without).rejects.toMatchObject({ code: 'TWO_FACTOR_NOT_ENABLED' });
    expect((await rowsOf(app.database, ann.id)).active).not.toBeNull();
  });
});

describe('what support sees', () => {
  it('has no secret, and no name of an authenticator', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await ann.scan({ add: true, name: 'Phone of my mother', code: ann.code });
    const { active } = await rowsOf(app.database, ann.id);

    const seen = await support().describe(ann.id);

    expect(seen.status).toMatchObject({ enabled: true, methods: ['totp', 'backup_code'] });
    const text = JSON.stringify(seen);
    expect(text).not.toContain('mother');
    expect(text).not.toContain(active?.sealedSecret);
    expect(text).not.toMatch(/argon2|sealed/);
  });

  it('is noted where an account was looked up, by whom', async () => {
    const ann = await aUser(app);

    await support().lookedUp({ userId: ann.id, actor: asks });

    expect((await support().describe(ann.id)).events).toEqual([
      expect.objectContaining({ type: 'support_looked_up', actor: asks }),
    ]);
  });
});

describe('somebody of support who leaves', () => {
  it('invariant 44: is named by nothing that they have done for others, which stays', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const clerk = await aUser(app);
    const asked = await ask(ann, clerk.id);
    await support().cancel({ id: asked.id, actor: clerk.id, reason });

    await app.nest.get(TwoFactorPersonalData).forget({ userId: clerk.id });

    const text = JSON.stringify([
      await app.database.query('SELECT * FROM two_factor_resets'),
      await app.database.query('SELECT * FROM two_factor_events'),
    ]);
    expect(text).not.toContain(clerk.id);
    const { events, resets } = await support().describe(ann.id);
    expect(events[0]).toMatchObject({ type: 'reset_cancelled', note: reason });
    expect(events[0]?.actor).toBe(resets[0]?.requestedBy);
  });
});
