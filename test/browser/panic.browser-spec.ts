import { TwoFactorNotices } from 'nestjs-two-factor';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { Mailbox } from '../support/mailbox.js';
import { type Person, aUser } from '../support/people.js';
import { rowsOf } from '../support/rows.js';
import { SMALL, Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const TITLE = 'Was this not you?';
const DONE = 'Done. If the link was good, everybody is signed out by now.';
const mailbox = new Mailbox();

const here = useBrowser(() => startApp({ noticeSink: mailbox }));

/** Somebody whose second factor was turned on just now, and the token of the notice that tells so. */
async function aToldOne(): Promise<{ readonly ann: Person; readonly token: string }> {
  const ann = await (await aUser(here.app)).withTwoFactor();
  await here.app.nest.get(TwoFactorNotices, { strict: false }).deliver();
  return { ann, token: mailbox.panicTokenOf(ann.id) };
}

/** Follows the link of a notice. */
async function follow(token: string, options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, options);
  visitor.requests.length = 0;
  await visitor.page.goto('about:blank');
  await visitor.page.goto(`${here.app.url}/panic.html#${token}`);
  await visitor.page.getByRole('heading').waitFor();
  return visitor;
}

const panics = ({ requests }: Visitor): readonly string[] =>
  requests.filter((url) => url.endsWith('/auth/2fa/panic'));

async function whatIsLeft({ id }: Person): Promise<{ readonly sessions: number; readonly panics: number }> {
  const { sessions, events } = await rowsOf(here.app.database, id);
  return {
    sessions: sessions.length,
    panics: events.filter((event) => event.startsWith('panicked')).length,
  };
}

describe('the page behind the link of a notice', () => {
  it('does nothing by being opened, and keeps the token in no address', async () => {
    const { ann, token } = await aToldOne();

    const visitor = await follow(token);

    await visitor.heading(TITLE).waitFor();
    await visitor.page.waitForLoadState('networkidle');
    expect(panics(visitor)).toEqual([]);
    expect(await whatIsLeft(ann)).toEqual({ sessions: 1, panics: 0 });
    expect(visitor.page.url()).toBe(`${here.app.url}/panic.html`);
    await visitor.look('84-panic');
    await visitor.page.setViewportSize(SMALL);
    expect((await visitor.page.locator('main').boundingBox())?.x).toBeGreaterThanOrEqual(16);
    expect(visitor.faults).toEqual([]);
  });

  it('ends everything by one click', async () => {
    const { ann, token } = await aToldOne();
    const visitor = await follow(token);

    await visitor.button('Stop everything').click();

    await visitor.says(DONE);
    expect(await visitor.focused()).toBe(TITLE);
    await visitor.look('85-panic-done');
    expect(panics(visitor)).toHaveLength(1);
    expect(await whatIsLeft(ann)).toEqual({ sessions: 0, panics: 1 });
    expect((await ann.call('/auth/me')).status).toBe(401);
    expect(visitor.requests.filter((url) => url.includes(token))).toEqual([]);
    await visitor.page.getByRole('link', { name: 'Sign in' }).click();
    await visitor.heading('Sign in').waitFor();
    expect(visitor.faults).toEqual([]);
  });

  it('says the same to a link that was used, and to one that never was', async () => {
    const { ann, token } = await aToldOne();
    const said: string[] = [];
    for (const link of [token, token, 'no.token', '']) {
      const visitor = await follow(link);
      await visitor.button('Stop everything').click();
      await visitor.says(DONE);
      said.push(await visitor.page.locator('main').innerText());
      expect(visitor.faults).toEqual([]);
    }

    expect(new Set(said).size).toBe(1);
    expect(await whatIsLeft(ann)).toEqual({ sessions: 0, panics: 1 });
  });

  it('takes the link of another notice in the same tab for what it is', async () => {
    const [ann, bob] = [await aToldOne(), await aToldOne()];
    const visitor = await follow(ann.token);
    await visitor.button('Stop everything').click();
    await visitor.says(DONE);

    await visitor.page.goto(`${here.app.url}/panic.html#${bob.token}`);
    await visitor.button('Stop everything').click();
    await visitor.says(DONE);

    expect(await whatIsLeft(bob.ann)).toEqual({ sessions: 0, panics: 1 });
  });

  it('says when it did not work, and works with the next click', async () => {
    const { ann, token } = await aToldOne();
    const visitor = await follow(token);
    await visitor.page.context().setOffline(true);

    await visitor.button('Stop everything').click();
    await visitor.says('That did not work. Try again in a moment.');
    await visitor.page.context().setOffline(false);
    await visitor.button('Stop everything').click();

    await visitor.says(DONE);
    expect(await whatIsLeft(ann)).toEqual({ sessions: 0, panics: 1 });
  });

  it('says it in German, on a small phone', async () => {
    const { ann, token } = await aToldOne();
    const visitor = await follow(token, { locale: 'de-DE', viewport: SMALL, isPhone: true });

    await visitor.heading('Waren Sie das nicht?').waitFor();
    await visitor.look('86-panic-german');
    await visitor.button('Alles anhalten').tap();

    await visitor.says('Erledigt. War der Link gültig, sind jetzt alle abgemeldet.');
    await visitor.look('87-panic-german-done');
    expect(await visitor.page.locator('html').getAttribute('lang')).toBe('de');
    expect(await whatIsLeft(ann)).toEqual({ sessions: 0, panics: 1 });
    expect(visitor.faults).toEqual([]);
  });
});
