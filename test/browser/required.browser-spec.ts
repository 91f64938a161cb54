import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { Visitor, launchBrowser } from './support/visitor.js';

const DAY = 86_400;
const TITLE = 'Set up a second step to go on';

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  const variables = { TWO_FACTOR_REQUIRED_FROM: '2026-01-01', TWO_FACTOR_GRACE_DAYS: '7' };
  [app, browser] = await Promise.all([startApp({ variables }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

describe('a second factor that a policy wants', () => {
  it('is said with its day while there is time', async () => {
    const visitor = await Visitor.arrive(browser, app);
    await visitor.register();
    await visitor.signOut();
    await visitor.signIn();

    await visitor.says(/Your organisation asks for a second step\. Set it up by \d+ January 2026/);
    await visitor.look('75-required-in-time');
    await visitor.turnOn();

    expect(await visitor.page.getByText('Your organisation asks').count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });

  it('is set up on the way in once the day has passed, and then the session is there', async () => {
    const visitor = await Visitor.arrive(browser, app);
    await visitor.register();
    await visitor.signOut();
    await visitor.signIn();
    await visitor.says(/Set it up by/);
    await visitor.signOut();
    app.clock.advance({ seconds: 8 * DAY });

    await visitor.signIn();
    await visitor.heading(TITLE).waitFor();
    await visitor.look('76-required');
    await visitor.button('Use an authenticator app').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.wrongCode);
    await visitor.says('That code did not work.');
    await visitor.enter(visitor.code);
    await visitor.proveSaved(await visitor.shownCodes());

    await visitor.says('10 of 10 left');
    await visitor.signOut();
    await visitor.signInWithCode();
    expect(await visitor.findings()).toEqual([]);
  });

  it('leads back to the password when the sign-in is no longer valid', async () => {
    const visitor = await Visitor.arrive(browser, app);
    await visitor.register();
    await visitor.signOut();
    await visitor.signIn();
    await visitor.says(/Set it up by/);
    await visitor.signOut();
    app.clock.advance({ seconds: 8 * DAY });
    await visitor.signIn();
    await visitor.heading(TITLE).waitFor();
    app.clock.advance({ seconds: DAY });

    await visitor.button('Use an authenticator app').click();
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.button('Back to password').click();

    await visitor.heading('Sign in').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});
