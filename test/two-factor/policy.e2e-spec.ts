import { randomUUID } from 'node:crypto';
import type { TwoFactorPolicy } from 'nestjs-two-factor';
import { type Enrolled, Phone, SoftPasskey, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ORIGIN, PasskeyUser } from '../support/passkeys.js';
import { DAY, PolicyHost, REQUIRED } from '../support/policy.js';

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

const GRACE: TwoFactorPolicy = { ...REQUIRED, graceDays: 7 };
const PASSKEY: TwoFactorPolicy = { scope: 'role:admin', required: true, graceDays: 0, methods: ['passkey'] };
const ANY = ['passkey', 'totp'];

function inDays(days: number): Date {
  return new Date(place.host.clock.now().getTime() + days * DAY * 1000);
}

function advance(days: number): void {
  place.host.clock.advance({ seconds: days * DAY });
}

function withPhone(id: string): Promise<Enrolled> {
  const { app, clock } = place.host;
  return enrol(app, place.userOf(id), { clock });
}

function withPasskey(id: string): PasskeyUser {
  return new PasskeyUser(place.host, id);
}

async function statusOf(id: string): Promise<unknown> {
  return (await place.host.twoFactor.status(id)).enrolment;
}

async function typesOf(id: string): Promise<readonly string[]> {
  return (await place.host.twoFactor.latestEvents(id)).map(({ type }) => type);
}

function change(phone: Phone): { readonly proof: { readonly code: string }; readonly signIn: object } & {
  readonly signIn: { readonly authenticatedAt: Date };
} {
  return { proof: { code: phone.freshCode() }, signIn: { authenticatedAt: place.host.clock.now() } };
}

describe('a user of whom nothing is required', () => {
  it('signs in as before, and no deadline is kept', async () => {
    const id = randomUUID();

    expect(await place.begin(id)).toEqual({ status: 'complete' });
    expect(await statusOf(id)).toBeNull();
    expect(await place.deadlinesOf(id)).toEqual([]);
  });
});

describe('a factor that is required', () => {
  it('is told with its day while there is time, and the session opens', async () => {
    const id = randomUUID();
    place.policies = GRACE;
    const enrolment = { dueAt: inDays(7), methods: ANY };

    expect(await place.begin(id)).toEqual({ status: 'complete', enrolment });
    expect(await statusOf(id)).toEqual(enrolment);
    expect(await place.sessionsOf(id)).toBe(1);
    expect(await typesOf(id)).toEqual(['enrolment_demanded']);
  });

  it('begins its days not before the day that the policy names', async () => {
    const id = randomUUID();
    place.policies = { ...GRACE, enforceFrom: inDays(10) };

    expect(await place.begin(id)).toMatchObject({ enrolment: { dueAt: inDays(17) } });
  });

  it('that has come since is asked for no more', async () => {
    const id = randomUUID();
    place.policies = GRACE;
    await place.begin(id);

    const { phone } = await withPhone(id);

    expect(await statusOf(id)).toBeNull();
    expect(await place.complete(id, { code: phone.freshCode() })).toMatchObject({
      status: 'complete',
      enrolment: undefined,
    });
  });

  it('opens no session from the moment on that it is due', async () => {
    const id = randomUUID();
    place.policies = GRACE;
    await place.begin(id);
    place.host.clock.advance({ seconds: 7 * DAY - 1 });
    expect(await place.begin(id)).toMatchObject({ status: 'complete' });

    place.host.clock.advance({ seconds: 1 });
    const decision = await place.begin(id);

    expect(decision).toEqual({
      status: 'enrolment_required',
      enrolment: {
        enrolmentToken: expect.stringMatching(/^[\w-]+\.[\w-]{43}$/),
        expiresInSeconds: 1800,
        methods: ANY,
        dueAt: place.host.clock.now(),
      },
    });
    expect(await place.sessionsOf(id)).toBe(2);
  });

  it('is set up with the token, and what confirms it opens the session', async () => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(id);
    expect(await place.sessionsOf(id)).toBe(0);

    const phone = await place.enrolBy(enrolmentToken);

    expect(await place.sessionsOf(id)).toBe(1);
    expect(await place.host.twoFactor.status(id)).toMatchObject({
      enabled: true,
      enrolment: null,
      backupCodes: { remaining: 10 },
    });
    expect(await place.host.sessions.passedFactors({ userId: id, sessionId: 'enrolled' })).toMatchObject([
      { method: 'totp' },
    ]);
    expect(await place.complete(id, { code: phone.freshCode() })).toMatchObject({ status: 'complete' });
  });

  it('can be a passkey, bound to its token', async () => {
    const id = randomUUID();
    place.policies = PASSKEY;
    const { enrolmentToken, methods } = await place.stopped(id);
    const other = await place.stopped(randomUUID());
    const passkey = new SoftPasskey(ORIGIN);
    const userOf = (userId: string) => place.userOf(userId);
    const { publicKey } = await place.enrolment.passkeyCreationOptions({ enrolmentToken, userOf });
    const response = passkey.create(publicKey);
    const { inSameCommit } = place;
    const opening = { response, sessionId: 'enrolled', inSameCommit };

    const elsewhere = place.enrolment.registerPasskey({ ...opening, enrolmentToken: other.enrolmentToken });
    await expect(elsewhere).rejects.toMatchObject({ code: 'TWO_FACTOR_PASSKEY_INVALID' });
    const registered = await place.enrolment.registerPasskey({ ...opening, enrolmentToken });

    expect(methods).toEqual(['passkey']);
    expect(registered).toMatchObject({ userId: id, enabled: { enabledAt: place.host.clock.now() } });
    expect(registered.enabled?.backupCodes).toHaveLength(10);
    expect(await place.sessionsOf(id)).toBe(1);
    expect(await statusOf(id)).toBeNull();
  });
});

describe('the token of an enrolment', () => {
  it('works once, and dies with the factor that it has brought', async () => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(id);
    await place.enrolBy(enrolmentToken);

    const again = place.enrolBy(enrolmentToken);

    await expect(again).rejects.toMatchObject({ code: 'TWO_FACTOR_CHALLENGE_INVALID' });
    expect(await place.sessionsOf(id)).toBe(1);
  });

  it('dies after half an hour, and when a later sign-in takes its place', async () => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const first = await place.stopped(id);
    const second = await place.stopped(id);
    await expect(place.enrolBy(first.enrolmentToken)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });

    place.host.clock.advance({ seconds: 1800 });

    await expect(place.enrolBy(second.enrolmentToken)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });
    expect(await place.host.twoFactor.status(id)).toMatchObject({ enabled: false });
  });

  it.each(['passwordChanged', 'passwordReset'] as const)('dies with the password: %s', async (by) => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(id);

    await place.host.sessions[by]({ userId: id, sessionId: 's1' });

    await expect(place.enrolBy(enrolmentToken)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });
  });

  it('is no challenge, and a challenge is none', async () => {
    const [ann, ben] = [randomUUID(), randomUUID()];
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(ann);
    const { phone } = await withPhone(ben);
    const decision = await place.begin(ben);
    const challengeToken =
      decision.status === 'second_factor_required' ? decision.challenge.challengeToken : '';

    const answered = place.answer(enrolmentToken, { code: '123456' });
    await expect(answered).rejects.toMatchObject({ code: 'TWO_FACTOR_CHALLENGE_INVALID' });
    const enrolled = place.confirm(challengeToken, phone);
    await expect(enrolled).rejects.toMatchObject({ code: 'TWO_FACTOR_CHALLENGE_INVALID' });
    expect(await place.sessionsOf(ben)).toBe(0);
  });

  it('sets up nothing that would not be enough, and asks the policy each time', async () => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(id);
    const userOf = (userId: string) => place.userOf(userId);
    const { otpauthUri } = await place.enrolment.setup({ enrolmentToken, userOf });
    place.policies = PASSKEY;

    const confirmed = place.confirm(enrolmentToken, Phone.of(otpauthUri, place.host.clock));

    await expect(confirmed).rejects.toMatchObject({
      code: 'TWO_FACTOR_REQUIRED_BY_POLICY',
      details: expect.arrayContaining([{ scope: 'role:admin', field: 'methods' }]),
    });
    expect(await place.host.twoFactor.status(id)).toMatchObject({ enabled: false });
    expect(await place.sessionsOf(id)).toBe(0);
  });

  it('dies with a panic, which stops no first factor that is due', async () => {
    const id = randomUUID();
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(id);
    await database.query(
      `INSERT INTO two_factor_accounts (user_id, generation, frozen_at) VALUES ($1, 1, $2)`,
      [id, place.host.clock.now()],
    );
    await expect(place.enrolBy(enrolmentToken)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });

    await place.enrolBy((await place.stopped(id)).enrolmentToken);

    expect(await place.sessionsOf(id)).toBe(1);
  });

  it('is of no use for a user whom the host does not know any more', async () => {
    place.policies = REQUIRED;
    const { enrolmentToken } = await place.stopped(randomUUID());

    const setup = place.enrolment.setup({ enrolmentToken, userOf: () => undefined });

    await expect(setup).rejects.toMatchObject({ code: 'TWO_FACTOR_CHALLENGE_INVALID' });
  });
});

describe('a factor that is too weak', () => {
  it('is proved first, and then opens the enrolment and no session', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    place.policies = PASSKEY;

    const outcome = await place.complete(id, { code: phone.freshCode() });

    expect(outcome).toMatchObject({ status: 'enrolment_required', enrolment: { methods: ['passkey'] } });
    expect(await place.sessionsOf(id)).toBe(0);
    expect(await place.host.sessions.passedFactors({ userId: id, sessionId: 'signed-in' })).toEqual([]);
  });

  it('stays beside the one that is enough, which opens the session', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    place.policies = PASSKEY;
    const outcome = await place.complete(id, { code: phone.freshCode() });
    const enrolmentToken = outcome.status === 'enrolment_required' ? outcome.enrolment.enrolmentToken : '';
    const userOf = (userId: string) => place.userOf(userId);

    const { publicKey } = await place.enrolment.passkeyCreationOptions({ enrolmentToken, userOf });
    const { inSameCommit } = place;
    const response = new SoftPasskey(ORIGIN).create(publicKey);
    const opening = { enrolmentToken, response, sessionId: 'enrolled', inSameCommit };
    const registered = await place.enrolment.registerPasskey(opening);

    expect(registered).toMatchObject({ userId: id, enabled: undefined });
    expect(await place.sessionsOf(id)).toBe(1);
    expect(await place.host.twoFactor.status(id)).toMatchObject({
      methods: ['passkey', 'totp', 'backup_code'],
      backupCodes: { remaining: 10 },
      enrolment: null,
    });
    place.host.clock.advance({ seconds: 60 });
    expect(await place.complete(id, { code: phone.freshCode() })).toMatchObject({ status: 'complete' });
  });

  it('can be a passkey, where a phone is wanted', async () => {
    const id = randomUUID();
    const ann = withPasskey(id);
    const { passkey } = await ann.enrol();
    place.policies = { ...PASSKEY, methods: ['totp'] };
    const { challengeToken, challenge } = await ann.begin();
    const outcome = await place.answer(challengeToken, { passkey: passkey.sign(challenge) });
    const enrolmentToken = outcome.status === 'enrolment_required' ? outcome.enrolment.enrolmentToken : '';

    await place.enrolBy(enrolmentToken);

    expect(await place.sessionsOf(id)).toBe(1);
    expect(await place.host.twoFactor.status(id)).toMatchObject({
      methods: ['passkey', 'totp', 'backup_code'],
    });
  });

  it('opens the session while there is time', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    place.policies = { ...PASSKEY, graceDays: 3 };

    expect(await place.complete(id, { code: phone.freshCode() })).toMatchObject({
      status: 'complete',
      enrolment: { dueAt: inDays(3), methods: ['passkey'] },
    });
    expect(await place.host.sessions.passedFactors({ userId: id, sessionId: 'signed-in' })).toMatchObject([
      { method: 'totp' },
    ]);
  });

  it('lets no backup code and no trusted device around it', async () => {
    const id = randomUUID();
    const { phone, backupCodes } = await withPhone(id);
    place.host.clock.advance({ seconds: 30 });
    const trusted = await place.complete(id, { code: phone.freshCode() }, true);
    const token = trusted.status === 'complete' ? trusted.trustedDevice?.token : undefined;
    expect(await place.begin(id, token)).toMatchObject({ status: 'complete' });
    const sessions = await place.sessionsOf(id);
    place.policies = PASSKEY;

    expect(await place.begin(id, token)).toMatchObject({ status: 'second_factor_required' });
    expect(await place.complete(id, { backupCode: backupCodes[0] })).toMatchObject({
      status: 'enrolment_required',
    });
    expect(await place.sessionsOf(id)).toBe(sessions);
  });
});

describe('a session that was there before', () => {
  it('is let through no route that wants a factor once one is due, and is told whose policy it is', async () => {
    const id = randomUUID();
    place.policies = GRACE;
    const session = { userId: id, sessionId: 's1' };
    await expect(place.host.sessions.require(session)).rejects.toMatchObject({
      code: 'TWO_FACTOR_REQUIRED',
    });

    advance(7);

    await expect(place.host.sessions.require(session)).rejects.toMatchObject({
      code: 'TWO_FACTOR_ENROLMENT_REQUIRED',
      details: [
        { scope: 'org', field: 'required' },
        { scope: 'org', field: 'graceDays' },
      ],
    });
  });

  it('that has passed a factor too weak is let through neither', async () => {
    const id = randomUUID();
    await withPhone(id);
    const session = { userId: id, sessionId: 'enrol' };
    await place.host.sessions.require(session);

    place.policies = PASSKEY;

    await expect(place.host.sessions.require(session)).rejects.toMatchObject({
      code: 'TWO_FACTOR_ENROLMENT_REQUIRED',
    });
  });
});

describe('what falls below the policy', () => {
  it('is not turned off, and spends no code', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    place.policies = GRACE;
    const disabling = change(phone);

    const disabled = place.host.twoFactor.disable({ userId: id, ...disabling });

    await expect(disabled).rejects.toMatchObject({
      code: 'TWO_FACTOR_REQUIRED_BY_POLICY',
      details: expect.arrayContaining([{ scope: 'org', field: 'required' }]),
    });
    expect(await place.host.twoFactor.status(id)).toMatchObject({ enabled: true });
    place.policies = [];
    await place.host.twoFactor.disable({ userId: id, ...disabling });
    expect(await place.host.twoFactor.status(id)).toMatchObject({ enabled: false });
  });

  it('is not removed, while what is too weak can go', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    const ann = withPasskey(id);
    const proof = { code: phone.freshCode() };
    const { publicKey } = await ann.creationOptions({ proof });
    const passkey = new SoftPasskey(ORIGIN);
    const { id: passkeyId } = await ann.register(passkey.create(publicKey));
    const { authenticators } = await place.host.twoFactor.status(id);
    const phoneId = authenticators.find(({ type }) => type === 'totp')?.id ?? '';
    place.policies = PASSKEY;
    const remove = async (authenticator: string) =>
      place.host.authenticators.remove({
        userId: id,
        id: authenticator,
        sessionId: 's1',
        proof: { passkey: await ann.prove(passkey) },
        signIn: ann.signIn(),
      });

    await expect(remove(passkeyId)).rejects.toMatchObject({ code: 'TWO_FACTOR_REQUIRED_BY_POLICY' });
    expect(await remove(phoneId)).toMatchObject([{ id: passkeyId }]);
  });
});

describe('the days for which devices are trusted', () => {
  it('are as many as the strictest policy says, and none when it says none', async () => {
    const id = randomUUID();
    const { phone } = await withPhone(id);
    place.policies = { required: false, graceDays: 0, trustedDeviceDays: 2 };
    place.host.clock.advance({ seconds: 30 });
    const trusted = await place.complete(id, { code: phone.freshCode() }, true);
    const device = trusted.status === 'complete' ? trusted.trustedDevice : undefined;
    expect(device).toMatchObject({ expiresAt: inDays(2) });

    place.policies = { required: false, graceDays: 0, trustedDeviceDays: 0 };

    expect(await place.begin(id, device?.token)).toMatchObject({ status: 'second_factor_required' });
    place.host.clock.advance({ seconds: 60 });
    expect(await place.complete(id, { code: phone.freshCode() }, true)).toMatchObject({
      trustedDevice: undefined,
    });
  });
});

describe('a policy that cannot be asked', () => {
  it('opens no session and no enrolment, before the factor and after it', async () => {
    const [ann, ben] = [randomUUID(), randomUUID()];
    const { phone } = await withPhone(ben);
    const decision = await place.begin(ben);
    const token = decision.status === 'second_factor_required' ? decision.challenge.challengeToken : '';
    const broken = { ...REQUIRED, graceDays: Number.NaN };
    place.policies = broken;

    await expect(place.begin(ann)).rejects.toThrow('policyOf has answered what is no policy');
    await expect(place.answer(token, { code: phone.freshCode() })).rejects.toThrow('graceDays');
    await expect(place.host.sessions.require({ userId: ben, sessionId: 'enrol' })).rejects.toThrow(
      'graceDays',
    );

    expect([await place.sessionsOf(ann), await place.sessionsOf(ben)]).toEqual([0, 0]);
    expect(await place.deadlinesOf(ann)).toEqual([]);
  });
});
