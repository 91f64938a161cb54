import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { type SetupData, type Tokens, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('POST /auth/2fa/setup', () => {
  it('answers with secret, QR code and backup codes, and needs no body', async () => {
    const person = await aUser(app);

    const answer = await call<SetupData>(app.url, '/api/v1/auth/2fa/setup', {
      method: 'POST',
      token: person.tokens.accessToken,
    });

    expect(answer.status).toBe(200);
    expect(answer.data.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(answer.data.backupCodes).toHaveLength(10);
    expect(new Set(answer.data.backupCodes).size).toBe(10);
    expect(answer.data.backupCodes[0]).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){2}[0-9A-HJKMNP-TV-Z]{5}$/);
    const phone = await Phone.scan(answer.data.qrCodeUri, app.clock);
    expect(phone.keyUri).toBe(answer.data.otpauthUri);
    expect(new Date(answer.data.expiresAt).getTime() - app.clock.now().getTime()).toBe(1_800_000);
  });

  it.each(['a+b:c&d%/é😀@x.io', 'x@y.z', `${'long'.repeat(50)}@example.com`])(
    'gives the phone the account %s whole',
    async (email) => {
      const person = await aUser(app, { email });

      const { phone } = await person.scan();

      expect(phone.account).toBe(email);
      expect(phone.issuer).toBe('nestjs-two-factor');
    },
  );

  it('replaces what is pending when called again', async () => {
    const person = await aUser(app);
    const first = await person.scan();

    const second = await person.scan();

    expect((await person.post('/auth/2fa/enable', { code: first.phone.code() })).status).toBe(422);
    expect((await person.post('/auth/2fa/enable', { code: second.phone.code() })).status).toBe(200);
  });

  it('changes nothing about signing in while it is pending', async () => {
    const person = await aUser(app);
    await person.scan();

    const login = await person.login();

    expect(login.data['status']).toBe('authenticated');
    expect(
      await app.database.query('SELECT * FROM two_factor_backup_codes WHERE user_id = $1', [person.id]),
    ).toEqual([]);
    expect((await person.call('/auth/2fa')).data).toMatchObject({
      enabled: false,
      pending: true,
      methods: [],
    });
  });

  it('refuses an account that is enabled already, without proof', async () => {
    const person = await (await aUser(app)).withTwoFactor();

    const answer = await person.post('/auth/2fa/setup');

    expect(answer).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_ALREADY_ENABLED' } });
    expect((await person.call('/auth/2fa')).data).toMatchObject({ enabled: true, pending: false });
  });
});

describe('POST /auth/2fa/enable', () => {
  it('turns the second factor on with a code of the new phone, and gives a session that says so', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();

    const answer = await person.post<Tokens>('/auth/2fa/enable', { code: phone.code() });

    expect(answer).toMatchObject({
      status: 200,
      data: { enabled: true, backupCodesRemaining: 10, tokenType: 'Bearer' },
    });
    const claims = JSON.parse(
      Buffer.from(answer.data.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2', sub: person.id });
    expect((await person.call('/auth/me')).body['code']).toBe('AUTH_TOKEN_INVALID');
    const status = await person.call('/auth/2fa', { token: answer.data.accessToken });
    expect(status.data).toMatchObject({ enabled: true, pending: false, methods: ['totp', 'backup_code'] });
  });

  it('spends the code that confirms', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    const code = phone.code();
    await person.post('/auth/2fa/enable', { code });

    const answer = await person.verify({ challengeToken: await person.challenge(), code });

    expect(answer).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
  });

  it('refuses a wrong code and stays pending', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();

    const answer = await person.post('/auth/2fa/enable', { code: phone.wrongCode() });

    expect(answer).toMatchObject({ status: 422, body: { code: 'TWO_FACTOR_CODE_INVALID' } });
    expect((await person.call('/auth/2fa')).data).toMatchObject({ enabled: false, pending: true });
  });

  it('refuses a setup that is older than thirty minutes, and charges nothing', async () => {
    const person = await aUser(app);
    const { phone } = await person.scan();
    app.clock.advance({ seconds: 1800 });
    const again = await person.login<Tokens>();

    const answer = await person.call('/auth/2fa/enable', {
      body: { code: phone.code() },
      token: again.data.accessToken,
    });

    expect(answer).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_SETUP_NOT_PENDING' } });
    // Nothing is guessed at, so nothing is charged.
    expect((await rowsOf(app.database, person.id)).attempts).toEqual({});
  });

  it('has nothing to confirm without a setup', async () => {
    const person = await aUser(app);

    const answer = await person.post('/auth/2fa/enable', { code: '123456' });

    expect(answer).toMatchObject({ status: 409, body: { code: 'TWO_FACTOR_SETUP_NOT_PENDING' } });
  });
});
