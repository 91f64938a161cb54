import { TwoFactorSessions } from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../contract/support/jwt.js';
import { expectAuthError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { SOME_SESSION } from '../support/challenge.js';
import { createDatabase } from '../support/database.js';
import { startHost } from '../support/host.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { Device } from '../support/trusting.js';

const DAYS = 30;
const DAY = 86_400;

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { TRUSTED_DEVICE_DAYS: String(DAYS) } });
});
afterAll(() => app.close());

interface Shown {
  readonly id: string;
  readonly current: boolean;
  readonly method: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

async function aTrusted(
  kind: Device['kind'] = 'application',
): Promise<{ readonly ann: Person; readonly device: Device }> {
  const ann = await (await aUser(app)).withTwoFactor();
  const device = new Device(kind);
  const answer = await device.trust(ann, { code: ann.code });
  expect(answer.status).toBe(200);
  expect(device.kept).toBeDefined();
  app.clock.advance({ seconds: 61 });
  return { ann, device };
}

/** What becomes of a sign-in from a device. */
async function loginFrom(device: Device, person: Person): Promise<string> {
  return (await device.login(person)).data.status;
}

const COMPLETE = 'authenticated';
const ASKED = 'two_factor_required';

async function listed(person: Person, device?: Device): Promise<readonly Shown[]> {
  const options = device === undefined ? {} : { headers: device.headers };
  return (await person.call<Shown[]>('/auth/2fa/trusted-devices', options)).data;
}

async function eventsOf({ id }: Person): Promise<readonly string[]> {
  return (await rowsOf(app.database, id)).events;
}

async function trustsOf({ id }: Person): Promise<number> {
  const [row] = await app.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM two_factor_trusted_devices WHERE user_id = $1',
    [id],
  );
  return row?.count ?? 0;
}

describe('a client', () => {
  it('is told for how many days it can offer to trust the device, before and after the sign-in', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    const { data } = await new Device('browser').login(ann);
    const status = await ann.call<{ trustedDeviceDays: number }>('/auth/2fa');

    expect(data).toMatchObject({ status: ASKED, trustedDeviceDays: DAYS });
    expect(status.data.trustedDeviceDays).toBe(DAYS);
  });

  it('is told 0 for a user whose devices the host does not let be trusted', async () => {
    const database = await createDatabase();
    const trustedDevices = { days: 7, allowFor: (userId: string) => Promise.resolve(userId !== 'ann') };
    const host = await startHost(database, { options: { trustedDevices } });
    const daysOf = async (userId: string): Promise<unknown> => {
      const signIn = { authenticatedAt: host.clock.now() };
      const { otpauthUri } = await host.twoFactor.setup({ user: { id: userId, label: userId }, signIn });
      const code = Phone.of(otpauthUri, host.clock).code();
      await host.twoFactor.enable({ userId, code, signIn, sessionId: SOME_SESSION });
      const decision = await host.twoFactor.beginSignIn({ userId });
      return decision.status === 'second_factor_required' && decision.challenge.trustedDeviceDays;
    };

    expect([await daysOf('ann'), await daysOf('ben')]).toEqual([0, 7]);
    await host.app.close();
    await database.drop();
  });

  it('whose device was trusted is asked again as soon as the host does not let it be, and no longer', async () => {
    const database = await createDatabase();
    let isAllowed = true;
    const trustedDevices = { days: 7, allowFor: async () => isAllowed };
    const host = await startHost(database, { options: { trustedDevices } });
    const signIn = { authenticatedAt: host.clock.now() };
    const userId = 'ann';
    const { otpauthUri } = await host.twoFactor.setup({ user: { id: userId, label: userId }, signIn });
    const phone = Phone.of(otpauthUri, host.clock);
    await host.twoFactor.enable({ userId, code: phone.freshCode(), signIn, sessionId: SOME_SESSION });
    const asked = await host.twoFactor.beginSignIn({ userId });
    const challengeToken =
      asked.status === 'second_factor_required' ? asked.challenge.challengeToken : undefined;
    const outcome = await host.twoFactor.completeSignIn({
      challengeToken: challengeToken ?? '',
      proof: { code: phone.freshCode() },
      trustDevice: true,
      sessionId: SOME_SESSION,
    });
    const trustToken = outcome.status === 'complete' ? outcome.trustedDevice?.token : undefined;
    expect(trustToken).toBeDefined();
    const signInFrom = async (): Promise<string> =>
      (await host.twoFactor.beginSignIn({ userId, trustToken })).status;

    isAllowed = false;
    const withdrawn = await signInFrom();
    isAllowed = true;

    expect([withdrawn, await signInFrom()]).toEqual(['second_factor_required', 'complete']);
    await host.app.close();
    await database.drop();
  });
});

describe('invariant 36: a device that is trusted', () => {
  it.each(['browser', 'application'] as const)('is not asked for a factor again: a %s', async (kind) => {
    const { ann, device } = await aTrusted(kind);

    const { data } = await device.login(ann);

    expect(data.status).toBe(COMPLETE);
    expect(data.challengeToken).toBeUndefined();
    expect((await ann.call('/auth/me', { token: data.accessToken })).status).toBe(200);
    expect((await eventsOf(ann)).slice(-2)).toEqual([
      'device_trusted success totp',
      'trusted_device_used success',
    ]);
    expect(await loginFrom(new Device(kind), ann)).toBe(ASKED);
  });

  it('gets a cookie that only its server reads, and an application the token in the body and no cookie', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    const inBrowser = await new Device('browser').trust(ann, { code: ann.code });
    app.clock.advance({ seconds: 30 });
    const inApplication = await new Device('application').trust(ann, { code: ann.code });

    const [cookie = '', ...more] = inBrowser.headers.getSetCookie();
    expect(more).toEqual([]);
    expect(cookie).toMatch(
      /^two-factor-trust-[\w-]{11}=[\w-]+\.[\w-]{64}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(inBrowser.data.trustedDevice).toEqual({ expiresAt: expect.any(String) });
    expect(inApplication.headers.getSetCookie()).toEqual([]);
    expect(inApplication.data.trustedDevice?.token).toMatch(/^[\w-]+\.[\w-]{64}$/);
  });

  it('is trusted by a code of the authenticator only, and only when that is asked for', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const device = new Device('application');

    const onPaper = await device.trust(ann, { backupCode: ann.backupCodes[0] });
    const wrong = await device.trust(ann, { code: ann.requiredPhone.wrongCode() });
    const unasked = await device.trust(ann, { code: ann.code, trustDevice: false });

    expect(onPaper.status).toBe(200);
    expect(onPaper.data.trustedDevice).toBeUndefined();
    expectAuthError(wrong, 'TWO_FACTOR_CODE_INVALID');
    expect(unasked.status).toBe(200);
    expect(unasked.data.trustedDevice).toBeUndefined();
    expect(await trustsOf(ann)).toBe(0);
    expect(await eventsOf(ann)).not.toContain('device_trusted success totp');
  });

  it('is trusted until its day, however often it is used', async () => {
    const { ann, device } = await aTrusted();
    for (let day = 1; day < DAYS; day += 7) {
      app.clock.advance({ seconds: 7 * DAY - 61 });
      expect(await loginFrom(device, ann)).toBe(day < 28 ? COMPLETE : ASKED);
      app.clock.advance({ seconds: 61 });
    }
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect(await eventsOf(ann)).not.toContain('trusted_device_misused failure replayed');
  });

  it('ends at its second, and not one before', async () => {
    const { ann, device } = await aTrusted();
    app.clock.advance({ seconds: DAYS * DAY - 62 });

    expect(await loginFrom(device, ann)).toBe(COMPLETE);
    app.clock.advance({ seconds: 1 });
    expect(await loginFrom(device, ann)).toBe(ASKED);
  });

  it('is one of five at most: the sixth ends the oldest', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const devices = Array.from({ length: 6 }, () => new Device('application'));
    for (const device of devices) {
      await device.trust(ann, { code: ann.code });
      app.clock.advance({ seconds: 30 });
    }

    const became = [];
    for (const device of devices) {
      became.push(await loginFrom(device, ann));
    }

    expect(became).toEqual([ASKED, COMPLETE, COMPLETE, COMPLETE, COMPLETE, COMPLETE]);
    expect(await trustsOf(ann)).toBe(5);
  });

  it('keeps its token with the client: the table has a hash', async () => {
    const { ann, device } = await aTrusted();
    const [row] = await app.database.query<{ row: string }>(
      'SELECT d::text AS row FROM two_factor_trusted_devices d WHERE user_id = $1',
      [ann.id],
    );

    const [, random = ''] = device.kept?.split('.') ?? [];
    const secret = Buffer.from(random, 'base64url').subarray(16);
    expect(secret).toHaveLength(32);
    expect(row?.row).not.toContain(secret.toString('hex'));
    expect(row?.row).not.toContain(random);
  });
});

describe('invariant 37: a token of a trusted device', () => {
  it('is another one after each use', async () => {
    const { ann, device } = await aTrusted();
    const first = device.kept;

    await device.login(ann);
    const second = device.kept;
    app.clock.advance({ seconds: 61 });
    await device.login(ann);

    expect(new Set([first, second, device.kept]).size).toBe(3);
    expect(await trustsOf(ann)).toBe(1);
  });

  it('stays good when the answer with the next one is lost, days later too, and is rotated then', async () => {
    const { ann, device } = await aTrusted();
    const first = device.kept;

    await device.login(ann, { isLost: true });
    app.clock.advance({ seconds: 2 * DAY });
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
    expect(device.kept).not.toBe(first);
    app.clock.advance({ seconds: 61 });
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
  });

  it('is one of several within 60 seconds of its use, and rotates nothing', async () => {
    const { ann, device } = await aTrusted();
    const tab = Device.with(device.kept);
    await device.login(ann);
    const next = device.kept;

    app.clock.advance({ seconds: 59 });
    const { data } = await tab.login(ann);

    expect(data.status).toBe(COMPLETE);
    expect(data.trustedDevice).toEqual({ expiresAt: expect.any(String) });
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
    expect(device.kept).not.toBe(next);
  });

  it('ends the trust when it comes back 60 seconds after its successor was used, and the owner is told', async () => {
    const { ann, device } = await aTrusted();
    const thief = Device.with(device.kept);
    await device.login(ann);
    await device.login(ann);

    app.clock.advance({ seconds: 59 });
    expect(await loginFrom(thief, ann)).toBe(ASKED);
    expect(await trustsOf(ann)).toBe(1);
    app.clock.advance({ seconds: 1 });
    expect(await loginFrom(thief, ann)).toBe(ASKED);

    expect(await trustsOf(ann)).toBe(0);
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect((await eventsOf(ann)).at(-1)).toBe('trusted_device_misused failure replayed');
  });

  it('ends the trust too when it was spent long ago', async () => {
    const { ann, device } = await aTrusted();
    const thief = Device.with(device.kept);
    for (let use = 0; use < 4; use += 1) {
      await device.login(ann);
      app.clock.advance({ seconds: DAY });
    }

    expect(await loginFrom(thief, ann)).toBe(ASKED);
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect((await eventsOf(ann)).at(-1)).toBe('trusted_device_misused failure replayed');
  });

  it('ends the trust when a thief was first, and the owner comes with what the thief made void', async () => {
    const { ann, device } = await aTrusted();
    const thief = Device.with(device.kept);
    await device.login(ann);
    app.clock.advance({ seconds: DAY });

    expect(await loginFrom(thief, ann)).toBe(COMPLETE);
    app.clock.advance({ seconds: DAY });
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect(await loginFrom(thief, ann)).toBe(ASKED);
    expect((await eventsOf(ann)).at(-1)).toBe('trusted_device_misused failure replayed');
  });

  it('is used once by two at the same time, and both are let in', async () => {
    const { ann, device } = await aTrusted();
    const tabs = [Device.with(device.kept), Device.with(device.kept)];
    const held = await (await HeldRows.in(app.database)).account(ann.id);
    const logins = tabs.map((tab) => tab.login(ann));
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    const answers = await Promise.all(logins);

    expect(answers.map(({ data }) => data.status)).toEqual([COMPLETE, COMPLETE]);
    expect(answers.filter(({ data }) => data.trustedDevice?.token !== undefined)).toHaveLength(1);
  });

  it('is nothing without the password, and nothing for somebody else', async () => {
    const { ann, device } = await aTrusted();
    const ben = await (await aUser(app)).withTwoFactor();
    const [, random] = device.kept?.split('.') ?? [];
    const moved = Device.with(`${Buffer.from(ben.id).toString('base64url')}.${random}`);

    expect(await loginFrom(device, ben)).toBe(ASKED);
    expect(await loginFrom(moved, ben)).toBe(ASKED);
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
    expect(await trustsOf(ann)).toBe(1);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'token'],
    ['a token of a challenge', `${Buffer.from('x').toString('base64url')}.${'a'.repeat(43)}`],
    ['a NUL', `${Buffer.from('a\0').toString('base64url')}.${'a'.repeat(64)}`],
  ])('is silence when it is %s', async (_, token) => {
    const { ann } = await aTrusted();

    expect(await loginFrom(Device.with(token), ann)).toBe(ASKED);
    expect(await trustsOf(ann)).toBe(1);
  });

  it('is silence when a cookie of its name comes twice', async () => {
    const { ann, device } = await aTrusted('browser');

    expect(await loginFrom(Device.with(`${device.kept}; ${device.kept}`, 'browser'), ann)).toBe(ASKED);
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
  });

  it('serves two people at one browser', async () => {
    const [ann, ben] = [await (await aUser(app)).withTwoFactor(), await (await aUser(app)).withTwoFactor()];
    const [hers, his] = [new Device('browser'), new Device('browser')];
    await hers.trust(ann, { code: ann.code });
    await his.trust(ben, { code: ben.code });
    const shared = Device.with(`${hers.kept}; ${his.kept}`, 'browser');

    expect(hers.kept?.split('=')[0]).not.toBe(his.kept?.split('=')[0]);
    const headers = shared.headers;
    for (const { email, password } of [ann, ben]) {
      const answer = await ann.call('/auth/login', { body: { email, password }, headers, token: undefined });
      expect(answer.data['status']).toBe(COMPLETE);
    }
  });
});

describe('invariant 37: a trust is over', () => {
  const service = (): TwoFactorSessions => app.nest.get(TwoFactorSessions);

  it.each<[string, (person: Person) => Promise<unknown>]>([
    [
      'the second factor was turned off and on again',
      async (person) => {
        await person.post('/auth/2fa/disable', { code: person.code });
        app.clock.advance({ seconds: 30 });
        await person.withTwoFactor();
      },
    ],
    [
      'the authenticator was replaced',
      async (person) => {
        const { phone } = await person.scan({ code: person.code });
        const { data } = await person.post<Tokens>('/auth/2fa/enable', { code: phone.code() });
        person.tokens = data;
      },
    ],
    [
      'the password was changed',
      async (person) => {
        const newPassword = person.password;
        await person.post('/auth/password', {
          currentPassword: person.password,
          newPassword,
          code: person.code,
        });
      },
    ],
    ['the password was reset', (person) => service().passwordReset({ userId: person.id })],
    ['all trusts were ended', (person) => person.call('/auth/2fa/trusted-devices', { method: 'DELETE' })],
  ])('when %s', async (_, change) => {
    const { ann, device } = await aTrusted();
    ann.tokens = (await device.login(ann)).data;

    await change(ann);

    expect(await listed(ann)).toEqual([]);
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect(await eventsOf(ann)).not.toContain('trusted_device_misused failure replayed');
  });

  it('but not when new backup codes were drawn: the factors are the same', async () => {
    const { ann, device } = await aTrusted();
    ann.tokens = (await device.login(ann)).data;

    expect((await ann.post('/auth/2fa/backup-codes', { code: ann.code })).status).toBe(200);

    app.clock.advance({ seconds: 61 });
    expect(await loginFrom(device, ann)).toBe(COMPLETE);
  });

  it('when its user has no factor any more: then the password is enough, and nothing is used', async () => {
    const { ann, device } = await aTrusted();
    ann.tokens = (await device.login(ann)).data;
    await ann.post('/auth/2fa/disable', { code: ann.code });

    const { data } = await device.login(ann);

    expect(data).toMatchObject({ status: COMPLETE });
    expect(data.trustedDevice).toBeUndefined();
    expect((await eventsOf(ann)).at(-1)).toBe('disabled success totp');
  });

  it('when a change of factors is committed while it waits', async () => {
    const { ann, device } = await aTrusted();
    const held = await (await HeldRows.in(app.database)).account(ann.id);
    const login = device.login(ann);
    await somebodyWaits(app.database);
    await held.query('UPDATE two_factor_accounts SET generation = generation + 1 WHERE user_id = $1', [
      ann.id,
    ]);
    await held.release();

    expect((await login).data.status).toBe(ASKED);
  });
});

describe('invariant 38: a sign-in from a trusted device', () => {
  it('is one by password: no factor has been passed', async () => {
    const { ann, device } = await aTrusted();

    const { data } = await device.login(ann);

    expect(decode(data.accessToken).claims).toMatchObject({ amr: ['pwd'] });
    const [session] = (await rowsOf(app.database, ann.id)).sessions.slice(-1);
    expect(session?.passed).toEqual([]);
  });

  it('changes no factor without a code', async () => {
    const { ann, device } = await aTrusted();
    ann.tokens = (await device.login(ann)).data;

    expectAuthError(await ann.post('/auth/2fa/disable', {}), 'VALIDATION_FAILED');
    expectAuthError(await ann.post('/auth/2fa/setup', {}), 'TWO_FACTOR_ALREADY_ENABLED');
    expect(await listed(ann, device)).toHaveLength(1);
  });
});

describe('GET and DELETE /auth/2fa/trusted-devices', () => {
  it('show the devices of the caller, the current one marked, and where they were used last', async () => {
    const { ann, device } = await aTrusted();
    const browser = new Device('browser', 'a browser');
    await browser.trust(ann, { code: ann.code });
    app.clock.advance({ seconds: 61 });
    await device.login(ann);

    const shown = await listed(ann, device);

    expect(shown).toEqual([
      expect.objectContaining({ current: true, userAgent: 'a device', method: 'totp', ip: '127.0.0.1' }),
      expect.objectContaining({ current: false, userAgent: 'a browser' }),
    ]);
    const { createdAt, expiresAt, lastUsedAt } = shown[0]!;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(DAYS * DAY * 1000);
    expect(lastUsedAt).toBe(app.clock.now().toISOString());
    expect((await listed(ann, browser)).map(({ current }) => current)).toEqual([false, true]);
    expect((await listed(ann)).map(({ current }) => current)).toEqual([false, false]);
  });

  it('end one device with no more than a session, and nobody else’s', async () => {
    const { ann, device } = await aTrusted();
    const { ann: ben, device: bens } = await aTrusted();
    const [{ id } = { id: '' }] = await listed(ann);
    const [{ id: bensId } = { id: '' }] = await listed(ben);

    const other = await ann.call(`/auth/2fa/trusted-devices/${bensId}`, { method: 'DELETE' });
    const own = await ann.call(`/auth/2fa/trusted-devices/${id}`, { method: 'DELETE' });

    expect([other.status, own.status]).toEqual([200, 200]);
    expect(own.data).toEqual([]);
    expect(await loginFrom(device, ann)).toBe(ASKED);
    expect(await loginFrom(bens, ben)).toBe(COMPLETE);
    expect((await eventsOf(ann)).filter((event) => event === 'trusted_device_removed success')).toHaveLength(
      1,
    );
  });

  it('refuse an id that is none, and callers without a session', async () => {
    const { ann } = await aTrusted();
    const path = '/auth/2fa/trusted-devices';

    const malformed = await ann.call(`${path}/x`, { method: 'DELETE' });

    expect(expectAuthError(malformed, 'VALIDATION_FAILED').details).toEqual([
      { field: 'id', message: 'id must be a UUID' },
    ]);
    expectAuthError(await ann.call(path, { token: undefined }), 'AUTH_TOKEN_MISSING');
    expect(await trustsOf(ann)).toBe(1);
  });
});
