import { TwoFactorNotices } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuthError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { Mailbox } from '../support/mailbox.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';
import { Device } from '../support/trusting.js';

const DAY = 86_400;

let app: TestApp;
const mailbox = new Mailbox();
beforeAll(async () => {
  app = await startApp({ variables: { TRUSTED_DEVICE_DAYS: '30' }, noticeSink: mailbox });
});
afterAll(() => app.close());

/** Somebody with a factor, and the token of the notice that said so. */
async function somebody(): Promise<{ readonly ann: Person; readonly token: string }> {
  const ann = await (await aUser(app)).withTwoFactor();
  await app.nest.get(TwoFactorNotices, { strict: false }).deliver();
  return { ann, token: mailbox.panicTokenOf(ann.id) };
}

function panic(token: string): Promise<Answer> {
  return call(app.url, '/api/v1/auth/2fa/panic', { body: { token } });
}

/** A whole sign-in, with the factor if there is one. */
async function signIn(person: Person): Promise<void> {
  const { data } = await person.login<Tokens & { challengeToken?: string }>();
  const { challengeToken } = data;
  const answer =
    challengeToken === undefined
      ? { data }
      : await person.verify<Tokens>({ challengeToken, code: person.code });
  expect(answer.data.accessToken).toEqual(expect.any(String));
  person.tokens = answer.data;
}

describe('invariant 42: a panic', () => {
  it('ends sessions, trusted devices, challenges and pending setups, and tells of itself without a token', async () => {
    const { ann, token } = await somebody();
    const device = new Device('application');
    await device.trust(ann, { code: ann.code });
    app.clock.advance({ seconds: 30 });
    await ann.call('/auth/2fa/setup', { body: { code: ann.code, add: true } });
    const challenge = await ann.login();
    expect((await rowsOf(app.database, ann.id)).pending).not.toBeNull();

    const answer = await panic(token);

    expect(answer).toMatchObject({ status: 200, data: { received: true } });
    expect(await rowsOf(app.database, ann.id)).toMatchObject({ sessions: [], pending: null, challenges: 0 });
    expectAuthError(await ann.call('/auth/me'), 'AUTH_TOKEN_INVALID');
    expectAuthError(
      await call(app.url, '/api/v1/auth/2fa/verify', {
        body: { challengeToken: challenge.data.challengeToken, code: ann.code },
      }),
      'TWO_FACTOR_CHALLENGE_INVALID',
    );
    expect((await device.login(ann)).data.status).toBe('two_factor_required');
    await app.nest.get(TwoFactorNotices, { strict: false }).deliver();
    expect(mailbox.of(ann.id).at(-1)).toMatchObject({ type: 'panicked', panicToken: undefined });
    expect((await rowsOf(app.database, ann.id)).events).toContain('panicked success');
  });

  it('leaves the owner a way in, and stops changes of factors for a day', async () => {
    const { ann, token } = await somebody();
    await panic(token);
    app.clock.advance({ seconds: 30 });

    await signIn(ann);
    app.clock.advance({ seconds: 30 });
    const before = await rowsOf(app.database, ann.id);
    const disabling = await ann.post('/auth/2fa/disable', { code: ann.code });
    const codes = await ann.post('/auth/2fa/backup-codes', { code: ann.code });
    const replacing = await ann.post('/auth/2fa/setup', { code: ann.code });

    for (const refused of [disabling, codes, replacing]) {
      expectAuthError(refused, 'TWO_FACTOR_FROZEN');
      expect(refused.headers.get('retry-after')).toBe(String(DAY - 60));
    }
    // No code was spent in vain, and nothing was charged.
    expect(await rowsOf(app.database, ann.id)).toEqual(before);
    app.clock.advance({ seconds: DAY - 60 });
    await signIn(ann);
    app.clock.advance({ seconds: 30 });
    expect((await ann.post('/auth/2fa/disable', { code: ann.code })).status).toBe(200);
  });

  it('trusts no device for a day', async () => {
    const { ann, token } = await somebody();
    await panic(token);
    app.clock.advance({ seconds: 30 });

    const answer = await new Device('application').trust(ann, { code: ann.code });

    expect(answer.status).toBe(200);
    expect(answer.data.trustedDevice).toBeUndefined();
  });

  it('stops a first factor before its secret is drawn', async () => {
    const { ann, token } = await somebody();
    app.clock.advance({ seconds: 30 });
    await ann.post('/auth/2fa/disable', { code: ann.code });
    await panic(token);
    await signIn(ann);
    const before = await rowsOf(app.database, ann.id);

    const setup = await ann.call('/auth/2fa/setup', { method: 'POST' });
    const passkey = await ann.call('/auth/2fa/passkeys/options', { method: 'POST' });

    for (const refused of [setup, passkey]) {
      expectAuthError(refused, 'TWO_FACTOR_FROZEN');
      expect(refused.headers.get('retry-after')).toBe(String(DAY));
    }
    expect(await rowsOf(app.database, ann.id)).toEqual(before);
    app.clock.advance({ seconds: DAY });
    await signIn(ann);
    expect((await ann.scan()).setup.backupCodes).toHaveLength(10);
  });

  it('stops a first factor that waits to be confirmed', async () => {
    const { ann } = await somebody();
    app.clock.advance({ seconds: 30 });
    await ann.post('/auth/2fa/disable', { code: ann.code });
    const { phone } = await ann.scan();
    // Drawn while the panic was committed: a panic before that ends it.
    await app.database.query('UPDATE two_factor_accounts SET frozen_at = $2 WHERE user_id = $1', [
      ann.id,
      app.clock.now(),
    ]);

    const enabling = await ann.post('/auth/2fa/enable', { code: phone.code() });

    expectAuthError(enabling, 'TWO_FACTOR_FROZEN');
    expect((await rowsOf(app.database, ann.id)).active).toBeNull();
  });

  it('refuses a change that passed the first look while the panic was committed', async () => {
    const { ann, token } = await somebody();
    app.clock.advance({ seconds: 30 });
    const held = await (await HeldRows.in(app.database)).changes(ann.id);
    const panicking = panic(token);
    await somebodyWaits(app.database);
    const disabling = ann.post('/auth/2fa/disable', { code: ann.code });
    await somebodyWaits(app.database, { atLeast: 2 });

    await held.release();

    expect((await panicking).status).toBe(200);
    expect((await disabling).status).not.toBe(200);
    expect((await rowsOf(app.database, ann.id)).active).not.toBeNull();
  });

  it('works once, within seven days, and answers alike whatever the token', async () => {
    const { ann, token } = await somebody();
    const { ann: bob, token: late } = await somebody();
    const first = await panic(token);
    await signIn(ann);
    const answers = [
      await panic(token),
      await panic('nobody.x'),
      await panic(''),
      await panic(`${Buffer.from(bob.id).toString('base64url')}.${token.split('.')[1]}`),
    ];
    app.clock.advance({ seconds: 7 * DAY });
    answers.push(await panic(late));

    for (const answer of answers) {
      expect([answer.status, answer.data]).toEqual([first.status, first.data]);
    }
    expect((await rowsOf(app.database, ann.id)).sessions).toHaveLength(1);
    expect((await rowsOf(app.database, bob.id)).events).not.toContain('panicked success');
  });

  it('freezes once in seven days, so that it keeps nobody from a change for longer', async () => {
    const { ann, token } = await somebody();
    await panic(token);
    app.clock.advance({ seconds: DAY });
    await signIn(ann);
    app.clock.advance({ seconds: 30 });
    await ann.post('/auth/2fa/backup-codes', { code: ann.code });
    await app.nest.get(TwoFactorNotices, { strict: false }).deliver();
    await panic(mailbox.panicTokenOf(ann.id));
    app.clock.advance({ seconds: 30 });

    await signIn(ann);
    app.clock.advance({ seconds: 30 });

    expect((await ann.post('/auth/2fa/backup-codes', { code: ann.code })).status).toBe(200);
  });
});
