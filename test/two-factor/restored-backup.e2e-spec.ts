import { RestoredBackup, TwoFactorSupport } from 'nestjs-two-factor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from '../contract/support/expect-error.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';
import { Device } from '../support/trusting.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ variables: { TRUSTED_DEVICE_DAYS: '30' } });
});
afterAll(() => app.close());

/** What a restore does: the code that was used after the backup was taken is unused again. */
async function restore({ id }: Person): Promise<void> {
  await app.database.query(
    'UPDATE two_factor_secrets SET last_used_step = last_used_step - 100 WHERE user_id = $1',
    [id],
  );
}

const afterwards = (): Promise<unknown> => app.nest.get(RestoredBackup).run();

describe('after a backup was restored', () => {
  it('a one-time code that was used before does not work again, and the next one does', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { code } = ann;
    expect((await ann.verify({ challengeToken: await ann.challenge(), code })).status).toBe(200);
    await restore(ann);

    await afterwards();

    const again = await ann.verify({ challengeToken: await ann.challenge(), code });
    expectError(again, 'TWO_FACTOR_CODE_INVALID');
    app.clock.advance({ seconds: 30 });
    const next = await ann.verify({ challengeToken: await ann.challenge(), code: ann.code });
    expect(next.status).toBe(200);
  });

  it('an open challenge and a trusted device are over, and a session has passed nothing', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const device = new Device('application');
    ann.tokens = (await device.trust(ann, { code: ann.code })).data;
    app.clock.advance({ seconds: 30 });
    const challengeToken = await ann.challenge();
    expect((await ann.call('/account/export')).status).toBe(200);

    await afterwards();

    expect((await device.login(ann)).data.status).toBe('two_factor_required');
    const late = await ann.verify({ challengeToken, code: ann.code });
    expectError(late, 'TWO_FACTOR_CHALLENGE_INVALID');
    expect(await ann.call('/account/export')).toMatchObject({ status: 403 });
  });

  it('a setup that was pending is to be begun again', async () => {
    const ann = await aUser(app);
    const { phone } = await ann.scan();

    await afterwards();

    const enabling = await ann.post('/auth/2fa/enable', { code: phone.code() });
    expectError(enabling, 'TWO_FACTOR_SETUP_NOT_PENDING');
    expect((await ann.call('/auth/2fa')).data).toMatchObject({ enabled: false });
  });

  it('a reset that comes back gives nothing: it may have been cancelled, or used', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const support = app.nest.get(TwoFactorSupport);
    const reason = 'ticket 4711';
    const { id } = await support.request({ userId: ann.id, actor: 'asks', reason });
    const { resetCode } = await support.approve({ id, actor: 'approves', reason });
    app.clock.advance({ seconds: 86_400 });

    await afterwards();

    const body = { email: ann.email, password: ann.password, resetCode };
    expectError(await ann.post('/auth/2fa/recovery', body), 'TWO_FACTOR_RESET_CODE_INVALID');
    expect(await support.describe(ann.id)).toMatchObject({ resets: [{ id, state: 'expired' }] });
  });

  it('says how many it has changed, and can be said again', async () => {
    await (await aUser(app)).withTwoFactor();
    const [{ count }] = (await app.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM two_factor_accounts',
    )) as [{ count: number }];

    await afterwards();

    expect(await afterwards()).toEqual({ accounts: count, challenges: 0 });
  });
});
