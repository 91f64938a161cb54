import { type ApprovedReset, TwoFactorSupport } from 'nestjs-two-factor';
import { Phone, SoftPasskey, type SoftCreationOptions } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawUserToken } from '../../libs/two-factor/src/crypto/user-token.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { somebodyWaits } from '../support/locks.js';
import { type Person, type SetupData, type Tokens, aUser } from '../support/people.js';
import { HeldRows, rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const DAY = 86_400;
const reason = 'ticket 4711';
const support = (): TwoFactorSupport => app.nest.get(TwoFactorSupport);

/** Somebody whose reset was asked for and approved just now. */
async function approvedFor({ id: userId }: Person): Promise<ApprovedReset> {
  const { id } = await support().request({ userId, actor: 'asks', reason });
  return support().approve({ id, actor: 'approves', reason });
}

interface Recovered extends Record<string, unknown> {
  readonly enrolmentToken: string;
}

function recover({ email, password }: Person, resetCode: string): Promise<Answer<Recovered>> {
  return call<Recovered>(app.url, '/api/v1/auth/2fa/recovery', { body: { email, password, resetCode } });
}

function enrol<Data = Record<string, unknown>>(path: string, body: object): Promise<Answer<Data>> {
  return call<Data>(app.url, `/api/v1/auth/2fa/enrolment/${path}`, { body });
}

/** Somebody who has lost the phone and the codes, and has a code of support that counts. */
async function aLostOne(): Promise<{ readonly ann: Person; readonly reset: ApprovedReset }> {
  const ann = await (await aUser(app)).withTwoFactor();
  const reset = await approvedFor(ann);
  app.clock.advance({ seconds: DAY });
  return { ann, reset };
}

/** Scans a new phone with the token that came for the code. */
async function scan(enrolmentToken: string): Promise<{ readonly phone: Phone; readonly setup: SetupData }> {
  const { data } = await enrol<SetupData>('setup', { enrolmentToken });
  return { phone: await Phone.scan(data.qrCodeUri, app.clock), setup: data };
}

/** Uses the link of a notice. */
async function panic({ id }: Person): Promise<void> {
  const { token, hash } = drawUserToken(id);
  await app.database.query(
    `INSERT INTO two_factor_panic_tokens (user_id, token_hash, expires_at) VALUES ($1, $2, $3)`,
    [id, hash, new Date(app.clock.now().getTime() + DAY * 1000)],
  );
  const { status } = await call(app.url, '/api/v1/auth/2fa/panic', { body: { token } });
  expect(status).toBe(200);
}

const INVALID = { status: 422, body: { code: 'TWO_FACTOR_RESET_CODE_INVALID' } };

describe('a code of support', () => {
  it('opens the enrolment of a new phone, and the old one dies with its confirmation', async () => {
    const { ann, reset } = await aLostOne();
    const before = await rowsOf(app.database, ann.id);

    const opened = await recover(ann, reset.resetCode.toLowerCase().replaceAll('-', ' '));
    const { phone, setup } = await scan(opened.data.enrolmentToken);
    const meanwhile = await rowsOf(app.database, ann.id);
    const code = phone.code();
    const confirmed = await enrol<Tokens>('enable', { enrolmentToken: opened.data.enrolmentToken, code });

    expect(opened.data).toMatchObject({
      status: 'two_factor_enrolment_required',
      methods: ['passkey', 'totp'],
    });
    expect(Object.keys(opened.data).toSorted()).toEqual(['enrolmentToken', 'expiresIn', 'methods', 'status']);
    expect(setup.backupCodes).toHaveLength(10);
    // Until the new one is confirmed the old one is what it was.
    expect([meanwhile.active, meanwhile.unspent]).toEqual([before.active, 10]);
    expect(confirmed.status).toBe(200);
    const after = await rowsOf(app.database, ann.id);
    expect(after.active?.id).not.toBe(before.active?.id);
    expect(after).toMatchObject({ unspent: 10, pending: null, sessions: [{ passed: ['totp'] }] });
    expect(after.events).toEqual(
      expect.arrayContaining(['reset_used success reset_code', 'replaced success totp']),
    );
    app.clock.advance({ seconds: 30 });
    const old = await ann.verify({ challengeToken: await ann.challenge(), code: ann.code });
    const paper = await ann.verify({ challengeToken: await ann.challenge(), backupCode: ann.backupCodes[0] });
    const fresh = await ann.verify({ challengeToken: await ann.challenge(), code: phone.code() });
    expect([old.status, paper.status, fresh.status]).toEqual([422, 422, 200]);
    expect((await ann.call('/auth/me')).status).toBe(401);
  });

  it('opens the enrolment of a passkey in the place of all else', async () => {
    const { ann, reset } = await aLostOne();
    const passkey = new SoftPasskey('http://localhost:8080');

    const { enrolmentToken } = (await recover(ann, reset.resetCode)).data;
    const { data } = await enrol<{ publicKey: SoftCreationOptions }>('passkeys/options', { enrolmentToken });
    const registered = await enrol('passkeys', {
      enrolmentToken,
      response: passkey.create(data.publicKey),
    });

    expect(registered).toMatchObject({ status: 200, data: { backupCodes: { length: 10 } } });
    expect(await rowsOf(app.database, ann.id)).toMatchObject({ active: null, unspent: 10 });
    expect((await ann.login()).data).toMatchObject({ methods: ['passkey', 'backup_code'] });
  });

  it('opens nothing else: neither a session nor a route', async () => {
    const { ann, reset } = await aLostOne();

    const { enrolmentToken: token } = (await recover(ann, reset.resetCode)).data;

    expect((await call(app.url, '/api/v1/auth/me', { token })).status).toBe(401);
    expect((await ann.verify({ challengeToken: token, code: '123456' })).status).toBe(401);
    expect((await ann.login()).data).toMatchObject({ status: 'two_factor_required' });
  });

  it.each([
    ['a second before its time', DAY - 1],
    ['three days after it', 4 * DAY],
  ])('invariant 41: counts for nothing %s', async (_, seconds) => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { resetCode } = await approvedFor(ann);
    app.clock.advance({ seconds });

    const answer = await recover(ann, resetCode);

    expect(answer).toMatchObject(INVALID);
    expect((await rowsOf(app.database, ann.id)).events.at(-1)).toBe('reset_used failure reset_code expired');
  });

  it('invariant 41: counts for nothing when the clock was set back, and is not spent by that', async () => {
    const { ann, reset } = await aLostOne();
    app.clock.advance({ seconds: -3600 });

    const early = await recover(ann, reset.resetCode);
    app.clock.advance({ seconds: 3600 });
    const due = await recover(ann, reset.resetCode);

    expect(early).toMatchObject(INVALID);
    expect(due.status).toBe(200);
  });

  it('works once', async () => {
    const { ann, reset } = await aLostOne();
    await recover(ann, reset.resetCode);

    expect(await recover(ann, reset.resetCode)).toMatchObject(INVALID);
  });

  it('works once when it comes twice at the same moment', async () => {
    const { ann, reset } = await aLostOne();
    const held = await (await HeldRows.in(app.database)).changes(ann.id);

    const both = Promise.all([recover(ann, reset.resetCode), recover(ann, reset.resetCode)]);
    await somebodyWaits(app.database, { atLeast: 2 });
    await held.release();

    expect((await both).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
  });

  it('invariant 41: is dead after a sign-in of the owner with a factor, and so is what it has opened', async () => {
    const [early, late] = [await aLostOne(), await aLostOne()];
    const signIn = async ({ ann }: { readonly ann: Person }): Promise<number> =>
      (await ann.verify({ challengeToken: await ann.challenge(), code: ann.code })).status;

    const { enrolmentToken } = (await recover(late.ann, late.reset.resetCode)).data;
    const { phone } = await scan(enrolmentToken);
    const code = phone.code();
    expect([await signIn(early), await signIn(late)]).toEqual([200, 200]);

    expect(await recover(early.ann, early.reset.resetCode)).toMatchObject(INVALID);
    expect((await enrol('enable', { enrolmentToken, code })).status).toBe(401);
    expect((await enrol('setup', { enrolmentToken })).status).toBe(401);
    expect((await rowsOf(app.database, late.ann.id)).unspent).toBe(10);
  });

  it('is dead once the reset was cancelled', async () => {
    const { ann, reset } = await aLostOne();
    await support().cancel({ id: reset.id, actor: ann.id, reason: 'found it' });

    expect(await recover(ann, reset.resetCode)).toMatchObject(INVALID);
  });

  it('invariant 42: is dead after a panic, which ends one reset in seven days, and no more', async () => {
    const { ann, reset } = await aLostOne();

    await panic(ann);
    const frozen = await recover(ann, reset.resetCode);
    app.clock.advance({ seconds: DAY + 1 });
    expect(frozen).toMatchObject({ status: 403, body: { code: 'TWO_FACTOR_FROZEN' } });
    expect(await recover(ann, reset.resetCode)).toMatchObject(INVALID);
    const second = await approvedFor(ann);
    await panic(ann);
    app.clock.advance({ seconds: DAY + 1 });

    expect((await recover(ann, second.resetCode)).status).toBe(200);
  });

  it('invariant 42: is dead after a panic, also when an earlier one has met a reset that was over already', async () => {
    const { ann } = await aLostOne();
    app.clock.advance({ seconds: 4 * DAY });
    await panic(ann);
    const second = await approvedFor(ann);

    await panic(ann);

    app.clock.advance({ seconds: DAY + 1 });
    expect(await recover(ann, second.resetCode)).toMatchObject(INVALID);
  });

  it('belongs to one account, and to its password', async () => {
    const [{ ann, reset }, { ann: bob }] = [await aLostOne(), await aLostOne()];

    const others = await recover(bob, reset.resetCode);
    const wrong = await call(app.url, '/api/v1/auth/2fa/recovery', {
      body: { email: ann.email, password: 'not the password', resetCode: reset.resetCode },
    });
    const nobody = await call(app.url, '/api/v1/auth/2fa/recovery', {
      body: { email: 'nobody@example.com', password: ann.password, resetCode: reset.resetCode },
    });

    expect(others).toMatchObject(INVALID);
    expect([wrong, nobody]).toMatchObject([
      { status: 401, body: { code: 'AUTH_CREDENTIALS_INVALID' } },
      { status: 401, body: { code: 'AUTH_CREDENTIALS_INVALID' } },
    ]);
    expect((await recover(ann, reset.resetCode)).status).toBe(200);
  });

  it('opens nothing for a password that was changed after it was looked at, and is not spent by that', async () => {
    const { ann, reset } = await aLostOne();
    const held = await (await HeldRows.in(app.database)).account(ann.id);

    const recovering = recover(ann, reset.resetCode);
    await somebodyWaits(app.database);
    const [before] = await app.database.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM users WHERE id = $1',
      [ann.id],
    );
    await held.query(`UPDATE users SET password_hash = 'another' WHERE id = $1`, [ann.id]);
    await held.release();

    expect(await recovering).toMatchObject({ status: 401, body: { code: 'AUTH_CREDENTIALS_INVALID' } });
    await app.database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [ann.id, before?.hash]);
    expect((await recover(ann, reset.resetCode)).status).toBe(200);
  });

  it('invariant 9: is guessed at under a budget, whether there is a reset or not', async () => {
    const [ann, bob] = [await (await aUser(app)).withTwoFactor(), await (await aUser(app)).withTwoFactor()];
    const { resetCode } = await approvedFor(ann);
    app.clock.advance({ seconds: DAY });
    const guess = (person: Person): Promise<number> =>
      recover(person, 'AAAAA-AAAAA-AAAAA').then(({ status }) => status);
    const statuses: [number, number][] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      statuses.push([await guess(ann), await guess(bob)]);
    }

    expect(statuses.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => [422, 422]));
    expect(statuses.at(-1)).toEqual([429, 429]);
    expect((await recover(ann, resetCode)).status).toBe(429);
    expect((await rowsOf(app.database, ann.id)).attempts).toMatchObject({ reset_code: { failed: 5 } });
    // The other methods have budgets of their own.
    expect((await ann.verify({ challengeToken: await ann.challenge(), code: ann.code })).status).toBe(200);
  });
});
