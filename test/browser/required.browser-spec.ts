import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { VirtualAuthenticator, startAppWithPasskeys } from './support/virtual-authenticator.js';
import { Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const DAY = 86_400;
const TITLE = 'Set up a second step to go on';

const POLICY = { TWO_FACTOR_REQUIRED_FROM: '2026-01-01', TWO_FACTOR_GRACE_DAYS: '7' };

const here = useBrowser(() => startAppWithPasskeys(POLICY));

/** Somebody whose day has passed, at the step after the password. */
async function overdue(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, options);
  await visitor.register();
  await visitor.signOut();
  await visitor.signIn();
  await visitor.says(/Set it up by/);
  await visitor.signOut();
  here.app.clock.advance({ seconds: 8 * DAY });
  await visitor.signIn();
  await visitor.heading(TITLE).waitFor();
  return visitor;
}

describe('a second factor that a policy wants', () => {
  it('is said with its day while there is time', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
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
    const visitor = await overdue();
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

  it('can be a passkey', async () => {
    const visitor = await overdue({ hasOwnWindow: true });
    await VirtualAuthenticator.plugIn(visitor.page);
    await visitor.button('Use a passkey').click();
    await visitor.heading('Add a passkey').waitFor();
    await visitor.button('Cancel').click();
    await visitor.button('Use a passkey').click();
    await visitor.button('Create passkey').click();

    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.says('10 of 10 left');
    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Use passkey').click();
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('loses no codes when the answer to the confirmation is lost, and leads to the password then', async () => {
    const visitor = await overdue();
    const { page } = visitor;
    await visitor.button('Use an authenticator app').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();
    await visitor.button('Next').click();
    const losingAnswer = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort('connectionreset');
    };
    await page.route('**/auth/2fa/enrolment/enable', losingAnswer, { times: 1 });
    await visitor.enter(visitor.code);
    await visitor.says('No connection.');

    await visitor.button('Back').click();
    await visitor.button('Next').click();
    await visitor.enter(visitor.nextCode());
    await visitor.says('The connection broke while your phone was being confirmed.');
    await visitor.look('77-required-doubtful');
    await visitor.proveSaved(await visitor.shownCodes());

    await visitor.heading('Sign in').waitFor();
    await visitor.signInWithCode();
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('leads back to the password when the sign-in is no longer valid', async () => {
    const visitor = await overdue();
    here.app.clock.advance({ seconds: DAY });

    await visitor.button('Use an authenticator app').click();
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.button('Back to password').click();

    await visitor.heading('Sign in').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});
