import { TwoFactorNotices } from 'nestjs-two-factor';
import type { Phone } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { Mailbox } from '../support/mailbox.js';
import { Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const OFFER = 'You signed in with a backup code';
const MINUTE = 60;
const mailbox = new Mailbox();

const here = useBrowser(() => startApp({ noticeSink: mailbox }));

/** Somebody whose phone is gone, and who has come in on paper. */
async function onPaper(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { ...options, isProtected: true });
  await signInOnPaper(visitor);
  return visitor;
}

async function signInOnPaper(visitor: Visitor): Promise<void> {
  await visitor.signIn();
  await visitor.button('Use a backup code instead').click();
  await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(visitor.codes[0] ?? '');
  await visitor.button('Sign in').click();
  await visitor.says(OFFER);
}

/** From the QR code to the overview. @returns the phone that was there before */
async function scanNew(visitor: Visitor): Promise<Phone | undefined> {
  const old = visitor.phone;
  await visitor.heading('Scan with your new phone').waitFor();
  await visitor.scan();
  await visitor.button('Next').click();
  await visitor.enter(visitor.code);
  await visitor.proveSaved(await visitor.shownCodes());
  await visitor.says('Your new phone is set up.');
  return old;
}

describe('a sign-in by a backup code', () => {
  it('leads to a new phone without a second code, and the old one is refused', async () => {
    const visitor = await onPaper();
    const until = here.app.clock.now().getTime() + 15 * MINUTE * 1000;
    const inBerlin = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
    await visitor.says(`No second code is needed until ${inBerlin.format(until)}.`);
    expect(await visitor.button('Replace phone').count()).toBe(0);
    await visitor.look('80-recovery');

    await visitor.button('Replace lost phone').click();
    const old = await scanNew(visitor);

    expect(await visitor.page.getByText(OFFER).count()).toBe(0);
    await visitor.says('10 of 10 left');
    await visitor.signOut();
    here.app.clock.advance({ seconds: 30 });
    await visitor.signIn();
    await visitor.enter(old?.code() ?? '');
    await visitor.says('That code did not work.');
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    expect(await visitor.page.getByText(OFFER).count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks which one is lost when there are several', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    await visitor.signInWithCode();
    const first = visitor.phone;
    await visitor.button('Add app').click();
    await visitor.page.getByLabel('Name').fill('Tablet');
    await visitor.button('Continue').click();
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await visitor.heading('Tablet').waitFor();
    await visitor.signOut();
    await signInOnPaper(visitor);

    await visitor.button('Replace lost phone').click();
    await visitor.heading('Which one do you replace?').waitFor();
    await visitor.button('Tablet').click();
    const tablet = await scanNew(visitor);

    await visitor.signOut();
    here.app.clock.advance({ seconds: 30 });
    await visitor.signIn();
    await visitor.enter(tablet?.code() ?? '');
    await visitor.says('That code did not work.');
    await visitor.enter(first?.code() ?? '');
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is enough for a while; after that the new phone takes a proof like any other', async () => {
    const visitor = await onPaper();
    here.app.clock.advance({ seconds: 14 * MINUTE + 50 });
    await visitor.button('Replace lost phone').click();
    await visitor.heading('Scan with your new phone').waitFor();
    await visitor.button('Cancel').click();
    await visitor.says(OFFER);
    here.app.clock.advance({ seconds: 11 });

    await visitor.button('Replace lost phone').click();

    await visitor.heading('Replace your phone').waitFor();
    expect(await visitor.focused()).toBe('code');
    await visitor.button('Cancel').click();
    await visitor.says('9 of 10 left');
    expect(await visitor.page.getByText(OFFER).count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });

  it('says it in German too', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true, locale: 'de-DE' });
    await visitor.page.getByLabel('E-Mail-Adresse').fill(visitor.email);
    await visitor.page.getByLabel('Passwort', { exact: true }).fill(visitor.password);
    await visitor.button('Anmelden').click();
    await visitor.button(/Ersatzcode/).click();
    await visitor.page.getByRole('textbox', { name: 'Ersatzcode' }).fill(visitor.codes[0] ?? '');
    await visitor.button('Anmelden').click();

    await visitor.says('Sie haben sich mit einem Ersatzcode angemeldet');
    await visitor.look('81-recovery-german');

    expect(await visitor.findings()).toEqual([]);
  });
});

describe('after a panic', () => {
  it('the settings say until when nothing can be changed, at each change', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    await here.app.nest.get(TwoFactorNotices, { strict: false }).deliver();
    const token = mailbox.panicTokenOf(await visitor.userId());
    await call(here.app.url, '/api/v1/auth/2fa/panic', { body: { token } });
    await signInOnPaper(visitor);
    const frozen =
      /nothing can be changed until \d+ \w+ \d{4}(,| at) \d\d:\d\d\. You can sign in as before\./;

    await visitor.button('Replace lost phone').click();
    await visitor.says(frozen);
    await visitor.look('82-frozen');
    await visitor.button('New codes').click();
    await visitor.enter(visitor.nextCode());
    await visitor.says(frozen);
    await visitor.look('83-frozen-form');

    expect(await visitor.findings()).toEqual([]);
  });
});
