import { randomUUID } from 'node:crypto';
import { TwoFactorImporter } from 'nestjs-two-factor';
import { Phone, SoftPasskey, type SoftPasskeyLies } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Host, startHost } from '../support/host.js';
import { ORIGIN, PasskeyUser, WEBAUTHN } from '../support/passkeys.js';
import { challengeTokenOf } from '../support/challenge.js';
import { somebodyWaits } from '../support/locks.js';
import { HeldRows } from '../support/rows.js';

let database: TestDatabase;
let host: Host;

beforeAll(async () => {
  database = await createDatabase();
  host = await startHost(database, { options: { webauthn: WEBAUTHN } });
});
afterAll(async () => {
  await host?.app.close();
  await database?.drop();
});

function somebody(): PasskeyUser {
  return new PasskeyUser(host, randomUUID());
}

async function lastEventOf(userId: string): Promise<object | undefined> {
  const [event] = await host.twoFactor.latestEvents(userId);
  return event;
}

async function passkeysOf(userId: string): Promise<object[]> {
  return database.query(
    'SELECT counter::int, backed_up, last_used_at, name FROM two_factor_passkeys WHERE user_id = $1 ORDER BY created_at, id',
    [userId],
  );
}

const INVALID = { code: 'TWO_FACTOR_PASSKEY_INVALID' };

describe('a passkey as the first factor', () => {
  it('turns the factor on, with ten backup codes and what its session has passed', async () => {
    const ann = somebody();

    const { enabled, name } = await ann.enrol({ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' });

    expect(name).toBe('Apple Passwords');
    expect(enabled).toMatchObject({ enabledAt: host.clock.now() });
    expect(enabled?.backupCodes).toHaveLength(10);
    expect(await host.twoFactor.status(ann.id)).toMatchObject({
      enabled: true,
      pending: false,
      methods: ['passkey', 'backup_code'],
      available: ['passkey', 'totp'],
      backupCodes: { remaining: 10 },
    });
    expect(await host.sessions.passedFactors({ userId: ann.id, sessionId: 'opened' })).toEqual([
      { method: 'passkey', isUserVerified: true, passedAt: host.clock.now() },
    ]);
    expect(await lastEventOf(ann.id)).toMatchObject({
      type: 'enabled',
      method: 'passkey',
      outcome: 'success',
    });
  });

  it('is nothing while it is only asked for', async () => {
    const ann = somebody();

    await ann.creationOptions();

    expect(await host.twoFactor.status(ann.id)).toMatchObject({
      enabled: false,
      pending: false,
      methods: [],
    });
    expect(await host.twoFactor.beginSignIn({ userId: ann.id })).toEqual({ status: 'complete' });
  });

  it('signs in, as the first of the methods that are offered', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();

    const decision = await host.twoFactor.beginSignIn({ userId: ann.id });
    const answered = await ann.logIn(passkey);

    expect(decision).toMatchObject({ challenge: { methods: ['passkey', 'backup_code'] } });
    expect(answered).toMatchObject({ userId: ann.id, method: 'passkey', isUserVerified: true });
    expect(await passkeysOf(ann.id)).toMatchObject([{ counter: 1, last_used_at: host.clock.now() }]);
    expect(await database.query('SELECT FROM two_factor_challenges WHERE user_id = $1', [ann.id])).toEqual(
      [],
    );
  });

  it('signs in by a backup code when the passkey is lost', async () => {
    const ann = somebody();
    const { enabled } = await ann.enrol();
    const challengeToken = await challengeTokenOf(host.twoFactor, ann.id);

    const answered = await host.twoFactor.completeSignIn({
      challengeToken,
      proof: { backupCode: enabled!.backupCodes[0] },
      sessionId: 's2',
    });

    expect(answered).toMatchObject({ status: 'complete', method: 'backup_code' });
  });

  it('draws new backup codes, and is turned off, by the passkey alone', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const change = async () => ({
      userId: ann.id,
      proof: { passkey: await ann.prove(passkey) },
      signIn: ann.signIn(),
    });

    expect(await host.twoFactor.regenerateBackupCodes(await change())).toHaveLength(10);
    await host.twoFactor.disable(await change());

    expect(await host.twoFactor.status(ann.id)).toMatchObject({ enabled: false, methods: [] });
    for (const table of ['passkeys', 'ceremonies', 'backup_codes']) {
      expect(await database.query(`SELECT FROM two_factor_${table} WHERE user_id = $1`, [ann.id])).toEqual(
        [],
      );
    }
    expect(await host.twoFactor.beginSignIn({ userId: ann.id })).toEqual({ status: 'complete' });
  });
});

describe('a second passkey', () => {
  it('is added after a proof, and leaves backup codes and the first one as they are', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();

    const second = await ann.enrol({}, passkey);

    expect(second.enabled).toBeUndefined();
    expect(await host.twoFactor.status(ann.id)).toMatchObject({ backupCodes: { remaining: 10 } });
    expect(await lastEventOf(ann.id)).toMatchObject({ type: 'authenticator_added', method: 'passkey' });
    expect(await ann.logIn(passkey)).toMatchObject({ method: 'passkey' });
    expect(await ann.logIn(second.passkey)).toMatchObject({ method: 'passkey' });
  });

  it('is not added without a proof', async () => {
    const ann = somebody();
    await ann.enrol();

    await expect(ann.creationOptions()).rejects.toMatchObject({ code: 'TWO_FACTOR_ALREADY_ENABLED' });
  });

  it('is not added by what was drawn while there was no factor', async () => {
    const ann = somebody();
    const other = somebody();
    const { publicKey } = await ann.creationOptions();
    const { passkey } = await other.enrol();
    // As if the options had been drawn before another session turned the factor on.
    await database.query(
      `UPDATE two_factor_accounts SET enabled_at = now(), generation = generation + 1 WHERE user_id = $1`,
      [ann.id],
    );

    await expect(ann.register(passkey.create(publicKey))).rejects.toMatchObject(INVALID);

    expect(await passkeysOf(ann.id)).toEqual([]);
  });

  it('is not added by what was drawn before the factors changed', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { id } = await ann.enrol({}, passkey);
    const { publicKey } = await ann.creationOptions({ proof: { passkey: await ann.prove(passkey) } });
    await host.authenticators.remove({
      userId: ann.id,
      id,
      proof: { passkey: await ann.prove(passkey) },
      signIn: ann.signIn(),
      sessionId: 's1',
    });

    await expect(ann.register(new SoftPasskey(ORIGIN).create(publicKey))).rejects.toMatchObject(INVALID);

    expect(await passkeysOf(ann.id)).toHaveLength(1);
  });

  it('is told to be known when it is the same', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { publicKey } = await ann.creationOptions({ proof: { passkey: await ann.prove(passkey) } });

    expect(publicKey.excludeCredentials).toEqual([
      { type: 'public-key', id: passkey.id, transports: ['internal', 'hybrid'] },
    ]);
    await expect(ann.register(passkey.createAgain(publicKey))).rejects.toMatchObject({
      code: 'TWO_FACTOR_PASSKEY_KNOWN',
    });
    expect(await passkeysOf(ann.id)).toHaveLength(1);
  });

  it('may be known at another account, where it is one of its own', async () => {
    const [ann, bob] = [somebody(), somebody()];
    const { passkey } = await ann.enrol();
    const { publicKey } = await bob.creationOptions();

    await bob.register(passkey.createAgain(publicKey));

    expect(await passkeysOf(bob.id)).toHaveLength(1);
  });
});

describe('the list of authenticators', () => {
  it('has passkeys beside phones, which are renamed and removed alike', async () => {
    const ann = somebody();
    const { passkey, id } = await ann.enrol();
    const { otpauthUri, backupCodes } = await host.twoFactor.setup({
      user: { id: ann.id, label: 'ann' },
      proof: { passkey: await ann.prove(passkey) },
      signIn: ann.signIn(),
    });
    const phone = Phone.of(otpauthUri, host.clock);
    const enabled = await host.twoFactor.enable({
      userId: ann.id,
      code: phone.freshCode(),
      signIn: ann.signIn(),
      sessionId: 's1',
    });
    host.clock.advance({ seconds: 1 });

    const renamed = await host.authenticators.rename({ userId: ann.id, id, name: 'The blue one' });
    const { authenticators, methods } = await host.twoFactor.status(ann.id);
    const rest = await host.authenticators.remove({
      userId: ann.id,
      id,
      proof: { passkey: await ann.prove(passkey) },
      signIn: ann.signIn(),
      sessionId: 's1',
    });

    expect(backupCodes).toEqual([]);
    expect(enabled.backupCodesRemaining).toBe(10);
    expect(renamed).toMatchObject({ id, type: 'passkey', name: 'The blue one' });
    expect(methods).toEqual(['passkey', 'totp', 'backup_code']);
    expect(authenticators.map(({ type }) => type).toSorted()).toEqual(['passkey', 'totp']);
    expect(rest.map(({ type }) => type)).toEqual(['totp']);
    const last = host.authenticators.remove({
      userId: ann.id,
      id: rest[0]!.id,
      proof: { code: phone.freshCode() },
      signIn: ann.signIn(),
      sessionId: 's1',
    });
    await expect(last).rejects.toMatchObject({ code: 'TWO_FACTOR_LAST_AUTHENTICATOR' });
  });

  it.each(['', '  ', 'x'.repeat(65), 'a\u0000b'])('takes no passkey with the name %j', async (name) => {
    const ann = somebody();
    const { passkey } = await somebody().enrol();
    const { publicKey } = await ann.creationOptions();

    await expect(ann.register(passkey.create(publicKey), { name })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await passkeysOf(ann.id)).toEqual([]);
  });
});

describe('somebody who has asked for a passkey', () => {
  it('and made none is imported like anybody', async () => {
    const ann = somebody();
    await ann.creationOptions();

    const { imported } = await host.app
      .get(TwoFactorImporter)
      .run([{ userId: ann.id, secret: 'A'.repeat(32) }], { isDryRun: false });

    expect(imported).toEqual([ann.id]);
    expect(await host.twoFactor.beginSignIn({ userId: ann.id })).toMatchObject({
      status: 'second_factor_required',
    });
  });
});

describe('an answer that is refused', () => {
  const lies: readonly (readonly [string, SoftPasskeyLies, string])[] = [
    ['of another origin', { origin: 'https://evil.example' }, 'origin'],
    ['of a sub-domain that is not named', { origin: 'https://x.app.example.com' }, 'origin'],
    ['of the origin null', { origin: 'null' }, 'origin'],
    ['of the same host without TLS', { origin: 'http://app.example.com' }, 'origin'],
    ['of the host with another port', { origin: 'https://app.example.com:8443' }, 'origin'],
    ['from a frame', { crossOrigin: true }, 'origin'],
    ['from a frame, said otherwise', { crossOrigin: 'true' }, 'origin'],
    ['from below another page', { topOrigin: 'https://evil.example' }, 'origin'],
    ['for another domain', { rpId: 'app.example.com' }, 'rp_id'],
    ['of another type', { type: 'webauthn.create' }, 'purpose'],
    ['to another challenge', { challenge: Buffer.alloc(32).toString('base64url') }, 'challenge'],
    ['without a person', { isUserPresent: false }, 'user_absent'],
    ['that may be copied all of a sudden', { isBackupEligible: true }, 'backup_flags'],
    ['that is copied and may not be', { isBackedUp: true }, 'backup_flags'],
    [
      'with a user handle of somebody else',
      { userHandle: Buffer.alloc(32).toString('base64url') },
      'user_handle',
    ],
    ['with an unknown id', { id: Buffer.alloc(32).toString('base64url') }, 'credential'],
    ['with another key', { isForged: true }, 'signature'],
    ['with a counter that stands', { counter: 5 }, 'counter'],
    ['with a counter that goes back', { counter: 4 }, 'counter'],
    ['with a counter of zero after five', { counter: 0 }, 'counter'],
  ];

  it.each(lies)('spends its challenge and is told like all others: %s', async (_, lie, reason) => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    await ann.logIn(passkey, { counter: 5 });
    const { challengeToken, challenge } = await ann.begin();

    await expect(ann.answer(challengeToken, passkey.sign(challenge, lie))).rejects.toMatchObject({
      ...INVALID,
      reason,
    });

    expect(await passkeysOf(ann.id)).toMatchObject([{ counter: 5 }]);
    const charged = 'SELECT attempts, webauthn_challenge FROM two_factor_challenges WHERE user_id = $1';
    expect(await database.query(charged, [ann.id])).toEqual([{ attempts: 1, webauthn_challenge: null }]);
    expect(await database.query('SELECT FROM two_factor_attempts WHERE user_id = $1', [ann.id])).toEqual([]);
    // The right answer to the spent challenge is too late, and another one is not.
    await expect(ann.answer(challengeToken, passkey.sign(challenge, { counter: 6 }))).rejects.toMatchObject({
      ...INVALID,
      reason: 'challenge',
    });
    const again = await host.authenticators.passkeySignInOptions(challengeToken);
    const right = passkey.sign(again.publicKey.challenge, { counter: 7 });
    expect(await ann.answer(challengeToken, right)).toMatchObject({ method: 'passkey' });
  });

  it('is the fifth of a challenge at most', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const challengeToken = await challengeTokenOf(host.twoFactor, ann.id);
    for (let answer = 1; answer <= 5; answer += 1) {
      const { publicKey } = await host.authenticators.passkeySignInOptions(challengeToken);
      const wrong = passkey.get(publicKey, { isForged: true });
      await expect(ann.answer(challengeToken, wrong)).rejects.toMatchObject(INVALID);
    }

    await expect(host.authenticators.passkeySignInOptions(challengeToken)).rejects.toMatchObject({
      code: 'TWO_FACTOR_CHALLENGE_INVALID',
    });
    // It locks nothing: the next sign-in is free to go on.
    expect(await ann.logIn(passkey)).toMatchObject({ method: 'passkey' });
  });

  it('is one whose options were drawn again', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { challengeToken, challenge } = await ann.begin();
    await host.authenticators.passkeySignInOptions(challengeToken);

    await expect(ann.answer(challengeToken, passkey.sign(challenge))).rejects.toMatchObject(INVALID);
  });

  it('is one whose options are drawn again while it is settled', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { challengeToken, challenge } = await ann.begin();
    const held = await (await HeldRows.in(database)).account(ann.id);

    const answering = ann
      .answer(challengeToken, passkey.sign(challenge))
      .catch((refusal: unknown) => refusal);
    await somebodyWaits(database);
    await host.authenticators.passkeySignInOptions(challengeToken);
    await held.release();

    expect(await answering).toMatchObject(INVALID);
    expect(await lastEventOf(ann.id)).toMatchObject({ outcome: 'failure', reason: 'replayed' });
    expect(await passkeysOf(ann.id)).toMatchObject([{ last_used_at: null }]);
  });

  it('is one for another sign-in of the same account', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const [one, other] = [await ann.begin(), await ann.begin()];

    await expect(ann.answer(other.challengeToken, passkey.sign(one.challenge))).rejects.toMatchObject(
      INVALID,
    );
    expect(await ann.answer(one.challengeToken, passkey.sign(one.challenge))).toMatchObject({
      userId: ann.id,
    });
  });

  it('is one for a signed-in call, and the reverse', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { challengeToken, challenge } = await ann.begin();
    const proof = await ann.prove(passkey);

    await expect(ann.answer(challengeToken, proof)).rejects.toMatchObject(INVALID);
    await ann.prove(passkey);
    const disable = host.twoFactor.disable({
      userId: ann.id,
      proof: { passkey: passkey.sign(challenge) },
      signIn: ann.signIn(),
    });

    await expect(disable).rejects.toMatchObject(INVALID);
    expect(await host.twoFactor.status(ann.id)).toMatchObject({ enabled: true });
    const left = 'SELECT FROM two_factor_ceremonies WHERE user_id = $1';
    expect(await database.query(left, [ann.id])).toEqual([]);
  });

  it('is one for another session', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const passkeyOfOther = await ann.prove(passkey, {}, 's2');

    const disable = host.twoFactor.disable({
      userId: ann.id,
      proof: { passkey: passkeyOfOther },
      signIn: ann.signIn('s1'),
    });

    await expect(disable).rejects.toMatchObject({ ...INVALID, reason: 'challenge' });
    expect(await host.twoFactor.status(ann.id)).toMatchObject({ enabled: true });
  });

  it('is one of somebody else', async () => {
    const [ann, bob] = [somebody(), somebody()];
    await ann.enrol();
    const { passkey } = await bob.enrol();
    const { challengeToken, challenge } = await ann.begin();

    const answer = ann.answer(challengeToken, passkey.sign(challenge, { userHandle: null }));

    await expect(answer).rejects.toMatchObject({ ...INVALID, reason: 'credential' });
  });

  it('is one after five minutes', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const proof = await ann.prove(passkey);
    const { publicKey, expiresAt } = await somebody().creationOptions();
    host.clock.advance({ seconds: 300 });

    const disable = host.twoFactor.disable({
      userId: ann.id,
      proof: { passkey: proof },
      signIn: ann.signIn(),
    });

    await expect(disable).rejects.toMatchObject({ ...INVALID, reason: 'challenge' });
    expect(publicKey.timeout).toBe(300_000);
    expect(expiresAt).toEqual(host.clock.now());
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['an empty object', {}],
    ['no response', { id: 'AA', rawId: 'AA', type: 'public-key' }],
  ])('costs nothing when it has no form: %s', async (_, passkey) => {
    const ann = somebody();
    await ann.enrol();
    const { challengeToken } = await ann.begin();

    await expect(ann.answer(challengeToken, passkey)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });

    const charged = 'SELECT attempts FROM two_factor_challenges WHERE user_id = $1';
    expect(await database.query(charged, [ann.id])).toEqual([{ attempts: 0 }]);
  });
});

describe('a counter', () => {
  it('of a synced passkey may go back, and it is told', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol({ isBackupEligible: true, isBackedUp: true });
    await ann.logIn(passkey, { counter: 9 });

    await ann.logIn(passkey, { counter: 3 });

    expect(await passkeysOf(ann.id)).toMatchObject([{ counter: 9 }]);
    const told = (await host.twoFactor.latestEvents(ann.id)).slice(0, 2);
    expect(told.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual(
      expect.arrayContaining(['passkey_counter_regressed success', 'challenge_answered success']),
    );
  });

  it('of a device-bound passkey that goes back is told, and the passkey stays', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    await ann.logIn(passkey, { counter: 9 });

    await expect(ann.logIn(passkey, { counter: 9 })).rejects.toMatchObject({ reason: 'counter' });

    const told = (await host.twoFactor.latestEvents(ann.id)).slice(0, 2);
    expect(told.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual(
      expect.arrayContaining(['passkey_counter_regressed failure', 'challenge_answered failure']),
    );
    expect(await ann.logIn(passkey, { counter: 10 })).toMatchObject({ method: 'passkey' });
  });

  it('that always is zero is none', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol({ counts: false });

    await ann.logIn(passkey);
    await ann.logIn(passkey);

    expect(await passkeysOf(ann.id)).toMatchObject([{ counter: 0 }]);
  });
});

describe('a registration that is refused', () => {
  const lies: readonly (readonly [string, SoftPasskeyLies, string])[] = [
    ['of another origin', { origin: 'https://evil.example' }, 'origin'],
    ['from a frame', { crossOrigin: true }, 'origin'],
    ['for another domain', { rpId: 'evil.example' }, 'rp_id'],
    ['of another type', { type: 'webauthn.get' }, 'purpose'],
    ['to another challenge', { challenge: Buffer.alloc(32).toString('base64url') }, 'challenge'],
    ['without a person', { isUserPresent: false }, 'user_absent'],
    ['that is copied and may not be', { isBackedUp: true }, 'backup_flags'],
    ['with an id that is not the signed one', { id: Buffer.alloc(32).toString('base64url') }, 'credential'],
    ['with truncated CBOR', { truncatedBytes: 5 }, 'attestation'],
    ['with CBOR that ends early', { truncatedBytes: 80 }, 'attestation'],
    ['of an unknown format', { fmt: 'secret' }, 'malformed'],
    ['with a certificate that nobody asked for', { fmt: 'apple' }, 'malformed'],
  ];

  it.each(lies)('spends its challenge and adds nothing: %s', async (_, lie, reason) => {
    const ann = somebody();
    const { passkey } = await somebody().enrol();
    const { publicKey } = await ann.creationOptions();

    const answer = ann.register(passkey.create({ ...publicKey, excludeCredentials: [] }, lie));

    await expect(answer).rejects.toMatchObject({ ...INVALID, reason });
    expect(await host.twoFactor.status(ann.id)).toMatchObject({ enabled: false });
    await expect(ann.register(passkey.createAgain(publicKey))).rejects.toMatchObject(INVALID);
    expect(await passkeysOf(ann.id)).toEqual([]);
  });

  it('is one with an algorithm that nobody asked for', async () => {
    await expect(somebody().enrol({ algorithm: 'ES384' })).rejects.toMatchObject({
      ...INVALID,
      reason: 'attestation',
    });
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('is none with %s', async (algorithm) => {
    const ann = somebody();
    const { passkey } = await ann.enrol({ algorithm });

    expect(await ann.logIn(passkey)).toMatchObject({ method: 'passkey' });
  });

  it('is one in another session than its options', async () => {
    const ann = somebody();
    const { passkey } = await somebody().enrol();
    const { publicKey } = await ann.creationOptions({ sessionId: 's1' });

    const answer = ann.register(passkey.create(publicKey), { sessionId: 's2' });

    await expect(answer).rejects.toMatchObject(INVALID);
    expect(await passkeysOf(ann.id)).toEqual([]);
  });

  it('is one whose options were drawn again', async () => {
    const ann = somebody();
    const { passkey } = await somebody().enrol();
    const { publicKey } = await ann.creationOptions();
    await ann.creationOptions();

    await expect(ann.register(passkey.create(publicKey))).rejects.toMatchObject(INVALID);
  });

  it('is one that an assertion is given as, and the reverse', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    const { publicKey } = await ann.creationOptions({ proof: { passkey: await ann.prove(passkey) } });
    const assertion = passkey.sign(publicKey.challenge);

    await expect(ann.register(assertion)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const { challengeToken, challenge } = await ann.begin();
    const registration = passkey.createAgain({ challenge });
    await expect(ann.answer(challengeToken, registration)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('the eleventh passkey', () => {
  it('is refused before anything is proved, and when it comes', async () => {
    const ann = somebody();
    const { passkey } = await ann.enrol();
    for (let count = 2; count <= 9; count += 1) {
      await ann.enrol({}, passkey);
    }
    const { publicKey } = await ann.creationOptions({ proof: { passkey: await ann.prove(passkey) } });
    await database.query(
      `INSERT INTO two_factor_passkeys SELECT user_id, gen_random_uuid(), name, 'x', public_key, counter, transports,
        backup_eligible, backed_up, aaguid, rp_id, NULL, created_at FROM two_factor_passkeys WHERE user_id = $1 LIMIT 1`,
      [ann.id],
    );
    const late: SoftPasskey = (await somebody().enrol()).passkey;
    const tooMany = { code: 'TWO_FACTOR_TOO_MANY_AUTHENTICATORS' };

    await expect(ann.register(late.create(publicKey))).rejects.toMatchObject(tooMany);
    await expect(ann.creationOptions({ proof: { passkey: 'unread' } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(ann.creationOptions({ proof: { passkey: passkey.sign('AAAA') } })).rejects.toMatchObject(
      tooMany,
    );
    expect(await passkeysOf(ann.id)).toHaveLength(10);
  });
});

describe('the user handle', () => {
  it('is random, and the same for all passkeys of an account', async () => {
    const ann = somebody();
    const first = await ann.creationOptions();
    const second = await ann.creationOptions();

    expect(Buffer.from(first.publicKey.user.id, 'base64url')).toHaveLength(32);
    expect(second.publicKey.user.id).toBe(first.publicKey.user.id);
    expect(first.publicKey.user.id).not.toBe((await somebody().creationOptions()).publicKey.user.id);
  });
});

it('gives a browser what it needs to create a passkey', async () => {
  const ann = somebody();
  const { publicKey } = await ann.creationOptions();

  expect(publicKey).toEqual({
    rp: { id: 'example.com', name: 'Acme' },
    user: { id: expect.any(String), name: `${ann.id}@example.com`, displayName: `${ann.id}@example.com` },
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    excludeCredentials: [],
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: 'preferred',
    },
    attestation: 'none',
  });
  expect(ORIGIN).toContain(publicKey.rp.id);
});
