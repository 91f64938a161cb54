import { randomUUID } from 'node:crypto';
import { TwoFactorService } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountSubject } from '../../libs/two-factor/src/verification/account-subject.js';
import { AccountRepository } from '../../libs/two-factor/src/account/account.repository.js';
import { verdict } from '../../libs/two-factor/src/verification/factor.js';
import { Verification } from '../../libs/two-factor/src/verification/verification.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';
import { seedFailures } from '../support/seed.js';

let app: TestApp;
let twoFactor: TwoFactorService;
beforeAll(async () => {
  app = await startApp();
  twoFactor = app.nest.get(TwoFactorService);
});
afterAll(() => app.close());

const enrolled = async (): Promise<Person> => (await aUser(app)).withTwoFactor();

const signIn = (): { authenticatedAt: Date } => ({ authenticatedAt: app.clock.now() });

describe('a proof by an authenticator', () => {
  it.each([
    ['none', () => ({}), 'code', 'code must be six digits'],
    [
      'a backup code',
      ({ backupCodes: [backupCode] }: Person) => ({ backupCode }),
      'backupCode',
      'backupCode is not enough for this call',
    ],
    [
      'an authenticator that has no id of ours',
      ({ code }: Person) => ({ code, authenticatorId: 'mine' }),
      'authenticatorId',
      'authenticatorId must be a UUID, beside a proof by an authenticator',
    ],
  ])('is malformed when it is %s, and costs no attempt', async (_, proofOf, field, message) => {
    const person = await enrolled();
    const change = { userId: person.id, proof: proofOf(person), signIn: signIn() };

    const refusal = { code: 'VALIDATION_FAILED', details: [{ field, message }] };
    await expect(twoFactor.disable(change)).rejects.toMatchObject(refusal);
    await expect(twoFactor.regenerateBackupCodes(change)).rejects.toMatchObject(refusal);

    const { active, unspent, attempts } = await rowsOf(app.database, person.id);
    expect({ isActive: active !== null, unspent, attempts }).toMatchObject({ isActive: true, unspent: 10 });
    expect(attempts['totp']?.failed).toBe(0);
  });

  it('names no authenticator beside a backup code', async () => {
    const person = await enrolled();
    const [backupCode] = person.backupCodes;
    const proof = { backupCode, authenticatorId: randomUUID() };
    const user = { id: person.id, label: person.email };

    await expect(twoFactor.setup({ user, proof, signIn: signIn() })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('counts for the authenticator that it names, and for no other', async () => {
    const person = await enrolled();
    const { active } = await rowsOf(app.database, person.id);
    const { code } = person;
    const disable = (authenticatorId: string | undefined): Promise<void> =>
      twoFactor.disable({ userId: person.id, proof: { code, authenticatorId }, signIn: signIn() });

    await expect(disable(randomUUID())).rejects.toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
    const refused = await rowsOf(app.database, person.id);
    await disable(active?.id);

    expect(refused.active).toEqual(active);
    expect(refused.attempts['totp']).toEqual({ inARow: 1, failed: 1 });
    expect((await rowsOf(app.database, person.id)).active).toBeNull();
  });
});

describe('a factor without a budget', () => {
  it.each([
    ['before its check', 1],
    ['when it is settled', 0],
  ])('is admitted by an account that is locked, and charged nothing %s', async (_, computations) => {
    const person = await enrolled();
    const at = app.clock.now();
    await seedFailures(app.database, [person.id], {
      method: 'totp',
      failedAt: Array.from({ length: 20 }, () => at),
    });
    const attempt = (isRight: boolean): Promise<unknown> =>
      app.nest.get(Verification).run({
        subject: accountSubject(app.nest.get(AccountRepository), { userId: person.id, signIn: {}, at }),
        method: 'totp',
        hasBudget: false,
        computations,
        at,
        context: {},
        typeOf: () => 'challenge_answered',
        material: { sql: 'SELECT NULL::jsonb AS material, 1 AS guesses', parameters: [] },
        check: async () => ({ proof: verdict(isRight, 'wrong'), spend: [] }),
      });
    const { attempts } = await rowsOf(app.database, person.id);

    await expect(attempt(false)).rejects.toMatchObject({ code: 'TWO_FACTOR_CODE_INVALID' });
    await attempt(true);

    expect((await rowsOf(app.database, person.id)).attempts).toEqual(attempts);
  });
});
