import { Phone } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import { Visitor, useBrowser } from './support/visitor.js';

const here = useBrowser();

const APPS = 'SELECT name FROM two_factor_secrets WHERE user_id = $1 ORDER BY name';

/** Somebody who has turned it on by phone, at the settings. */
async function atSettings(): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { isProtected: true });
  await visitor.signInWithCode();
  return visitor;
}

/** Adds a second app. @returns the phone it is on; the visitor keeps the first one */
async function addApp(visitor: Visitor, name: string): Promise<Phone> {
  const first = visitor.phone;
  await visitor.button('Add app').click();
  await visitor.heading('Add an authenticator app').waitFor();
  await visitor.page.getByLabel('Name').fill(name);
  await visitor.button('Continue').click();
  await visitor.enter(visitor.nextCode());
  await visitor.heading('Scan with your authenticator app').waitFor();
  await visitor.scan();
  const second = visitor.phone;
  await visitor.button('Next').click();
  await visitor.enter(visitor.code);
  await visitor.says('Your other app is set up.');
  visitor.phone = first;
  if (second === undefined) {
    throw new Error('Nothing was scanned');
  }
  return second;
}

describe('the list of authenticators', () => {
  it('says their names and when they were last used, and takes another name', async () => {
    const visitor = await atSettings();
    const { page } = visitor;
    await visitor.says(/Authenticator app · last used 1 January 2026/);
    await visitor.button(/^Change /).click();
    await visitor.says('It is the only one of your account.');
    expect(await visitor.button('Remove').count()).toBe(0);
    expect(await visitor.focused()).toBe('name');

    await page.getByLabel('Name').fill(' ');
    await visitor.button('Save name').click();
    await visitor.says('Enter a name.');
    await visitor.look('70-rename');
    await page.getByLabel('Name').fill('Phone at work');
    await page.keyboard.press('Enter');

    await visitor.says('It is now called “Phone at work”.');
    await visitor.heading('Phone at work').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('takes a second app, with the proof at hand; both sign in, and the backup codes stay', async () => {
    const visitor = await atSettings();
    await visitor.button('Add app').click();
    await visitor.look('71-add-app');
    await visitor.button('Cancel').click();

    const second = await addApp(visitor, 'Tablet');

    await visitor.heading('Tablet').waitFor();
    await visitor.says('10 of 10 left');
    await visitor.look('72-two-apps');
    await visitor.signOut();
    await visitor.signIn();
    here.app.clock.advance({ seconds: 30 });
    await visitor.enter(second.code());
    await visitor.says('10 of 10 left');
    await visitor.signOut();
    await visitor.signInWithCode();
    expect(await visitor.findings()).toEqual([]);
  });

  it('removes one with the other, and signs in with what is left', async () => {
    const visitor = await atSettings();
    const second = await addApp(visitor, 'Lost phone');
    await visitor.button('Change Lost phone').click();
    await visitor.button('Remove').click();
    await visitor.heading('Remove “Lost phone”?').waitFor();
    await visitor.look('73-remove');

    await visitor.enter(visitor.nextCode());

    await visitor.says('“Lost phone” is removed.');
    expect(await visitor.heading('Lost phone').count()).toBe(0);
    await visitor.signOut();
    await visitor.signIn();
    here.app.clock.advance({ seconds: 30 });
    await visitor.enter(second.code());
    await visitor.says('That code did not work.');
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks which one is replaced when there are several', async () => {
    const visitor = await atSettings();
    await addApp(visitor, 'Old tablet');
    await visitor.button('Replace phone').click();
    await visitor.heading('Which one do you replace?').waitFor();
    await visitor.look('74-which');

    await visitor.button('Old tablet').click();
    await visitor.heading('Replace your phone').waitFor();
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Scan with your new phone').waitFor();
    const first = visitor.phone;
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.proveSaved(await visitor.shownCodes());

    await visitor.says('Your new phone is set up.');
    visitor.phone = first;
    await visitor.signOut();
    await visitor.signInWithCode();
    expect(await here.app.database.query(APPS, [await visitor.userId()])).toHaveLength(2);
    expect(await visitor.findings()).toEqual([]);
  });
});
