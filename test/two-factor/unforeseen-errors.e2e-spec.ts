import { randomUUID } from 'node:crypto';
import { TwoFactorImporter, TwoFactorService } from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOME_SESSION, challengeTokenOf } from '../support/challenge.js';
import { type TestApp, startApp } from '../support/app.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const BROKEN = { sql: 'UPDATE nowhere SET x = 1 FROM accepted', parameters: [] };

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Somebody with an authenticator, and no account around it. */
async function enrolled(): Promise<{ readonly userId: string; readonly phone: Phone }> {
  const userId = randomUUID();
  await app.nest.get(TwoFactorImporter).run([{ userId, secret: SECRET }], { isDryRun: false });
  const uri = `otpauth://totp/A:a?secret=${SECRET}&issuer=A&algorithm=SHA1&digits=6&period=30`;
  return { userId, phone: Phone.of(uri, app.clock) };
}

async function failuresOf(userId: string): Promise<string[]> {
  const rows = await app.database.query<{ line: string }>(
    `SELECT concat_ws(' ', type, method, reason, ip) AS line FROM two_factor_events
      WHERE user_id = $1 AND outcome = 'failure' ORDER BY id`,
    [userId],
  );
  return rows.map(({ line }) => line);
}

async function chargedTo(userId: string, method: string): Promise<number> {
  const [row] = await app.database.query<{ charged: number }>(
    'SELECT cardinality(failed_at) AS charged FROM two_factor_attempts WHERE user_id = $1 AND method = $2',
    [userId, method],
  );
  return row?.charged ?? 0;
}

describe('an error that nobody foresaw, amid an attempt that is charged', () => {
  const context = { ip: '203.0.113.7' };

  it('invariant 23: leaves an event when the host cannot check a password', async () => {
    const { userId, phone } = await enrolled();
    const gone = new Error('the directory is gone');
    const signIn = { authenticatedAt: new Date(0), reauthenticate: () => Promise.reject(gone) };

    const disabled = app.nest
      .get(TwoFactorService)
      .disable({ userId, proof: { code: phone.code() }, signIn, context });

    await expect(disabled).rejects.toBe(gone);
    expect(await failuresOf(userId)).toEqual(['reauthenticated password error 203.0.113.7']);
    expect(await chargedTo(userId, 'password')).toBe(1);
  });

  it.each(['a sign-in', 'a change of factors'])(
    'invariant 23: leaves an event when the host’s statement fails in the commit of %s, and spends no code',
    async (what) => {
      const { userId, phone } = await enrolled();
      const twoFactor = app.nest.get(TwoFactorService);
      const challengeToken = await challengeTokenOf(twoFactor, userId);
      const use = (inSameCommit: readonly (typeof BROKEN)[]): Promise<unknown> =>
        what === 'a sign-in'
          ? twoFactor.completeSignIn({
              sessionId: SOME_SESSION,
              challengeToken,
              proof: { code: phone.code() },
              context,
              inSameCommit,
            })
          : twoFactor.disable({
              userId,
              proof: { code: phone.code() },
              signIn: { authenticatedAt: app.clock.now() },
              context,
              inSameCommit,
            });

      await expect(use([BROKEN])).rejects.toThrow('nowhere');

      const type = what === 'a sign-in' ? 'challenge_answered' : 'disabled';
      expect(await failuresOf(userId)).toEqual([`${type} totp error 203.0.113.7`]);
      expect(await chargedTo(userId, 'totp')).toBe(1);
      await expect(use([])).resolves.not.toThrow();
    },
  );

  it('is the error that the caller hears of, also when its event cannot be written', async () => {
    const { userId, phone } = await enrolled();
    await app.database.query(
      `ALTER TABLE two_factor_events ADD CONSTRAINT no_failure CHECK (outcome <> 'failure') NOT VALID`,
    );

    const disabled = app.nest.get(TwoFactorService).disable({
      userId,
      proof: { code: phone.code() },
      signIn: { authenticatedAt: app.clock.now() },
      inSameCommit: [BROKEN],
    });

    await expect(disabled).rejects.toThrow('nowhere');
    await app.database.query('ALTER TABLE two_factor_events DROP CONSTRAINT no_failure');
  });
});
