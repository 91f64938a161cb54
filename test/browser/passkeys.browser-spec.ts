import { describe, expect, it } from 'vitest';
import { VirtualAuthenticator, startAppWithPasskeys } from './support/virtual-authenticator.js';
import { SMALL, Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const here = useBrowser(() => startAppWithPasskeys());

const PASSKEYS = `SELECT name, backup_eligible AS "isSynced" FROM two_factor_passkeys WHERE user_id = $1`;
const passkeysOf = async (visitor: Visitor): Promise<{ name: string; isSynced: boolean }[]> =>
  here.app.database.query(PASSKEYS, [await visitor.userId()]);

const arrive = (options: VisitorOptions = {}): Promise<Visitor> =>
  Visitor.arrive(here.browser, here.app, { hasOwnWindow: true, ...options });

/** From an account without a second factor to one with a passkey alone. @returns the backup codes */
async function turnOnByPasskey(visitor: Visitor): Promise<string[]> {
  await visitor.register();
  await visitor.button('Use a passkey').click();
  await visitor.button('Create passkey').click();
  await visitor.heading('Save your backup codes').waitFor();
  const codes = await visitor.shownCodes();
  await visitor.proveSaved(codes);
  await visitor.says('Two-factor authentication is on.');
  return codes;
}

async function signInByPasskey(visitor: Visitor): Promise<void> {
  await visitor.signIn();
  await visitor.heading('Use your passkey').waitFor();
  await visitor.button('Use passkey').click();
  await visitor.says(/of 10 left/);
}

/** Begins to add a passkey, up to the browser's dialog, with a code of the phone. */
async function toCreation(visitor: Visitor): Promise<void> {
  await visitor.button('Add passkey').click();
  await visitor.enter(visitor.nextCode());
  await visitor.button('Create passkey').waitFor();
}

describe('a passkey as the first factor', () => {
  it('turns it on, signs in, proves and turns it off', async () => {
    const visitor = await arrive();
    const key = await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.register();
    await visitor.button('Use a passkey').click();
    await visitor.heading('Add a passkey').waitFor();
    await expect.poll(() => visitor.focused()).toBe('Create passkey');
    await visitor.look('80-create-passkey');
    await visitor.button('Create passkey').click();
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.look('81-passkey-codes');
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.says('signing in takes your passkey as well');
    await visitor.look('82-on-by-passkey');

    await visitor.signOut();
    await visitor.signIn();
    await visitor.heading('Use your passkey').waitFor();
    await expect.poll(() => visitor.focused()).toBe('Use passkey');
    await visitor.look('83-challenge-passkey');
    await visitor.button('Use passkey').click();
    await visitor.says(/Passkey · last used 1 January 2026/);
    expect(await key.credentials()).toHaveLength(1);
    await visitor.button('New codes').click();
    await visitor.button('Get new codes').click();
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.button('Turn off').click();
    await visitor.look('84-turn-off-by-passkey');
    await visitor.button('Turn off').click();

    await visitor.says('Two-factor authentication is off.');
    expect(await passkeysOf(visitor)).toEqual([]);
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks for the password when the sign-in is not recent, and makes no second passkey for it', async () => {
    const visitor = await arrive();
    const key = await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.register();
    await visitor.button('Use a passkey').click();
    here.app.clock.advance({ seconds: 16 * 60 });
    await visitor.button('Create passkey').click();
    await visitor.page.getByLabel('Your password').fill(visitor.password);
    expect(await passkeysOf(visitor)).toEqual([]);

    await visitor.button('Create passkey').click();

    await visitor.heading('Save your backup codes').waitFor();
    expect(await key.credentials()).toHaveLength(1);
    expect(await passkeysOf(visitor)).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it.each([
    { key: 'that keeps nothing', traits: { isResident: false } },
    { key: 'that does not look who it is', traits: { transport: 'usb', isResident: false, verifies: false } },
    { key: 'that is synced', traits: { isSynced: true } },
  ] as const)('works with a key $key', async ({ traits }) => {
    const visitor = await arrive({ viewport: SMALL });
    const key = await VirtualAuthenticator.plugIn(visitor.page, traits);

    await turnOnByPasskey(visitor);
    await visitor.signOut();
    await signInByPasskey(visitor);

    const isResident = !('isResident' in traits);
    expect(await key.credentials()).toMatchObject([{ isResidentCredential: isResident }]);
    expect(await passkeysOf(visitor)).toMatchObject([{ isSynced: 'isSynced' in traits }]);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a passkey beside a phone', () => {
  it('proves what is done, and is asked for once when the password is needed too', async () => {
    const visitor = await arrive({ isProtected: true });
    const { page } = visitor;
    await VirtualAuthenticator.plugIn(page);
    await visitor.signInWithCode();
    await toCreation(visitor);
    await visitor.button('Create passkey').click();
    await visitor.says('Your passkey is added.');
    await page.evaluate(() => {
      const asks: unknown[] = [];
      const get = navigator.credentials.get.bind(navigator.credentials);
      Object.assign(globalThis, { asks });
      navigator.credentials.get = (options) => (asks.push(options), get(options));
    });
    await visitor.button('New codes').click();
    here.app.clock.advance({ seconds: 16 * 60 });
    await visitor.button('Get new codes').click();
    await page.getByLabel('Your password').fill(visitor.password);

    await visitor.button('Get new codes').click();

    await visitor.heading('Save your backup codes').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { asks: unknown[] }).asks.length)).toBe(1);
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is added with a code, is asked for first, and leaves the code a way', async () => {
    const visitor = await arrive({ isProtected: true, email: 'ann@example.com' });
    await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.signInWithCode();
    await toCreation(visitor);
    await visitor.button('Create passkey').click();
    await visitor.says('Your passkey is added.');
    await visitor.look('85-phone-and-passkey');

    await visitor.signOut();
    await signInByPasskey(visitor);
    await visitor.signOut();
    await visitor.signIn();
    await visitor.heading('Use your passkey').waitFor();
    await visitor.button('Use a code from your phone instead').click();
    await visitor.enter(visitor.nextCode());

    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is removed by itself, and the browser is told which ones are left', async () => {
    const visitor = await arrive({ isProtected: true });
    await visitor.page.addInitScript(() => {
      const told: unknown[] = [];
      Object.assign(globalThis, { told });
      Object.assign(PublicKeyCredential, {
        signalAllAcceptedCredentials: (accepted: unknown) => Promise.resolve(told.push(accepted)),
      });
    });
    await visitor.reload();
    const key = await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.signInWithCode();
    await toCreation(visitor);
    await visitor.button('Create passkey').click();
    await visitor.says(/is added/);
    const told = (): Promise<{ allAcceptedCredentialIds: string[] }[]> =>
      visitor.page.evaluate(
        () => (globalThis as unknown as { told: { allAcceptedCredentialIds: string[] }[] }).told,
      );
    const [credential] = await key.credentials();
    const id = Buffer.from(credential?.credentialId ?? '', 'base64').toString('base64url');
    await expect.poll(told).toMatchObject([{ rpId: 'localhost', allAcceptedCredentialIds: [id] }]);

    const [passkey] = await passkeysOf(visitor);
    await visitor.button(`Change ${passkey?.name}`).click();
    await visitor.button('Remove').click();
    await visitor.button('Remove').click();

    await visitor.says(/is removed/);
    expect(await passkeysOf(visitor)).toEqual([]);
    await visitor.signOut();
    await visitor.signInWithCode();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('when the passkey does not come', () => {
  it('a person who cancels is told so and can try again or take another way', async () => {
    const visitor = await arrive({ isProtected: true });
    const { page } = visitor;
    await VirtualAuthenticator.plugIn(page);
    await visitor.signInWithCode();
    await toCreation(visitor);
    // As every browser answers to "Cancel".
    await page.evaluate(() => {
      const create = navigator.credentials.create.bind(navigator.credentials);
      navigator.credentials.create = () => {
        navigator.credentials.create = create;
        return Promise.reject(new DOMException('', 'NotAllowedError'));
      };
    });
    await visitor.button('Create passkey').click();
    await page.getByRole('alert').getByText('No passkey came.').waitFor();
    await visitor.look('86-cancelled');
    expect(await passkeysOf(visitor)).toEqual([]);

    await visitor.button('Create passkey').click();

    await visitor.says(/is added/);
    expect(await passkeysOf(visitor)).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it('a lost key is replaced: a backup code signs in, and adds another one', async () => {
    const visitor = await arrive();
    const key = await VirtualAuthenticator.plugIn(visitor.page);
    const [first = '', second = ''] = await turnOnByPasskey(visitor);
    await visitor.signOut();
    await key.unplug();
    const other = await VirtualAuthenticator.plugIn(visitor.page, { transport: 'usb' });
    await visitor.signIn();
    await visitor.button('Use a backup code instead').click();
    await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(first);
    await visitor.button('Sign in').click();
    await visitor.says('9 of 10 left');
    await visitor.button('Turn off').click();
    await visitor.button('No passkey at hand? Add another one with a backup code first').click();
    await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(second);
    await visitor.button('Continue').click();
    await visitor.button('Create passkey').click();
    await visitor.says(/is added/);
    await visitor.signOut();
    await signInByPasskey(visitor);

    expect(await passkeysOf(visitor)).toHaveLength(2);
    expect(await other.credentials()).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it('a key that the account has already is named so', async () => {
    const visitor = await arrive({ isProtected: true });
    await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.signInWithCode();
    await toCreation(visitor);
    await visitor.button('Create passkey').click();
    await visitor.says(/is added/);
    await visitor.button('Add passkey').click();
    await visitor.button('Continue').click();

    await visitor.button('Create passkey').click();

    await visitor.says('Your account has this passkey already.');
    await visitor.look('87-known');
    expect(await passkeysOf(visitor)).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it('a server without passkeys is offered none, before and after the factor is on', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await VirtualAuthenticator.plugIn(page);
    await page.route('**/auth/2fa', async (route) => {
      const response = await route.fetch();
      const { data } = await response.json();
      await route.fulfill({ response, json: { data: { ...data, available: ['totp'] } } });
    });

    await visitor.register();
    await visitor.button('Turn on').waitFor();
    expect(await visitor.button('Use a passkey').count()).toBe(0);
    await visitor.turnOn();

    await visitor.button('Add app').waitFor();
    expect(await visitor.button('Add passkey').count()).toBe(0);
    expect(await page.getByText('open this page in a browser that has them').count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });

  it('a browser without passkeys says so, and takes a backup code', async () => {
    const visitor = await arrive();
    const { page } = visitor;
    await VirtualAuthenticator.plugIn(page);
    const [code = ''] = await turnOnByPasskey(visitor);
    await page.addInitScript(() => {
      Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
    });
    await visitor.reload();
    await visitor.signIn();
    await visitor.heading('Enter a backup code').waitFor();
    await visitor.says('This browser cannot use your passkey here.');
    await visitor.look('88-without-webauthn');

    await page.getByRole('textbox', { name: 'Backup code' }).fill(code);
    await visitor.button('Sign in').click();

    await visitor.says('To add a passkey, open this page in a browser that has them.');
    expect(await visitor.button('Add passkey').count()).toBe(0);
    await visitor.look('89-settings-without-webauthn');
    await visitor.button('Turn off').click();
    await visitor.says('This browser cannot use your passkey here.');
    expect(await visitor.button('Turn off').getAttribute('aria-disabled')).toBe('true');
    expect(await visitor.findings()).toEqual([]);
  });
});
