import {
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
} from 'nid-webauthn-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, type Tokens, aUser } from '../support/people.js';

const ORIGIN = 'http://localhost:8080';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

/** An authenticator that is none of ours: CTAP2 by others, in a browser by others. */
class Browser {
  readonly emulator: WebAuthnEmulator;

  constructor({ isUserVerified = true } = {}) {
    const interaction = () => ({ options: { up: true, uv: isUserVerified } });
    this.emulator = new WebAuthnEmulator(
      new AuthenticatorEmulator({
        credentialsRepository: new PasskeysCredentialsMemoryRepository(),
        userMakeCredentialInteraction: interaction,
        userGetAssertionInteraction: interaction,
      }),
    );
  }

  create(publicKey: unknown): unknown {
    return this.emulator.createJSON(ORIGIN, publicKey as Parameters<WebAuthnEmulator['createJSON']>[1]);
  }

  get(publicKey: unknown): unknown {
    return this.emulator.getJSON(ORIGIN, publicKey as Parameters<WebAuthnEmulator['getJSON']>[1]);
  }
}

function claimsOf({ accessToken }: Tokens): Record<string, unknown> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

function good<Data>(answer: Answer<Data>): Data {
  if (answer.status !== 200) {
    throw new Error(`${answer.status}: ${answer.text}`);
  }
  return answer.data;
}

async function enrolled(browser: Browser, person: Person, proof: object = {}) {
  const { publicKey } = good(await person.post<{ publicKey: unknown }>('/auth/2fa/passkeys/options', proof));
  const response = browser.create(publicKey);
  return good(await person.post<Tokens & Record<string, unknown>>('/auth/2fa/passkeys', { response }));
}

/** A proof for the next call. */
async function proofOf(browser: Browser, person: Person): Promise<{ readonly passkey: unknown }> {
  const { publicKey } = good(await person.post<{ publicKey: unknown }>('/auth/2fa/passkeys/challenge'));
  return { passkey: browser.get(publicKey) };
}

async function signedIn(browser: Browser, person: Person) {
  const challengeToken = await person.challenge();
  const path = '/api/v1/auth/2fa/verify/options';
  const { publicKey } = good(await call<{ publicKey: unknown }>(app.url, path, { body: { challengeToken } }));
  return person.verify<Tokens & Record<string, unknown>>({ challengeToken, passkey: browser.get(publicKey) });
}

describe('an authenticator that is none of ours', () => {
  it('is the first factor of an account, signs in, and keeps what it has told in its tokens', async () => {
    const [ann, browser] = [await aUser(app), new Browser()];
    const before = ann.tokens;

    const registered = await enrolled(browser, ann);
    ann.tokens = registered;
    const answer = good(await signedIn(browser, ann));

    expect(registered).toMatchObject({ type: 'passkey', name: 'Passkey', enabled: true, lastUsedAt: null });
    expect(registered).toMatchObject({ backupCodesRemaining: 10, backupCodes: expect.any(Array) });
    expect(claimsOf(registered)).toMatchObject({ amr: ['pwd', 'pop', 'user', 'mfa'], acr: 'aal2' });
    // The session that asked has made way for the one that has passed the factor.
    expect((await call(app.url, '/api/v1/auth/me', { token: before.accessToken })).status).toBe(401);
    expect(answer).toMatchObject({ status: 'authenticated', method: 'passkey' });
    expect(claimsOf(answer)['amr']).toEqual(['pwd', 'pop', 'user', 'mfa']);
    const { refreshToken } = answer;
    const refreshed = await call<Tokens>(app.url, '/api/v1/auth/refresh', { body: { refreshToken } });
    expect(claimsOf(good(refreshed))['amr']).toEqual(['pwd', 'pop', 'user', 'mfa']);
  });

  it('tells that nobody was verified, and is taken, for the password came before', async () => {
    const ann = await aUser(app);
    const browser = new Browser({ isUserVerified: false });
    ann.tokens = await enrolled(browser, ann);

    const answer = good(await signedIn(browser, ann));

    expect(claimsOf(answer)['amr']).toEqual(['pwd', 'pop', 'mfa']);
  });

  it('proves in every call that a code does', async () => {
    const [ann, browser, second] = [await aUser(app), new Browser(), new Browser()];
    ann.tokens = await enrolled(browser, ann);

    const added = await enrolled(second, ann, await proofOf(browser, ann));
    const codes = await ann.post('/auth/2fa/backup-codes', await proofOf(second, ann));
    const off = await ann.post('/auth/2fa/disable', await proofOf(browser, ann));

    expect(Object.keys(added).toSorted()).toEqual(['createdAt', 'id', 'lastUsedAt', 'name', 'type']);
    expect(good(codes)['backupCodes']).toHaveLength(10);
    expect(good(off)).toEqual({ enabled: false });
    expect(good(await ann.call('/auth/2fa'))).toMatchObject({ enabled: false, methods: [] });
  });

  it('stands beside a phone, and comes first', async () => {
    const [ann, browser] = [await (await aUser(app)).withTwoFactor(), new Browser()];

    await enrolled(browser, ann, { code: ann.code });
    const { data } = await ann.login<{ methods: string[] }>();

    expect(data.methods).toEqual(['passkey', 'totp', 'backup_code']);
    expect(good(await signedIn(browser, ann))).toMatchObject({ method: 'passkey' });
    app.clock.advance({ seconds: 30 });
    const byCode = await ann.verify({ challengeToken: await ann.challenge(), code: ann.code });
    expect(good(byCode)).toMatchObject({ method: 'totp' });
  });

  it('is offered with the name that its owner gives it', async () => {
    const [ann, browser] = [await aUser(app), new Browser()];
    const { publicKey } = good(await ann.post<{ publicKey: unknown }>('/auth/2fa/passkeys/options'));

    const answer = await ann.post('/auth/2fa/passkeys', {
      response: browser.create(publicKey),
      name: 'The blue one',
    });

    expect(good(answer)).toMatchObject({ name: 'The blue one' });
  });
});

describe('a call of passkeys', () => {
  it.each(['passkeys/options', 'passkeys', 'passkeys/challenge'])('needs a session: %s', async (path) => {
    const answer = await call(app.url, `/api/v1/auth/2fa/${path}`, { body: {} });

    expect(answer.body['code']).toBe('AUTH_TOKEN_MISSING');
  });

  it('needs a recent sign-in or the password to register, and a proof to begin with when a factor is on', async () => {
    const [ann, browser] = [await aUser(app), new Browser()];
    const { publicKey } = good(await ann.post<{ publicKey: unknown }>('/auth/2fa/passkeys/options'));
    const response = browser.create(publicKey);
    app.clock.advance({ seconds: 299 });
    await app.database.query(
      `UPDATE sessions SET authenticated_at = authenticated_at - interval '15 minutes',
        expires_at = expires_at - interval '15 minutes' WHERE user_id = $1`,
      [ann.id],
    );

    const without = await ann.post('/auth/2fa/passkeys', { response });
    const withPassword = await ann.post<Tokens>('/auth/2fa/passkeys', { response, password: ann.password });

    expect(without.body['code']).toBe('AUTH_REAUTHENTICATION_REQUIRED');
    ann.tokens = good(withPassword);
    const again = await ann.post('/auth/2fa/passkeys/options');
    expect(again.body['code']).toBe('TWO_FACTOR_ALREADY_ENABLED');
  });

  it('changes the password of an account that has nothing else', async () => {
    const [ann, browser] = [await aUser(app), new Browser()];
    ann.tokens = await enrolled(browser, ann);
    const { passkey } = await proofOf(browser, ann);
    const [currentPassword, newPassword] = [ann.password, 'another horse, another battery'];

    const without = await ann.post('/auth/password', { currentPassword, newPassword });
    const misread = await ann.post('/auth/password', { currentPassword, newPassword, passkey: {} });
    const two = await ann.post('/auth/password', { currentPassword, newPassword, passkey, code: '123456' });
    const changed = await ann.post('/auth/password', { currentPassword, newPassword, passkey });
    const again = await ann.post('/auth/password', { currentPassword: newPassword, newPassword, passkey });

    expect([without, misread, two].map(({ body }) => body['code'])).toEqual(
      Array(3).fill('VALIDATION_FAILED'),
    );
    expect(changed.status).toBe(204);
    expect(again.body['code']).toBe('TWO_FACTOR_PASSKEY_INVALID');
    const login = { body: { email: ann.email, password: newPassword } };
    expect((await call(app.url, '/api/v1/auth/login', login)).data).toMatchObject({
      status: 'two_factor_required',
    });
  });

  it('says nothing of a challenge that is none', async () => {
    const answer = await call(app.url, '/api/v1/auth/2fa/verify/options', {
      body: { challengeToken: 'x' },
    });

    expect(answer.body['code']).toBe('TWO_FACTOR_CHALLENGE_INVALID');
  });

  it('answers for an account without a passkey that there is none to ask for', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const challengeToken = await ann.challenge();

    const answers = [
      await call(app.url, '/api/v1/auth/2fa/verify/options', { body: { challengeToken } }),
      await ann.post('/auth/2fa/passkeys/challenge'),
    ];

    expect(answers.map(({ body }) => body['code'])).toEqual([
      'TWO_FACTOR_PASSKEY_INVALID',
      'TWO_FACTOR_PASSKEY_INVALID',
    ]);
  });

  it('bounds what it takes: 16 KiB in all, and each part before it is decoded', async () => {
    const ann = await aUser(app);
    const response = (attestationObject: string): object => ({
      response: {
        id: 'AA',
        rawId: 'AA',
        type: 'public-key',
        response: { clientDataJSON: 'AA', attestationObject },
      },
    });

    const answers = [
      await ann.post('/auth/2fa/passkeys', response('A'.repeat(16_384))),
      await ann.post('/auth/2fa/passkeys', response('A'.repeat(12_289))),
      await ann.post('/auth/2fa/passkeys', response('A'.repeat(12_288))),
    ];

    expect(answers.map(({ body }) => body['code'])).toEqual([
      'PAYLOAD_TOO_LARGE',
      'VALIDATION_FAILED',
      'TWO_FACTOR_PASSKEY_INVALID',
    ]);
  });
});
