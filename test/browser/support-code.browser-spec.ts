import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { aClerk } from '../support/clerks.js';
import { rowsOf } from '../support/rows.js';
import { Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const DAY = 86_400;
const LINK = 'I have a code from support';
const reason = 'Ticket 4711, identity shown by video';

const here = useBrowser();

/** Asked for by one of the desk, and approved by another one on the page. @returns the code that the page shows */
async function codeOfTheDesk(userId: string): Promise<string> {
  const [clerk, boss] = [await aClerk(here.app), await aClerk(here.app)];
  await clerk.post('/admin/2fa/resets', { userId, reason });
  const desk = await Visitor.arrive(here.browser, here.app, { email: boss.email, hasOwnWindow: true });
  desk.phone = boss.phone;
  await desk.page.goto(`${here.app.url}/support/`);
  await desk.signIn();
  await desk.heading('Enter the code from your phone').waitFor();
  await desk.enter(desk.nextCode());
  await desk.heading('Support desk').waitFor();
  await desk.page.getByRole('listitem').filter({ hasText: userId }).getByText('Approve').click();
  await desk.page.getByLabel('Reason').fill(reason);
  await desk.button('Approve the reset').click();
  await desk.heading('The code for the user').waitFor();
  return desk.page.locator('#code .code').innerText();
}

interface Lost {
  readonly visitor: Visitor;
  readonly resetCode: string;
}

/** Somebody who has lost everything, with the code of a reset that has waited long enough. */
async function aLostOne(options: VisitorOptions = {}): Promise<Lost> {
  const visitor = await Visitor.arrive(here.browser, here.app, { ...options, isProtected: true });
  const resetCode = await codeOfTheDesk(await visitor.userId());
  here.app.clock.advance({ seconds: DAY });
  return { visitor, resetCode };
}

async function fillIn(page: Page, visitor: Visitor, resetCode: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(visitor.email);
  await page.getByLabel('Password', { exact: true }).fill(visitor.password);
  await page.getByLabel('Code from support').fill(resetCode);
  await visitor.button('Continue').click();
}

describe('somebody who has lost everything', () => {
  it('goes from the desk’s code to a new phone, and the old one and the paper are refused', async () => {
    const { visitor, resetCode } = await aLostOne();
    const { page } = visitor;
    const [old, paper] = [visitor.phone, visitor.codes[0] ?? ''];
    await visitor.signIn();
    await visitor.heading('Enter the code from your phone').waitFor();
    await visitor.look('88-challenge-help');
    await page.getByRole('link', { name: LINK }).click();
    await visitor.heading('Use a code from support').waitFor();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(visitor.email);
    await visitor.look('89-recovery-form');

    await fillIn(page, visitor, resetCode.toLowerCase().replaceAll('-', ' '));
    await visitor.heading('Set up a new second step').waitFor();
    await visitor.says('the old phone, passkeys and backup codes stop working');
    await visitor.look('90-recovery-enrolment');
    await visitor.button('Use an authenticator app').click();
    await visitor.heading('Scan with your new phone').waitFor();
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await visitor.proveSaved(await visitor.shownCodes());

    await visitor.says('10 of 10 left');
    const { events } = await rowsOf(here.app.database, await visitor.userId());
    expect(events).toEqual(
      expect.arrayContaining(['reset_used success reset_code', 'replaced success totp']),
    );
    await visitor.signOut();
    here.app.clock.advance({ seconds: 30 });
    await visitor.signIn();
    await visitor.enter(old?.code() ?? '');
    await visitor.says('That code did not work.');
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).fill(paper);
    await visitor.button('Sign in').click();
    await visitor.says('That code did not work.');
    await visitor.button(/Use a code from your phone/).click();
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is told what is missing or wrong, each at its field', async () => {
    const { visitor, resetCode } = await aLostOne();
    const { page } = visitor;
    await page.getByRole('link', { name: LINK }).click();
    await visitor.heading('Use a code from support').waitFor();

    await visitor.button('Continue').click();
    await visitor.says('Enter an e-mail address');
    expect(await visitor.focused()).toBe('email');
    await fillIn(page, visitor, 'A1B2C');
    await visitor.says('The code has three groups of five letters and digits.');
    expect(await visitor.focused()).toBe('reset-code');
    await fillIn(page, visitor, 'AAAAA-AAAAA-AAAAA');
    await visitor.says('That code did not work: it may be mistyped, too early, or no longer valid.');
    expect(await visitor.focused()).toBe('reset-code');
    await visitor.look('91-recovery-refused');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByLabel('Code from support').fill(resetCode);
    await visitor.button('Continue').click();
    await visitor.says('E-mail or password is not right.');
    expect(await visitor.focused()).toBe('password');

    await page.getByRole('link', { name: 'Back to sign-in' }).click();
    await visitor.heading('Sign in').waitFor();
    expect(visitor.faults).toEqual([]);
  });

  it('comes back to the code when what it has opened is over', async () => {
    const { visitor, resetCode } = await aLostOne();
    const { page } = visitor;
    await page.goto(`${here.app.url}/#recovery`);
    await fillIn(page, visitor, resetCode);
    await visitor.heading('Set up a new second step').waitFor();
    here.app.clock.advance({ seconds: DAY });

    await visitor.button('Use an authenticator app').click();
    await visitor.button('Back to password').click();
    await visitor.heading('Sign in').waitFor();
    await page.getByRole('link', { name: LINK }).click();

    await visitor.heading('Use a code from support').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('reads it in German too', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true, locale: 'de-DE' });

    await visitor.page.getByRole('link', { name: 'Ich habe einen Code vom Support' }).click();

    await visitor.heading('Mit einem Code vom Support').waitFor();
    await visitor.look('92-recovery-form-german');
    expect(visitor.faults).toEqual([]);
  });
});
