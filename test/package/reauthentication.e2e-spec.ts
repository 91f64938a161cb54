import { Injectable } from '@nestjs/common';
import { FixedClock, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type SmallApp, SmallHost, type SmallRequest, startSmallApp, tokenOf } from './small-host.js';

/** Everybody has a password, but those who came in by a social login. It is looked up. */
@Injectable()
class WithPasswords extends SmallHost {
  async hasPassword({ session: { userId } }: SmallRequest): Promise<boolean> {
    await Promise.resolve();
    return !userId.startsWith('social');
  }

  async isPassword(_: SmallRequest, password: string): Promise<boolean> {
    await Promise.resolve();
    return password === 'right';
  }
}

@Injectable()
class WithoutPasswords extends SmallHost {}

type Case = readonly [userId: string, sent: object, need: object];

const MISSING = { reason: 'password_missing', methods: ['password'] };
const WRONG = { reason: 'password_wrong', methods: ['password'] };
const AGAIN = { reason: 'sign_in_again', methods: [] };

const CASES: readonly (readonly [string, typeof SmallHost, readonly Case[]])[] = [
  [
    'that looks its passwords up',
    WithPasswords,
    [
      ['ann', {}, MISSING],
      ['bob', { password: 'wrong' }, WRONG],
      ['social-ann', {}, AGAIN],
      ['social-bob', { password: 'right' }, AGAIN],
    ],
  ],
  [
    'that has no passwords',
    WithoutPasswords,
    [
      ['cleo', {}, AGAIN],
      ['dora', { password: 'right' }, AGAIN],
    ],
  ],
];

describe.each(CASES)('a session of yesterday, in a host %s', (_, host, cases) => {
  const clock = new FixedClock();
  let database: TestDatabase;
  let app: SmallApp;
  beforeAll(async () => {
    database = await createDatabase();
    app = await startSmallApp(database, { host, clock });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each(cases)(
    'is told, of %s with %o, what it lacks, and by what that is made good',
    async (userId, sent, need) => {
      const { phone } = await enrol(app.nest, { id: userId, label: userId }, { clock });
      const yesterday = clock.now();
      clock.advance({ seconds: 86_400 });
      const disable = (signedInAt: Date) =>
        call(app.url, '/auth/2fa/disable', {
          body: { code: phone.freshCode(), ...sent },
          token: tokenOf(userId, 'first', signedInAt),
        });

      const refused = await disable(yesterday);

      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ code: 'AUTH_REAUTHENTICATION_REQUIRED', details: [need] });
      const failures = `SELECT FROM two_factor_attempts WHERE user_id = $1 AND method = 'password'`;
      expect(await database.query(failures, [userId])).toHaveLength(need === WRONG ? 1 : 0);
      expect(await disable(clock.now())).toMatchObject({ status: 200, body: { enabled: false } });
    },
  );
});
