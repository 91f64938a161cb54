import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { Visitor, useBrowser } from './support/visitor.js';

const TICK = 'Do not ask again on this device for 30 days';

const here = useBrowser(() => startApp({ variables: { TRUSTED_DEVICE_DAYS: '30' } }));

/** Whose browser keeps its cookie for itself. */
function arrive(): Promise<Visitor> {
  return Visitor.arrive(here.browser, here.app, { isProtected: true, hasOwnWindow: true });
}

/** All but the cookie, which is meant to stay. */
async function findingsBut(visitor: Visitor): Promise<string[]> {
  return (await visitor.findings()).filter((finding) => !finding.includes('two-factor-trust-'));
}

async function trusting(): Promise<Visitor> {
  const visitor = await arrive();
  await visitor.signIn();
  await visitor.page.getByLabel(TICK).check();
  await visitor.enter(visitor.nextCode());
  await visitor.heading('Two-factor authentication').waitFor();
  return visitor;
}

describe('"do not ask again on this device"', () => {
  it('is not ticked beforehand, and asks again unless it is', async () => {
    const visitor = await arrive();
    await visitor.signIn();
    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await visitor.page.getByLabel(TICK).isChecked()).toBe(false);
    await visitor.look('72-challenge-with-trust');
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Two-factor authentication').waitFor();
    expect(await visitor.page.getByRole('heading', { name: 'Trusted devices' }).count()).toBe(0);

    await visitor.signOut();
    await visitor.signIn();

    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks for the password alone from then on, until somebody stops it', async () => {
    const visitor = await trusting();
    await visitor.heading('Trusted devices').waitFor();
    await visitor.signOut();
    await visitor.signIn();
    await visitor.heading('Trusted devices').waitFor();
    await visitor.says('this device');
    await visitor.look('73-trusted-device');

    await visitor.button(/^Stop trusting Chrome/).click();
    await visitor.says('That device is asked again from now on.');
    await expect.poll(() => visitor.focused()).toBe('Trusted devices');
    await visitor.signOut();
    await visitor.signIn();

    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await findingsBut(visitor)).toEqual([]);
  });

  it('is not offered with a backup code, and forgets for another person what was ticked', async () => {
    const visitor = await arrive();
    await visitor.signIn();
    await visitor.page.getByLabel(TICK).check();
    await visitor.button('Use a backup code instead').click();
    await visitor.heading('Enter a backup code').waitFor();
    expect(await visitor.page.getByLabel(TICK).count()).toBe(0);

    await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(visitor.codes[0] ?? '');
    await visitor.page.keyboard.press('Enter');
    await visitor.heading('Two-factor authentication').waitFor();
    expect(await visitor.context.cookies()).toEqual([]);
    await visitor.signOut();
    await visitor.signIn();

    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await visitor.page.getByLabel(TICK).isChecked()).toBe(false);
    expect(await visitor.findings()).toEqual([]);
  });

  it('is not offered by a server that trusts no device', async () => {
    const without = await startApp();
    const visitor = await Visitor.arrive(here.browser, without, { isProtected: true, hasOwnWindow: true });
    await visitor.signIn();
    await visitor.heading('Enter the code from your phone').waitFor();

    expect(await visitor.page.getByRole('checkbox').count()).toBe(0);
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Two-factor authentication').waitFor();
    expect(visitor.requests.filter((url) => url.endsWith('/trusted-devices'))).toEqual([]);
    await without.close();
  });
});

/** The same person, with an application that keeps a token. */
async function trustAnother({ email, password }: Visitor, code: string): Promise<void> {
  const headers = { 'two-factor-trust': 'none', 'user-agent': 'curl/8' };
  const login = await call<{ challengeToken: string }>(here.app.url, '/api/v1/auth/login', {
    body: { email, password },
    headers,
  });
  const { challengeToken } = login.data;
  const body = { challengeToken, code, trustDevice: true };
  expect((await call(here.app.url, '/api/v1/auth/2fa/verify', { body, headers })).status).toBe(200);
}

describe('the list of trusted devices', () => {
  it('marks this one, and ends all at once', async () => {
    const visitor = await trusting();
    await trustAnother(visitor, visitor.nextCode());
    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Stop trusting curl').waitFor();
    const marked = visitor.page.getByText('this device', { exact: true });
    expect(await marked.count()).toBe(1);
    await visitor.look('74-trusted-devices');

    await visitor.button('Stop trusting all').click();

    await visitor.says('Every device is asked again from now on.');
    expect(await marked.count()).toBe(0);
    await visitor.signOut();
    await visitor.signIn();
    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await findingsBut(visitor)).toEqual([]);
  });

  it('says what failed, and keeps what there is', async () => {
    const visitor = await trusting();
    await visitor.page.route('**/auth/2fa/trusted-devices/*', (route) => route.abort());

    await visitor.button(/^Stop trusting Chrome/).click();

    await visitor.says('No connection.');
    await visitor.button(/^Stop trusting Chrome/).waitFor();
    expect(await visitor.page.getByRole('heading', { name: 'Trusted devices' }).count()).toBe(1);
  });
});
