import type { INestApplicationContext } from '@nestjs/common';
import {
  TwoFactorAuthenticators,
  TwoFactorModule,
  TwoFactorService,
  TwoFactorSessions,
} from 'nestjs-two-factor';
import { FixedClock, Phone, SoftPasskey } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PLAIN, startModule } from '../package/start-module.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { ORIGIN, PasskeyUser, WEBAUTHN } from '../support/passkeys.js';

const clock = new FixedClock();
let database: TestDatabase;
let module: INestApplicationContext;
let twoFactor: TwoFactorService;
let authenticators: TwoFactorAuthenticators;
let sessions: TwoFactorSessions;
beforeAll(async () => {
  database = await createDatabase();
  module = await startModule(database, TwoFactorModule.forRoot({ ...PLAIN, webauthn: WEBAUTHN, clock }));
  twoFactor = module.get(TwoFactorService);
  authenticators = module.get(TwoFactorAuthenticators);
  sessions = module.get(TwoFactorSessions);
});
afterAll(async () => {
  await module.close();
  await database.drop();
});

let users = 0;
let userId = '';
let user: PasskeyUser;
let phone: Phone;
let passkey: SoftPasskey;

/** Somebody with a phone and a passkey, signed in for some time in the session `first`. */
beforeEach(async () => {
  users += 1;
  userId = `ann${users}`;
  user = new PasskeyUser({ twoFactor, authenticators, clock }, userId);
  const { otpauthUri } = await twoFactor.setup({
    user: { id: userId, label: 'ann' },
    signIn: user.signIn('first'),
  });
  phone = Phone.of(otpauthUri, clock);
  await twoFactor.enable({
    userId,
    code: phone.freshCode(),
    signIn: user.signIn('first'),
    sessionId: 'first',
  });
  clock.advance({ seconds: 30 });
  passkey = new SoftPasskey(ORIGIN);
  const proof = { code: phone.freshCode() };
  const { publicKey } = await user.creationOptions({ proof, sessionId: 'first' });
  await user.register(passkey.create(publicKey), { sessionId: 'first' });
  clock.advance({ seconds: 600 });
});

const FRESH = { maxAge: '5m' } as const;
const BY_PASSKEY = { maxAge: '5m', methods: ['passkey'] } as const;

function demand(asked: typeof FRESH | typeof BY_PASSKEY, sessionId = 'first'): Promise<void> {
  return sessions.require({ userId, sessionId, ...asked });
}

const NEEDS_A_PASSKEY = {
  code: 'TWO_FACTOR_STEP_UP_REQUIRED',
  details: [{ maxAgeSeconds: 300, methods: ['passkey'] }],
};

describe('a step-up with a passkey', () => {
  it('meets what a one-time code meets, and what it does not', async () => {
    await sessions.stepUp({ userId, sessionId: 'first', proof: { code: phone.freshCode() } });
    await expect(demand(FRESH)).resolves.toBeUndefined();
    await expect(demand(BY_PASSKEY)).rejects.toMatchObject(NEEDS_A_PASSKEY);

    const proof = { passkey: await user.prove(passkey, {}, 'first') };
    await expect(sessions.stepUp({ userId, sessionId: 'first', proof })).resolves.toEqual({
      method: 'passkey',
      at: clock.now(),
    });

    await expect(demand(BY_PASSKEY)).resolves.toBeUndefined();
    await expect(demand(BY_PASSKEY, 'second')).rejects.toMatchObject(NEEDS_A_PASSKEY);
  });

  it('is of the session that has asked for it, and raises no other', async () => {
    const proof = { passkey: await user.prove(passkey, {}, 'first') };

    await expect(sessions.stepUp({ userId, sessionId: 'second', proof })).rejects.toMatchObject({
      code: 'TWO_FACTOR_PASSKEY_INVALID',
    });

    await expect(demand(BY_PASSKEY, 'second')).rejects.toMatchObject(NEEDS_A_PASSKEY);
    await expect(demand(BY_PASSKEY)).rejects.toMatchObject(NEEDS_A_PASSKEY);
  });
});
