import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../support/rows.js';
import { Visitor, useBrowser } from './support/visitor.js';

const README = new URL('../../libs/two-factor-elements/README.md', import.meta.url);
const EXPORT = '/api/v1/account/export';

const here = useBrowser();

/** Somebody who has signed in with a code, ten minutes ago. */
async function aVisitor(): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
  await visitor.signInWithCode();
  here.app.clock.advance({ seconds: 600 });
  return visitor;
}

const DIALOG = 'Confirm that it is you';

async function downloaded(page: Page): Promise<unknown> {
  const file = await page.waitForEvent('download');
  return JSON.parse(await readFile(await file.path(), 'utf8'));
}

describe('a call that wants a fresh proof', () => {
  it('is made once more after a code, and the next one needs none', async () => {
    const visitor = await aVisitor();
    const file = downloaded(visitor.page);

    await visitor.button('Download my data').click();
    await visitor.heading(DIALOG).waitFor();
    await expect.poll(() => visitor.focused()).toBe('code');
    await visitor.look('70-step-up');
    await visitor.enter(visitor.wrongCode);
    await visitor.says('That code did not work.');
    await visitor.enter(visitor.nextCode());

    expect(await file).toMatchObject({ data: { user: { email: visitor.email } } });
    await visitor.heading(DIALOG).waitFor({ state: 'hidden' });
    const calls = visitor.requests.filter((url) => url.endsWith(EXPORT));
    expect(calls).toHaveLength(2);
    const { events } = await rowsOf(here.app.database, await visitor.userId());
    expect(events.slice(-2)).toEqual(['stepped_up failure totp wrong', 'stepped_up success totp']);

    const second = downloaded(visitor.page);
    await visitor.button('Download my data').click();
    await second;
    expect(await visitor.findings()).toEqual([]);
  });

  it('is not made when somebody turns away, by the button or by the key', async () => {
    const visitor = await aVisitor();
    const { page } = visitor;

    await visitor.button('Download my data').click();
    await visitor.heading(DIALOG).waitFor();
    await visitor.button('Cancel').click();
    await visitor.heading(DIALOG).waitFor({ state: 'hidden' });
    await visitor.says('Confirm once more that it is you.');
    await visitor.button('Download my data').click();
    await visitor.heading(DIALOG).waitFor();
    await page.keyboard.press('Escape');
    await visitor.heading(DIALOG).waitFor({ state: 'hidden' });

    expect(visitor.requests.filter((url) => url.endsWith(EXPORT))).toHaveLength(2);
    expect(await visitor.findings()).toEqual([]);
  });

  it('says what is missing when the account has no passkey and one is demanded', async () => {
    const visitor = await aVisitor();

    const raised = visitor.page.evaluate(() =>
      document.querySelector('two-factor-step-up')?.ask({ methods: ['passkey'] }),
    );
    await visitor.heading('This asks for more').waitFor();
    await visitor.look('71-step-up-lacks-a-passkey');
    await visitor.button('Close').click();

    expect(await raised).toBe(false);
    expect(await visitor.findings()).toEqual([]);
  });

  it('leads to the sign-in when the session has ended', async () => {
    const visitor = await aVisitor();
    await visitor.page.evaluate(() => {
      const stepUp = document.querySelector('two-factor-step-up');
      stepUp?.addEventListener('two-factor-signed-out', () => (document.title = 'has heard'));
    });
    await here.app.database.query('DELETE FROM sessions WHERE user_id = $1', [await visitor.userId()]);

    const raised = await visitor.page.evaluate(() => document.querySelector('two-factor-step-up')?.ask());

    expect(raised).toBe(false);
    expect(await visitor.page.title()).toBe('has heard');
  });
});

describe('the wrapper of the README', () => {
  it('asks once for two calls at once, and makes each of them once more', async () => {
    const visitor = await aVisitor();
    const { page } = visitor;
    const readme = await readFile(README, 'utf8');
    const [, recipe = ''] = /```js\n(const stepUp[\s\S]+?)```/.exec(readme) ?? [];
    const calls = page.evaluate(`(async () => {
      const { getAccessToken } = document.querySelector('two-factor-settings');
      ${recipe}
      const answers = await Promise.all([fetchWithStepUp('${EXPORT}'), fetchWithStepUp('${EXPORT}')]);
      return answers.map(({ status }) => status);
    })()`);
    await visitor.heading(DIALOG).waitFor();
    await visitor.enter(visitor.nextCode());

    expect(await calls).toEqual([200, 200]);
    expect(visitor.requests.filter((url) => url.endsWith(EXPORT))).toHaveLength(4);
    expect(visitor.requests.filter((url) => url.endsWith('/step-up'))).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });
});
