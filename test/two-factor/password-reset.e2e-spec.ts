import { TwoFactorSessions } from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuthError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const reset = (request: Parameters<TwoFactorSessions['passwordReset']>[0]): Promise<void> =>
  app.nest.get(TwoFactorSessions).passwordReset(request);

describe('passwordReset', () => {
  it('ends challenges and what sessions have passed, keeps the factors, and runs the host’s part', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const challengeToken = await ann.challenge();
    const before = await rowsOf(app.database, ann.id);

    await reset({
      userId: ann.id,
      context: { ip: '192.0.2.1' },
      inSameCommit: (manager: EntityManager, userId) =>
        manager.query('DELETE FROM sessions WHERE user_id = $1', [userId]),
    });

    const after = await rowsOf(app.database, ann.id);
    expectAuthError(await ann.verify({ challengeToken, code: ann.code }), 'TWO_FACTOR_CHALLENGE_INVALID');
    expect(after).toMatchObject({
      challenges: 0,
      sessions: [],
      active: before.active,
      unspent: before.unspent,
    });
    expect(after.events.at(-1)).toBe('password_reset success');
    expect((await ann.login()).data).toMatchObject({ status: 'two_factor_required' });
  });

  it('lowers the sessions that the host keeps', async () => {
    const ann = await (await aUser(app)).withTwoFactor();

    await reset({ userId: ann.id });

    const { sessions } = await rowsOf(app.database, ann.id);
    expect(sessions.map(({ passed }) => passed)).toEqual([[]]);
  });

  it('is nothing at all when the host’s part fails', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    await ann.challenge();
    const before = await rowsOf(app.database, ann.id);
    const failing = reset({ userId: ann.id, inSameCommit: () => Promise.reject(new Error('the host’s')) });

    await expect(failing).rejects.toThrow('the host’s');

    expect(await rowsOf(app.database, ann.id)).toEqual(before);
  });

  it('is an event, and no more, for somebody without a factor', async () => {
    const ann = await aUser(app);

    await reset({ userId: ann.id });

    expect(await rowsOf(app.database, ann.id)).toMatchObject({
      active: null,
      events: ['password_reset success'],
    });
    expect((await ann.login()).data).toMatchObject({ status: 'authenticated' });
  });
});
