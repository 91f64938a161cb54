import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsersRepository } from '../../src/users/users.repository.js';
import type { Role } from '../../src/users/role.js';
import { expectAuthError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, type SetupData, type Tokens, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';
import { Device } from '../support/trusting.js';
import { Phone } from 'nestjs-two-factor/testing';

/** The days begin a day after the test's clock does. */
const FROM = '2026-01-02';
const DAY = 86_400;

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    variables: { TWO_FACTOR_REQUIRED_FROM: FROM, TWO_FACTOR_GRACE_DAYS: '3', TRUSTED_DEVICE_DAYS: '30' },
  });
});
afterAll(() => app.close());

interface Login extends Tokens {
  readonly status: string;
  readonly enrolment: { readonly dueAt: string; readonly methods: readonly string[] } | null;
  readonly enrolmentToken: string;
  readonly expiresIn: number;
  readonly methods: readonly string[];
}

async function withRole(role: Role): Promise<Person> {
  const person = await aUser(app);
  await app.nest.get(UsersRepository, { strict: false }).setRole(person.email, role);
  return person;
}

function enrolment<Data = Record<string, unknown>>(path: string, body: object): Promise<Answer<Data>> {
  return call<Data>(app.url, `/api/v1/auth/2fa/enrolment/${path}`, { body });
}

async function setUp(enrolmentToken: string): Promise<Phone> {
  const { data, status } = await enrolment<SetupData>('setup', { enrolmentToken });
  expect(status).toBe(200);
  return Phone.of(data.otpauthUri, app.clock);
}

describe('an account of which a factor is required', () => {
  it('is told until when, and then enrols before it gets a session', async () => {
    const ann = await aUser(app);
    const enrolmentDue = { dueAt: '2026-01-05T00:00:00.000Z', methods: ['passkey', 'totp'] };

    const inTime = await ann.login<Login>();
    expect(inTime.data).toMatchObject({ status: 'authenticated', enrolment: enrolmentDue });
    expect((await ann.call('/auth/2fa')).data).toMatchObject({ enabled: false, enrolment: enrolmentDue });
    app.clock.advance({ seconds: 4 * DAY });
    const due = await ann.login<Login>();
    const { enrolmentToken, ...rest } = due.data;

    expect(rest).toEqual({
      status: 'two_factor_enrolment_required',
      expiresIn: 1800,
      methods: ['passkey', 'totp'],
    });
    expectAuthError(await ann.call('/auth/me', { token: enrolmentToken }), 'AUTH_TOKEN_INVALID');
    const phone = await setUp(enrolmentToken);
    const { data, status } = await enrolment<Login>('enable', { enrolmentToken, code: phone.freshCode() });
    expect(status).toBe(200);
    expect(data).toMatchObject({ status: 'authenticated', enabled: true, backupCodesRemaining: 10 });
    expect((await ann.call('/auth/me', { token: data.accessToken })).data).toMatchObject({
      twoFactorEnabled: true,
    });
    const { sessions } = await rowsOf(app.database, ann.id);
    // Those from before have ended.
    expect(sessions).toMatchObject([{ passed: ['totp'] }]);
  });

  it('whose session is older does what asks for no factor, and what asks for one is refused with the reasons', async () => {
    const ann = await withRole('support');

    expect((await ann.call('/auth/me')).status).toBe(200);
    const refused = await ann.call('/account/export');

    expectAuthError(refused, 'TWO_FACTOR_ENROLMENT_REQUIRED');
    expect(refused.body).toMatchObject({
      details: expect.arrayContaining([{ scope: 'staff', field: 'graceDays' }]),
    });
    await ann.withTwoFactor();
    expect((await ann.call('/account/export')).status).toBe(200);
  });

  it('cannot turn it off, and says whose policy that is', async () => {
    const ann = await (await withRole('support')).withTwoFactor();

    const refused = await ann.post('/auth/2fa/disable', { code: ann.code });

    expectAuthError(refused, 'TWO_FACTOR_REQUIRED_BY_POLICY');
    expect(refused.body).toMatchObject({
      details: expect.arrayContaining([{ scope: 'staff', field: 'required' }]),
    });
    expect((await rowsOf(app.database, ann.id)).active).not.toBeNull();
  });

  it.each([
    ['support', 'authenticated'],
    ['admin', 'two_factor_required'],
  ] as const)('of the role %s signs in from a trusted device: %s', async (role, status) => {
    const ann = await (await aUser(app)).withTwoFactor();
    const device = new Device('application');
    await device.trust(ann, { code: ann.code });

    await app.nest.get(UsersRepository, { strict: false }).setRole(ann.email, role);

    expect((await device.login(ann)).data.status).toBe(status);
  });

  it('whose password changes meanwhile enrols nobody with the old one', async () => {
    const ann = await withRole('support');
    const { data } = await ann.login<Login>();
    const changed = await ann.post('/auth/password', {
      currentPassword: ann.password,
      newPassword: 'another battery staple',
    });
    expect(changed.status).toBe(204);

    const refused = await enrolment('setup', { enrolmentToken: data.enrolmentToken });

    expectAuthError(refused, 'TWO_FACTOR_CHALLENGE_INVALID');
  });

  it('that is gone enrols no more', async () => {
    const ann = await withRole('support');
    const { data } = await ann.login<Login>();
    await app.database.query('DELETE FROM users WHERE id = $1', [ann.id]);

    const refused = await enrolment('setup', { enrolmentToken: data.enrolmentToken });

    expectAuthError(refused, 'TWO_FACTOR_CHALLENGE_INVALID');
    expect((await rowsOf(app.database, ann.id)).pending).toBeNull();
  });
});
