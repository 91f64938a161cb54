import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { aClerk } from '../../support/clerks.js';
import { aUser } from '../../support/people.js';
import { turnOnByKeyboard } from '../support/by-keyboard.js';
import { Visitor, useBrowser } from '../support/visitor.js';

const here = useBrowser();

/** Up to the sign-in form, with the e-mail address in it and the focus on the password. */
async function signOut(visitor: Visitor): Promise<void> {
  await visitor.press('Sign out', 'Shift+Tab');
  await visitor.hasFocus('password');
}

async function typePassword({ page, password }: Visitor): Promise<void> {
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

async function signIn(visitor: Visitor): Promise<void> {
  await visitor.type('email', visitor.email);
  await visitor.tabTo('password');
  await typePassword(visitor);
}

const typeCode = ({ page }: Visitor, code: string): Promise<void> => page.keyboard.type(code);

/** Somebody who has a second factor, at the settings. */
async function atSettings(): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
  await signIn(visitor);
  await visitor.hasFocus('code');
  await typeCode(visitor, visitor.code);
  await visitor.says('10 of 10 left');
  return visitor;
}

/** Tabs to the field of this label, if the focus is not there yet. */
async function tabToField(page: Page, label: string): Promise<void> {
  const field = page.getByLabel(label);
  for (let tabs = 0; !(await field.evaluate((one) => one.matches(':focus'))); tabs += 1) {
    expect(tabs).toBeLessThan(40);
    await page.keyboard.press('Tab');
  }
}

describe('the keyboard alone', () => {
  it('turns it on, and signs in with a code and with a backup code', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    const { keyboard } = visitor.page;
    const codes = await turnOnByKeyboard(visitor);

    await signOut(visitor);
    await typePassword(visitor);
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.wrongCode);
    await visitor.says('That code did not work.');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.nextCode());
    await visitor.says('10 of 10 left');
    await signOut(visitor);
    await typePassword(visitor);
    await visitor.hasFocus('code');
    await visitor.press('Use a backup code instead');
    await visitor.hasFocus('backup-code');
    await keyboard.type(codes[0] ?? '');
    await keyboard.press('Enter');

    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('adds an app, draws new codes that are on paper, and turns it off', async () => {
    const visitor = await atSettings();
    const { keyboard } = visitor.page;
    const first = visitor.phone;
    await visitor.press('Add app');
    await visitor.hasFocus('name');
    await visitor.press('Cancel');
    await visitor.hasFocus('Two-factor authentication');
    await visitor.press('Add app');
    await visitor.hasFocus('name');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type('Tablet');
    await keyboard.press('Enter');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.nextCode());
    await visitor.hasFocus('Scan with your authenticator app');
    await visitor.scan();
    await visitor.press('Next');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.code);
    await visitor.heading('Tablet').waitFor();
    visitor.phone = first;

    await visitor.press('New codes');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.nextCode());
    await visitor.hasFocus('Save your backup codes');
    await tabToField(visitor.page, 'I have printed them, or put them away elsewhere');
    await keyboard.press('Space');
    await visitor.press('Done');
    await visitor.hasFocus('Two-factor authentication');
    await visitor.press('Turn off');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.nextCode());

    await visitor.says('Two-factor authentication is off.');
    await visitor.hasFocus('Two-factor authentication');
    expect(await visitor.findings()).toEqual([]);
  });

  it('hears of a lock before a code is typed, and takes a backup code', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
    const { page } = visitor;
    await signIn(visitor);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await visitor.hasFocus('code');
      const answer = page.waitForResponse((response) => response.url().endsWith('/verify'));
      await typeCode(visitor, visitor.wrongCode);
      await answer;
      await visitor.says('That code did not work.');
    }
    await visitor.press('Use another account');
    await visitor.hasFocus('password');
    await typePassword(visitor);
    await page.getByRole('timer').waitFor();
    await visitor.press('Use a backup code instead');
    await visitor.hasFocus('backup-code');
    await page.keyboard.type(visitor.codes[0] ?? '');
    await page.keyboard.press('Enter');

    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('turns away from a step-up by Escape, and goes through the next one', async () => {
    const visitor = await atSettings();
    here.app.clock.advance({ seconds: 600 });
    const heading = visitor.heading('Confirm that it is you');
    await visitor.press('Download my data');
    await heading.waitFor();
    await visitor.hasFocus('code');
    await visitor.page.keyboard.press('Escape');
    await heading.waitFor({ state: 'hidden' });
    await visitor.hasFocus('Download my data');

    const exported = visitor.page.waitForResponse(
      (response) => response.url().endsWith('/account/export') && response.ok(),
    );
    await visitor.page.keyboard.press('Enter');
    await visitor.hasFocus('code');
    await typeCode(visitor, visitor.nextCode());
    await heading.waitFor({ state: 'hidden' });

    await exported;
    await visitor.hasFocus('Download my data');
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks the desk for a reset', async () => {
    const { email } = await (await aUser(here.app)).withTwoFactor();
    const clerk = await aClerk(here.app);
    const desk = await Visitor.arrive(here.browser, here.app, { email: clerk.email, hasOwnWindow: true });
    desk.phone = clerk.phone;
    await desk.page.goto(`${here.app.url}/support/`);
    await signIn(desk);
    await desk.hasFocus('code');
    await typeCode(desk, desk.nextCode());
    await desk.heading('Support desk').waitFor();
    await tabToField(desk.page, 'E-mail address');
    await desk.page.keyboard.type(email);
    await desk.page.keyboard.press('Enter');
    await desk.heading(email).waitFor();
    await desk.press('Ask for a reset');
    await tabToField(desk.page, 'Reason');
    await desk.page.keyboard.type('Ticket 4711, identity shown by video');
    await desk.page.keyboard.press('Enter');
    await desk.says('Waits for approval');
    expect(desk.faults).toEqual([]);
  });

  it('fills in the form for a code of support', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app, { hasOwnWindow: true, isProtected: true });
    await visitor.press('I have a code from support');
    await visitor.heading('Use a code from support').waitFor();
    await visitor.press('Continue');
    await visitor.hasFocus('email');
    await visitor.page.keyboard.type(visitor.email);
    await visitor.type('password', visitor.password);
    await visitor.type('reset-code', 'AAAAA-AAAAA-AAAAA');
    await visitor.page.keyboard.press('Enter');
    await visitor.says('That code did not work: it may be mistyped, too early, or no longer valid.');
    await visitor.hasFocus('reset-code');
    expect(visitor.faults).toEqual([]);
  });
});
