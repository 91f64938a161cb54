import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Visitor, useBrowser } from './support/visitor.js';

const here = useBrowser();

/** Puts an element of the page into a slot. */
async function fill(element: Locator, slot: string, text: string): Promise<void> {
  await element.evaluate(
    (host, [name, words]) => {
      const own = Object.assign(document.createElement('span'), { textContent: words });
      own.slot = name;
      host.append(own);
    },
    [slot, text] as const,
  );
}

/** As Chromium tells it to a screen reader: Playwright looks at the tag alone. */
async function levelOf(page: Page, name: string): Promise<unknown> {
  await page.getByRole('heading', { name, exact: true }).waitFor();
  const debug = await page.context().newCDPSession(page);
  const { nodes } = await debug.send('Accessibility.getFullAXTree');
  await debug.detach();
  const heading = nodes.find((node) => node.role?.value === 'heading' && node.name?.value === name);
  return heading?.properties?.find((property) => property.name === 'level')?.value.value;
}

describe('the headings', () => {
  it('stand where the page says, those below one level deeper, and where they did when it takes that back', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    await visitor.register();
    const { page } = visitor;
    const settings = page.locator('two-factor-settings');
    const levels = [await levelOf(page, 'Two-factor authentication'), await levelOf(page, 'Recent activity')];

    await settings.evaluate((element) => element.setAttribute('heading-level', '4'));
    levels.push(await levelOf(page, 'Two-factor authentication'), await levelOf(page, 'Recent activity'));
    await visitor.toConfirm();
    levels.push(await levelOf(page, 'Enter the code from your app'));
    await settings.evaluate((element) => element.setAttribute('heading-level', 'seven'));
    levels.push(await levelOf(page, 'Enter the code from your app'));

    expect(levels).toEqual([2, 3, 4, 5, 4, 2]);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe("the page's own words", () => {
  it('stand in place of the title, and below each form that asks for a proof', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    const { page } = visitor;
    await visitor.signIn();
    const challenge = page.locator('two-factor-challenge');
    await visitor.heading('Enter the code from your phone').waitFor();
    await fill(challenge, 'title', 'Sign in to Acme');
    await visitor.heading('Sign in to Acme').waitFor();
    await visitor.enter(visitor.code);
    await visitor.heading('Two-factor authentication').waitFor();
    const settings = page.locator('two-factor-settings');
    await fill(settings, 'title', 'Your second step');
    await fill(settings, 'help', 'Lost everything?');

    await visitor.heading('Your second step').waitFor();
    expect(await page.getByText('Lost everything?').isVisible()).toBe(false);
    await visitor.button('New codes').click();
    await visitor.heading('Get new backup codes').waitFor();

    expect(await page.getByText('Lost everything?').isVisible()).toBe(true);
    expect(await visitor.findings()).toEqual([]);
  });

  it('stand in the rows, with its icons', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    const { page } = visitor;
    await visitor.signIn();
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    const icon = page.locator('two-factor-settings').locator('.icon').first();
    expect(await icon.isVisible()).toBe(false);

    await page.locator('two-factor-settings').evaluate((element) => {
      Object.assign(element, { texts: { settings: { backupCodes: 'Codes on paper' } } });
      // The policy of the page takes no style from elsewhere.
      const own = new CSSStyleSheet();
      own.replaceSync(`
        two-factor-settings::part(icon) { display: block; width: 24px; height: 24px; background: teal; }
        two-factor-settings::part(row-title) { color: rgb(0, 90, 90); }`);
      document.adoptedStyleSheets.push(own);
    });

    const title = page.getByRole('heading', { name: 'Codes on paper' });
    await title.waitFor();
    expect((await icon.boundingBox())?.width).toBe(24);
    expect(await title.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(0, 90, 90)');
    expect(await visitor.findings()).toEqual([]);
  });
});
