import { describe, expect, it } from 'vitest';
import { startAppWithPasskeys } from '../support/virtual-authenticator.js';
import { Visitor, useBrowser } from '../support/visitor.js';

const here = useBrowser(() => startAppWithPasskeys());

/** Somebody with a second factor, at the step after the password. */
async function atChallenge(): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
  await visitor.signIn();
  await visitor.heading('Enter the code from your phone').waitFor();
  return visitor;
}

/** Pastes as Firefox does: the text stands in the clipboard, and the key puts it in. */
async function paste({ page }: Visitor, text: string): Promise<void> {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await page.keyboard.press('ControlOrMeta+v');
}

describe('every screen', () => {
  it('is without a fault of axe while the factor is turned on', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.look('01-sign-in');
    await visitor.register();
    await visitor.look('02-off');
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.look('03-scan');
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.wrongCode);
    await visitor.says('That code did not work.');
    await visitor.look('04-confirm-wrong');
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.look('05-codes');
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.says('Two-factor authentication is on.');
    await visitor.look('06-on');

    expect(await visitor.findings()).toEqual([]);
  });

  it('is without a fault of axe at a sign-in, a change and a step-up', async () => {
    const visitor = await atChallenge();
    await visitor.look('10-challenge');
    await visitor.button('Use a backup code instead').click();
    await visitor.look('11-backup-code');
    await visitor.button('Use a code from your phone instead').click();
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    await visitor.button('Turn off').click();
    await visitor.look('12-turn-off');
    await visitor.button('Cancel').click();
    here.app.clock.advance({ seconds: 600 });
    await visitor.button('Download my data').click();
    await visitor.heading('Confirm that it is you').waitFor();
    await visitor.look('13-step-up');

    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a code', () => {
  it('is taken from the clipboard, with what came along', async () => {
    const visitor = await atChallenge();
    await visitor.page.getByLabel('Six-digit code').focus();
    await paste(visitor, `Your code: ${visitor.code.slice(0, 3)} ${visitor.code.slice(3)}\n`);
    await visitor.says('10 of 10 left');
    await visitor.signOut();
    await visitor.hasFocus('password');
    await visitor.page.keyboard.type(visitor.password);
    await visitor.page.keyboard.press('Enter');
    await visitor.button('Use a backup code instead').click();
    await visitor.page.getByRole('textbox', { name: 'Backup code' }).focus();
    await paste(visitor, ` 1. ${visitor.codes[0]?.replaceAll('-', '\u2011')}\n`);
    await visitor.button('Sign in').click();

    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a page', () => {
  it('that changes its language is followed', async () => {
    const visitor = await atChallenge();
    const setLanguage = (lang: string): Promise<unknown> =>
      visitor.page.evaluate((tag) => (document.documentElement.lang = tag), lang);

    await setLanguage('de');
    await visitor.heading('Code vom Telefon eingeben').waitFor();
    await setLanguage('en');

    await visitor.heading('Enter the code from your phone').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('that is read from right to left shows the key as it is typed', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    await visitor.page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.look('20-right-to-left');

    const boxes = await visitor.page
      .locator('.key code span')
      .evaluateAll((pieces) => pieces.map((piece) => piece.getBoundingClientRect().toJSON()));
    expect(boxes).toHaveLength(8);
    expect(boxes).toEqual(boxes.toSorted((one, other) => one.top - other.top || one.left - other.left));
    await visitor.page.evaluate(() => (document.documentElement.dir = 'ltr'));
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a passkey', () => {
  it.each(['NotAllowedError', 'SecurityError', 'AbortError'])(
    'is offered, and %s leads back to a button that works again',
    async (name) => {
      const visitor = await Visitor.arrive(here.browser, here.app);
      const { page } = visitor;
      expect(await page.evaluate(() => typeof PublicKeyCredential)).toBe('function');
      await visitor.register();
      await page.evaluate((error) => {
        navigator.credentials.create = () => {
          throw new DOMException('', error);
        };
      }, name);
      await visitor.button('Use a passkey').click();
      await visitor.button('Create passkey').click();
      await page.getByRole('alert').waitFor();
      await visitor.look(`30-passkey-${name}`);

      expect(await visitor.button('Create passkey').isEnabled()).toBe(true);
      await visitor.button('Cancel').click();
      await visitor.button('Turn on').waitFor();
    },
  );
});
