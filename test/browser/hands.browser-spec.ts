import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { turnOnByKeyboard } from './support/by-keyboard.js';
import { turnOnInForcedColours } from './support/forced-colours.js';
import { SMALL, Visitor, useBrowser } from './support/visitor.js';

const here = useBrowser();

describe('the keyboard alone', () => {
  it('turns it on, signs in and turns it off', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    const { keyboard } = visitor.page;
    await turnOnByKeyboard(visitor);

    // The heading has the focus; the button that signs out stands before it.
    await visitor.tabTo('Sign out');
    await keyboard.press('Enter');
    await visitor.hasFocus('password');
    await keyboard.type(visitor.password);
    await keyboard.press('Enter');
    await visitor.hasFocus('code');
    await keyboard.type(visitor.nextCode());
    await visitor.says('10 of 10 left');
    await visitor.tabTo('Turn off');
    await keyboard.press('Enter');
    await visitor.hasFocus('code');
    await keyboard.type(visitor.nextCode());

    await visitor.says('Two-factor authentication is off.');
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('saving the codes', () => {
  it('copies, downloads and prints them with service, account, date and set', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { hasOwnWindow: true });
    const { page, context } = visitor;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await context.addInitScript(() => {
      window.print = function print(this: Window): void {
        // The frame that is printed, for the test to read.
        Object.assign(top ?? window, { printed: this.document.body.textContent });
      };
    });
    await page.reload();
    await visitor.register();
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();
    await visitor.button('Copy key').click();
    await visitor.button('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^[A-Z2-7]{32}$/);
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    const codes = await visitor.shownCodes();

    const [download] = await Promise.all([page.waitForEvent('download'), visitor.button('Download').click()]);
    const file = await readFile(await download.path(), 'utf8');
    await visitor.button('Copy').click();
    await visitor.button('Copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    await visitor.button('Print').click();
    const printed = await page.evaluate(() => (globalThis as unknown as { printed: string }).printed);

    expect(download.suggestedFilename()).toBe('backup-codes-nestjs-two-factor-2026-01-01.txt');
    for (const text of [file, copied, printed]) {
      expect(codes.filter((code) => !text.includes(code))).toEqual([]);
      expect(text).toContain('Service: nestjs-two-factor');
      expect(text).toContain(`Account: ${visitor.email}`);
      expect(text).toMatch(/Set: 10 codes of 1 Jan 2026, \d\d:\d\d; earlier ones no longer work/);
    }
    expect(await visitor.findings()).toEqual([]);
  });

  it('shows for a moment that the key was copied, and says so when it was not', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { hasOwnClock: true });
    const { page, context } = visitor;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.register();
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();

    await visitor.button('Copy key').click();
    await visitor.button('Copied').waitFor();
    await page.clock.runFor(2_000);
    await visitor.button('Copy key').waitFor();
    // As without HTTPS.
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await visitor.button('Copy key').click();

    await page.getByRole('alert').getByText('Could not copy.').waitFor();
    await visitor.look('56-copy-failed');
    expect(await visitor.findings()).toEqual([]);
  });

  it('opens "Done" for the end of any code, however it is typed, and for nothing else', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    const codes = await visitor.toCodes();
    const field = visitor.page.getByLabel('Last five characters of any one code');
    const done = visitor.button('Done');

    for (const [typed, isOpen] of [
      ['UUUUU', false],
      [codes[0]?.slice(0, 5) ?? '', false],
      [codes[0]?.slice(-4) ?? '', false],
      [` ${codes[0]?.slice(-5).toLowerCase()}`, true],
      [codes[9] ?? '', true],
    ] as const) {
      await field.fill(typed);
      expect([typed, await done.isEnabled()]).toEqual([typed, isOpen]);
    }
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('codes on paper', () => {
  it('open "Done" by saying so, beside what it costs, as long as that is said', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    await visitor.toCodes();
    const said = visitor.page.getByLabel('I have printed them, or put them away elsewhere');
    const done = visitor.button('Done');
    expect([await said.isChecked(), await done.isEnabled()]).toEqual([false, false]);
    await visitor.says('If they are gone when your phone or passkey is, you cannot sign in any more.');

    await said.check();
    expect(await done.isEnabled()).toBe(true);
    await visitor.look('48-codes-on-paper');
    await said.uncheck();
    expect(await done.isEnabled()).toBe(false);
    await said.press('Space');
    await done.click();

    await visitor.says('Two-factor authentication is on.');
    expect(await visitor.page.getByText('Your backup codes may not be saved').count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('the looks', () => {
  it('let "Turn off" stay red under the mouse, in line with what is above it', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    await visitor.signInWithCode();
    const button = visitor.button('Turn off');
    const colour = (): Promise<string> => button.evaluate((element) => getComputedStyle(element).color);
    const left = (selector: string): Promise<number> =>
      visitor.page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const text = document.createRange();
          text.selectNodeContents(element);
          return text.getBoundingClientRect().left;
        });
    const before = await colour();

    await button.hover();
    await button.evaluate((element) => Promise.all(element.getAnimations().map((one) => one.finished)));

    expect(await colour()).toBe(before);
    expect(await left('button.turn-off')).toBe(await left('two-factor-settings h2'));
    expect(await visitor.findings()).toEqual([]);
  });

  it('tell the present step, a failure and the codes left apart where the visitor chooses the colours', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { hasOwnWindow: true });
    const { page } = visitor;
    await page.emulateMedia({ forcedColors: 'active' });

    // No axe: here Chromium tells it a colour of ours that nobody sees.
    await turnOnInForcedColours(visitor, (state) => visitor.picture(state));

    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a phone', () => {
  it('opens the authenticator on the phone itself', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { viewport: SMALL, isPhone: true });
    await visitor.register();
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();

    const link = visitor.page.getByRole('link', { name: 'Open authenticator app' });
    await link.scrollIntoViewIfNeeded();
    // Not of the full page: for that, Chromium takes the phone for a desk.
    await visitor.picture('50-phone.light.360', { fullPage: false });

    expect(await link.isVisible()).toBe(true);
    expect(await link.getAttribute('href')).toBe(visitor.phone?.keyUri);
    expect(await visitor.findings()).toEqual([]);
  });

  it('shows no such button where there is a mouse, and a QR code of at least 200 pixels', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    await visitor.button('Turn on').click();
    const picture = await visitor.page.getByRole('img', { name: /QR/ }).boundingBox();

    expect(picture?.width).toBeGreaterThanOrEqual(200);
    expect(await visitor.page.getByRole('link', { name: 'Open authenticator app' }).isVisible()).toBe(false);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a page that is read from right to left', () => {
  /** Whether each piece stands to the right of the one before it, or in a later line. */
  const areInOrder = async (visitor: Visitor, selector: string): Promise<boolean> =>
    visitor.page.locator(selector).evaluateAll((pieces) => {
      const boxes = pieces.map((piece) => piece.getBoundingClientRect());
      return (
        boxes.length > 1 &&
        boxes.every((box, index) => {
          const before = boxes[index - 1];
          return before === undefined || box.top > before.top || box.left > before.left;
        })
      );
    });

  it('shows the key in the order in which it is typed', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    await visitor.page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();

    expect(await areInOrder(visitor, '.key code span')).toBe(true);
    await visitor.look('55-right-to-left-scan');
    expect(await visitor.findings()).toEqual([]);
  });

  it('shows a backup code of digits only in the order in which it is typed, and takes codes so', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    await visitor.page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await visitor.toConfirm();
    const directionOf = (selector: string): Promise<string> =>
      visitor.page.locator(selector).evaluate((field) => getComputedStyle(field).direction);
    expect(await directionOf('#code')).toBe('ltr');
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();

    // One in 40 million, so it is made.
    await visitor.page
      .locator('.codes code')
      .first()
      .evaluate((code) => {
        const group = (digits: string): HTMLElement =>
          Object.assign(document.createElement('i'), { textContent: digits });
        code.replaceChildren(group('12345'), '-', group('67890'), '-', group('24680'));
      });
    expect(await areInOrder(visitor, '.codes code i')).toBe(true);
    expect(await directionOf('#tail')).toBe('ltr');
  });
});

describe('another language', () => {
  it('is German for a German browser', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { locale: 'de-AT' });
    const { page } = visitor;
    await page.goto(`${here.app.url}/#register`);
    await page.getByLabel('E-Mail-Adresse').fill(visitor.email);
    await page.getByLabel('Passwort', { exact: true }).fill(visitor.password);
    await visitor.button('Konto anlegen').click();
    await visitor.button('Einschalten').click();
    await visitor.heading('Mit Ihrer Authenticator-App scannen').waitFor();
    await visitor.look('51-german-scan');
    await visitor.scan();
    await visitor.button('Weiter').click();
    await page.getByLabel('Sechsstelliger Code').fill(visitor.wrongCode);
    await visitor.says('Dieser Code hat nicht funktioniert.');
    await visitor.look('52-german-wrong');
    await page.getByLabel('Sechsstelliger Code').fill(visitor.code);
    await visitor.heading('Ersatzcodes sichern').waitFor();
    await visitor.look('53-german-codes');
    const codes = await page
      .getByRole('list', { name: 'Ersatzcodes' })
      .getByRole('listitem')
      .allTextContents();
    await page.getByLabel('Die letzten fünf Zeichen').fill(codes[0]?.slice(-5) ?? '');
    await visitor.button('Fertig').click();
    await visitor.says('Die Zwei-Faktor-Anmeldung ist eingeschaltet.');
    await visitor.look('54-german-on');

    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
    expect(await visitor.findings()).toEqual([]);
  });
});
