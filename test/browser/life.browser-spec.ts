import { describe, expect, it } from 'vitest';
import { Visitor, useBrowser } from './support/visitor.js';

const here = useBrowser();

describe('the whole life of a second factor on the screen', () => {
  it('is turned on, used, lost, replaced and turned off', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { email: 'ann@example.com' });
    const { page } = visitor;
    await visitor.look('01-sign-in');
    await page.getByRole('link', { name: 'Create one' }).click();
    await visitor.look('02-register');

    // Turning it on.
    await visitor.register();
    await visitor.look('03-off');
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.look('04-scan');
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.look('05-confirm');
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.look('06-codes');
    const codes = await visitor.shownCodes();
    expect(codes).toHaveLength(10);
    expect(await visitor.button('Done').isDisabled()).toBe(true);
    await page.getByLabel('Last five characters of any one code').fill(codes[3]?.slice(-5) ?? '');
    await visitor.look('07-codes-proved');
    await visitor.button('Done').click();
    await visitor.says('Two-factor authentication is on.');
    await visitor.look('08-on');

    // Signing in with a code, pasted with a space.
    await visitor.signOut();
    await visitor.signIn();
    await visitor.heading('Enter the code from your phone').waitFor();
    await visitor.look('09-challenge');
    const code = visitor.nextCode();
    await page.getByLabel('Six-digit code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await visitor.says('10 of 10 left');

    // Losing the phone: a backup code signs in, and that is enough to replace the phone.
    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Use a backup code instead').click();
    await visitor.look('10-challenge-backup');
    await page
      .getByRole('textbox', { name: 'Backup code' })
      .fill((codes[0] ?? '').toLowerCase().replaceAll('-', ' '));
    await visitor.button('Sign in').click();
    await visitor.says('9 of 10 left');
    await visitor.look('11-recovery');
    await visitor.button('Replace lost phone').click();
    await visitor.heading('Scan with your new phone').waitFor();
    await visitor.look('12-scan-new');
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    const newCodes = await visitor.shownCodes();
    expect(newCodes.filter((one) => codes.includes(one))).toEqual([]);
    await visitor.proveSaved(newCodes);
    await visitor.says('Your new phone is set up.');
    await visitor.look('13-replaced');

    // New codes, and off.
    await visitor.button('New codes').click();
    await visitor.look('14-new-codes');
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.says('Your new backup codes are ready.');
    await visitor.button('Turn off').click();
    await visitor.look('15-turn-off');
    await visitor.enter(visitor.nextCode());
    await visitor.says('Two-factor authentication is off.');
    await visitor.look('16-off-again');

    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Turn on').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('the events that carry tokens', () => {
  it('are heard at their element, and nowhere else in the page', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    const { page } = visitor;
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      for (const place of [window, document, document.body, ...document.querySelectorAll('account-page')]) {
        for (const type of ['two-factor-enabled', 'two-factor-verified']) {
          place.addEventListener(type, () => heard.push(type));
        }
      }
    });
    await visitor.register();

    await visitor.turnOn();
    await visitor.signOut();
    // The page has heard both: without the first one's tokens there would have been nobody to sign out.
    await visitor.signInWithCode();

    expect(await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)).toEqual([]);
    expect(await visitor.findings()).toEqual([]);
  });
});
