import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuthError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { ACCESS_TOKEN_TTL: '3600' } });
});
afterAll(() => app.close());

/** Signs somebody in whose phone is gone. */
async function onPaper(person: Person): Promise<void> {
  const challengeToken = await person.challenge();
  const { data } = await person.verify<Tokens>({ challengeToken, backupCode: person.backupCodes.shift() });
  person.tokens = data;
}

async function somebody(): Promise<Person> {
  return (await aUser(app)).withTwoFactor();
}

async function recoveryUntil(person: Person): Promise<string | null> {
  return (await person.call<{ recoveryUntil: string | null }>('/auth/2fa')).data.recoveryUntil;
}

describe('a session that was signed in by a backup code', () => {
  it('replaces the authenticator with the one code that it has spent, and the status says until when', async () => {
    const ann = await somebody();
    const old = ann.requiredPhone;
    await onPaper(ann);
    const until = await recoveryUntil(ann);

    const { phone } = await ann.scan();
    const enabled = await ann.post<Tokens>('/auth/2fa/enable', { code: phone.code() });

    expect(until).toBe(new Date(app.clock.now().getTime() + 900_000).toISOString());
    expect(enabled).toMatchObject({ status: 200, data: { enabled: true, backupCodesRemaining: 10 } });
    ann.tokens = enabled.data;
    expect(await recoveryUntil(ann)).toBeNull();
    expect((await rowsOf(app.database, ann.id)).events.slice(-2)).toEqual([
      'setup_started success',
      'replaced success totp',
    ]);
    app.clock.advance({ seconds: 30 });
    const withOld = await ann.verify({ challengeToken: await ann.challenge(), code: old.code() });
    expectAuthError(withOld, 'TWO_FACTOR_CODE_INVALID');
  });

  it('keeps the old authenticator until the new one is confirmed', async () => {
    const ann = await somebody();
    await onPaper(ann);
    await ann.scan();

    const answer = await ann.verify({ challengeToken: await ann.challenge(), code: ann.code });

    expect(answer.status).toBe(200);
  });

  it('replaces and does nothing else', async () => {
    const ann = await somebody();
    await onPaper(ann);

    const adding = await ann.post('/auth/2fa/setup', { add: true });
    const drawing = await ann.post('/auth/2fa/backup-codes');
    const ending = await ann.post('/auth/2fa/disable');
    const passkey = await ann.post('/auth/2fa/passkeys/options');

    expectAuthError(adding, 'TWO_FACTOR_ALREADY_ENABLED');
    expectAuthError(drawing, 'VALIDATION_FAILED');
    expectAuthError(ending, 'VALIDATION_FAILED');
    expectAuthError(passkey, 'TWO_FACTOR_ALREADY_ENABLED');
    expect((await rowsOf(app.database, ann.id)).pending).toBeNull();
  });

  it('may do so for 15 minutes, to the second', async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    await onPaper(ann);
    await onPaper(bob);
    app.clock.advance({ seconds: 900 });
    const inTime = await ann.post('/auth/2fa/setup');
    app.clock.advance({ seconds: 1 });

    const late = await bob.post('/auth/2fa/setup');

    expect(inTime.status).toBe(200);
    expectAuthError(late, 'TWO_FACTOR_ALREADY_ENABLED');
    expect(await recoveryUntil(bob)).toBeNull();
  });

  it('is that session only, and no other of the account', async () => {
    const ann = await somebody();
    const other = ann.tokens;
    await onPaper(ann);

    const answer = await ann.call('/auth/2fa/setup', { body: {}, token: other.accessToken });

    expectAuthError(answer, 'TWO_FACTOR_ALREADY_ENABLED');
    expect((await rowsOf(app.database, ann.id)).pending).toBeNull();
  });

  it('names the one it replaces when there are several', async () => {
    const ann = await somebody();
    const { phone } = await ann.scan({ code: ann.code, add: true });
    ann.tokens = (await ann.post<Tokens>('/auth/2fa/enable', { code: phone.code() })).data;
    app.clock.advance({ seconds: 30 });
    await onPaper(ann);
    const { data } = await ann.call<{ authenticators: { id: string }[] }>('/auth/2fa');

    const unnamed = await ann.post('/auth/2fa/setup');
    const named = await ann.post('/auth/2fa/setup', { replaces: data.authenticators[1]?.id });

    expectAuthError(unnamed, 'TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS');
    expect(named.status).toBe(200);
    expect((await rowsOf(app.database, ann.id)).pending?.replaces).toBe(data.authenticators[1]?.id);
  });
});
