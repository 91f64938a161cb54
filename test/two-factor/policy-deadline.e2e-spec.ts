import { randomUUID } from 'node:crypto';
import { PolicyPreview, type TwoFactorPolicy } from 'nestjs-two-factor';
import { enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { DAY, PolicyHost } from '../support/policy.js';

let database: TestDatabase;
let place: PolicyHost;

beforeAll(async () => {
  database = await createDatabase();
  place = await PolicyHost.start(database);
});
afterAll(async () => {
  await place?.close();
  await database?.drop();
});
beforeEach(() => {
  place.policies = [];
  place.own.clear();
});

const GRACE: TwoFactorPolicy = { scope: 'org', required: true, graceDays: 7 };
const PASSKEY: TwoFactorPolicy = { scope: 'role', required: true, graceDays: 7, methods: ['passkey'] };

function advance(days: number): void {
  place.host.clock.advance({ seconds: days * DAY });
}

/** Somebody of whom a factor was wanted seven days ago. */
async function somebodyDue(policy: TwoFactorPolicy = GRACE): Promise<string> {
  const id = randomUUID();
  place.own.set(id, policy);
  expect(await place.begin(id)).toMatchObject({ status: 'complete' });
  advance(7);
  return id;
}

async function statusOf(id: string): Promise<string> {
  return (await place.begin(id)).status;
}

const DUE = 'enrolment_required';

async function withPhone(id: string): Promise<Awaited<ReturnType<typeof enrol>>> {
  const { app, clock } = place.host;
  return enrol(app, place.userOf(id), { clock });
}

/** What somebody could do to be given new days, each on the day when the old ones are over. */
const WAYS: Readonly<Record<string, (id: string) => Promise<void>>> = {
  'signing in again': async (id) => {
    await place.begin(id);
    await place.begin(id);
  },
  'leaving the organisation and joining it again': async (id) => {
    place.own.set(id, []);
    await place.begin(id);
    place.own.set(id, GRACE);
  },
  'joining another organisation that has just begun to want it': async (id) => {
    place.own.set(id, [{ ...GRACE, scope: 'other', enforceFrom: place.host.clock.now() }]);
  },
  'a role that wants more, with days of its own': async (id) => {
    place.own.set(id, [GRACE, { ...PASSKEY, graceDays: 90 }]);
  },
  'a role that wants more, alone, and back': async (id) => {
    place.own.set(id, { ...PASSKEY, graceDays: 90 });
    await place.begin(id);
    place.own.set(id, GRACE);
  },
  'a milder policy': async (id) => {
    place.own.set(id, { ...GRACE, graceDays: 90, enforceFrom: new Date('2099-01-01') });
  },
  'turning a factor on and off while nothing was wanted': async (id) => {
    place.own.set(id, []);
    const { phone } = await withPhone(id);
    const signIn = { authenticatedAt: place.host.clock.now() };
    await place.host.twoFactor.disable({ userId: id, proof: { code: phone.freshCode() }, signIn });
    place.own.set(id, GRACE);
  },
  'a reset by the support': async (id) => {
    await withPhone(id);
    expect(await statusOf(id)).toBe('second_factor_required');
    await database.query(`UPDATE two_factor_accounts SET enabled_at = NULL, generation = generation + 1
      WHERE user_id = '${id}'`);
    await database.query(`DELETE FROM two_factor_secrets WHERE user_id = '${id}'`);
  },
  'a new password, and a sign-in that was stopped': async (id) => {
    await place.stopped(id);
    await place.host.sessions.passwordReset({ userId: id });
  },
};

describe('invariant 40: the days of grace', () => {
  it.each(Object.entries(WAYS))('are not renewed by %s', async (_, way) => {
    const id = await somebodyDue();

    await way(id);

    expect(await statusOf(id)).toBe(DUE);
    expect((await place.deadlinesOf(id)).filter((line) => line.startsWith('passkey,totp'))).toHaveLength(1);
  });

  it('begin once, whatever a clock says later', async () => {
    const id = randomUUID();
    place.own.set(id, GRACE);
    await place.begin(id);
    const [before] = await place.deadlinesOf(id);

    for (const seconds of [-3 * DAY, 9 * DAY, -6 * DAY]) {
      place.host.clock.advance({ seconds });
      await place.begin(id);
      expect(await place.deadlinesOf(id)).toEqual([before]);
    }

    advance(7);
    expect(await statusOf(id)).toBe(DUE);
  });

  it('are written once when many sign in at the same moment, with one event', async () => {
    const id = randomUUID();
    place.own.set(id, GRACE);

    const decisions = await Promise.all(Array.from({ length: 8 }, () => place.begin(id)));

    expect(new Set(decisions.map(({ status }) => status))).toEqual(new Set(['complete']));
    expect(await place.deadlinesOf(id)).toHaveLength(1);
    const events = await place.host.twoFactor.latestEvents(id);
    expect(events.map(({ type }) => type)).toEqual(['enrolment_demanded']);
  });

  it('are written for somebody who has the factor, and so are not given when it is lost', async () => {
    const id = randomUUID();
    await withPhone(id);
    place.own.set(id, GRACE);
    expect(await place.host.twoFactor.status(id)).toMatchObject({ enrolment: null });
    expect(await place.deadlinesOf(id)).toHaveLength(1);
    advance(7);

    await database.query(`UPDATE two_factor_accounts SET enabled_at = NULL WHERE user_id = '${id}'`);
    await database.query(`DELETE FROM two_factor_secrets WHERE user_id = '${id}'`);

    expect(await statusOf(id)).toBe(DUE);
  });

  it('are fewer at once when the policy gets stricter, from the day on which it was first asked', async () => {
    const id = randomUUID();
    place.own.set(id, { ...GRACE, graceDays: 90 });
    await place.begin(id);
    advance(5);

    place.own.set(id, GRACE);

    const inTwoDays = new Date(place.host.clock.now().getTime() + 2 * DAY * 1000);
    expect(await place.begin(id)).toMatchObject({ enrolment: { dueAt: inTwoDays } });
    advance(2);
    expect(await statusOf(id)).toBe(DUE);
  });

  it('of more than there was are its own, for somebody who has what was wanted before', async () => {
    const id = randomUUID();
    place.own.set(id, GRACE);
    const { phone } = await withPhone(id);
    await place.complete(id, { code: phone.freshCode() });
    advance(30);
    place.own.set(id, [GRACE, PASSKEY]);

    const inSevenDays = new Date(place.host.clock.now().getTime() + 7 * DAY * 1000);

    expect(await place.complete(id, { code: phone.freshCode() })).toMatchObject({
      status: 'complete',
      enrolment: { dueAt: inSevenDays, methods: ['passkey'] },
    });
  });
});

describe('a preview', () => {
  const preview = (): PolicyPreview => place.host.app.get(PolicyPreview);

  it('counts whom a policy would meet, and begins nothing', async () => {
    const [phoneOwner, nobody, asked] = [randomUUID(), randomUUID(), await somebodyDue(PASSKEY)];
    await withPhone(phoneOwner);
    const users = [
      { id: phoneOwner, isAdministrator: true },
      { id: nobody, hasSignedIn: false },
      { id: asked },
    ];
    const rows = await database.query('SELECT * FROM two_factor_deadlines ORDER BY user_id');

    const any = await preview().summary(GRACE, { users, callerId: nobody });
    const passkeys = await preview().summary(PASSKEY, { users, callerId: asked });
    const atOnce = await preview().summary({ ...PASSKEY, graceDays: 0 }, { users, callerId: 'else' });

    const counts = { users: 3, neverSignedIn: 1 };
    expect(any).toEqual({
      ...counts,
      compliant: 1,
      inGrace: 2,
      blocked: 0,
      tooWeak: 0,
      blocksLastAdministrator: false,
      blocksCaller: false,
    });
    expect(passkeys).toEqual({
      ...counts,
      compliant: 0,
      inGrace: 2,
      blocked: 1,
      tooWeak: 1,
      blocksLastAdministrator: false,
      blocksCaller: true,
    });
    expect(atOnce).toEqual({
      ...counts,
      compliant: 0,
      inGrace: 0,
      blocked: 3,
      tooWeak: 1,
      blocksLastAdministrator: true,
      blocksCaller: false,
    });
    expect(await database.query('SELECT * FROM two_factor_deadlines ORDER BY user_id')).toEqual(rows);
  });

  it('says of each user what the next sign-in then does', async () => {
    const policies: readonly TwoFactorPolicy[] = [
      { required: false, graceDays: 0 },
      GRACE,
      { ...GRACE, graceDays: 0 },
      PASSKEY,
      { ...PASSKEY, graceDays: 0 },
      { ...GRACE, methods: ['totp'], enforceFrom: new Date('2099-01-01') },
    ];
    const users: { readonly id: string; readonly now: TwoFactorPolicy }[] = [];
    for (const before of policies) {
      for (const now of policies) {
        const id = randomUUID();
        place.own.set(id, before);
        await place.begin(id);
        users.push({ id, now });
      }
    }
    advance(7);

    const fates: (string | undefined)[] = [];
    for await (const { fate } of preview().each<(typeof users)[number]>(({ now }) => now, users)) {
      fates.push(fate);
    }

    const happened: string[] = [];
    for (const { id, now } of users) {
      place.own.set(id, now);
      const decision = await place.begin(id);
      const inTime = decision.status === 'complete' && decision.enrolment === undefined;
      happened.push(inTime ? 'compliant' : decision.status === 'complete' ? 'in_grace' : 'blocked');
    }
    expect(fates).toEqual(happened);
    expect(new Set(fates)).toEqual(new Set(['compliant', 'in_grace', 'blocked']));
  });

  it('reads users as it needs them, and gives them in their order', async () => {
    let read = 0;
    async function* many(): AsyncGenerator<{ readonly id: string }> {
      for (; read < 1201; read += 1) {
        yield { id: `user ${read}` };
      }
    }
    const each = preview().each({ ...GRACE, graceDays: 0 }, many());

    const first = await each.next();
    expect(read).toBeLessThan(1000);
    let last: unknown = first.value;
    for await (const fate of each) {
      last = fate;
    }

    expect(first.value).toMatchObject({ user: { id: 'user 0' }, fate: 'blocked' });
    expect(last).toMatchObject({ user: { id: 'user 1200' } });
  });

  it('refuses policies that contradict each other by their names', async () => {
    const summary = preview().summary([PASSKEY, { ...GRACE, methods: ['totp'] }], { users: [{ id: 'ann' }] });

    await expect(summary).rejects.toThrow('role, org');
  });
});

describe('policies of one user that contradict each other', () => {
  it('block nobody for it, and let nobody off', async () => {
    const [ann, ben] = [randomUUID(), randomUUID()];
    place.policies = [
      { ...PASSKEY, graceDays: 0 },
      { ...GRACE, methods: ['totp'] },
    ];

    const { phone } = await withPhone(ann);

    expect(await place.complete(ann, { code: phone.freshCode() })).toMatchObject({ status: 'complete' });
    expect(await place.begin(ben)).toMatchObject({
      status: 'enrolment_required',
      enrolment: { methods: ['passkey', 'totp'] },
    });
  });
});
