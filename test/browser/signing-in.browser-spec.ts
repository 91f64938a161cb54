import type { TwoFactorChallenge } from 'two-factor-elements';
import { describe, expect, it } from 'vitest';
import { removeBackupCodes } from '../support/seed.js';
import { keepBack } from './support/moments.js';
import { Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const here = useBrowser();

/** Somebody with a second factor, at the step after the password. */
async function atChallenge(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { ...options, isProtected: true });
  await visitor.signIn();
  await visitor.heading('Enter the code from your phone').waitFor();
  return visitor;
}

describe('e-mail and password', () => {
  it('says kindly what is missing or wrong', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    const { page } = visitor;

    await visitor.button('Sign in').click();
    await visitor.says('Enter an e-mail address');
    await page.getByLabel('E-mail address').fill(visitor.email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await visitor.button('Sign in').click();
    await visitor.says('E-mail or password is not right.');
    await visitor.look('20-password-wrong');

    await page.getByRole('link', { name: 'Create one' }).click();
    await page.getByLabel('Password', { exact: true }).fill('short');
    await visitor.button('Create account').click();
    await visitor.says('The password needs at least 12 characters.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('password');
    await visitor.look('21-password-short');
    await visitor.register();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a user who has no backup codes, such as an imported one', () => {
  it('puts away those that come with the sign-in before going on', async () => {
    const visitor = await atChallenge();
    await removeBackupCodes(here.app.database, await visitor.userId());

    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    const codes = await visitor.shownCodes();
    await visitor.look('23-codes-with-the-sign-in');
    await visitor.proveSaved(codes);
    await visitor.says('10 of 10 left');

    expect(codes).toHaveLength(10);
    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Use a backup code instead').click();
    await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(codes[0] ?? '');
    await visitor.button('Sign in').click();
    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('the challenge', () => {
  it('says whose account it is, and where to turn to when all is lost', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;
    expect(await page.locator('two-factor-challenge').getByText(visitor.email).isVisible()).toBe(true);
    expect(await page.getByRole('link', { name: 'I have a code from support' }).isVisible()).toBe(true);
    // Without what this page puts there.
    await page.locator('two-factor-challenge > [slot=help]').evaluate((help) => help.remove());
    expect(await page.getByText('Neither phone, passkey nor backup codes?').count()).toBe(0);

    await visitor.button('Use a backup code instead').click();
    await visitor.says('Neither phone, passkey nor backup codes?');
    await page.locator('two-factor-challenge').evaluate((element) => {
      const link = Object.assign(document.createElement('a'), {
        href: '/support',
        textContent: 'Write to us',
      });
      link.slot = 'help';
      element.append(link);
    });

    expect(await page.getByRole('link', { name: 'Write to us' }).isVisible()).toBe(true);
    expect(await page.getByText('Neither phone, passkey nor backup codes?').isVisible()).toBe(false);
    await visitor.look('26-challenge-help');
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('signing out', () => {
  it('ends the session also when its access token has expired', async () => {
    const visitor = await atChallenge();
    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    const sessions = (): Promise<object[]> =>
      here.app.database.query(
        'SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
        [visitor.email],
      );
    const before = (await sessions()).length;
    here.app.clock.advance({ seconds: 901 });

    await visitor.signOut();

    await expect.poll(sessions).toHaveLength(before - 1);
  });
});

describe('a code', () => {
  it('is refused kindly when it is wrong, and when it was used', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;
    const field = page.getByLabel('Six-digit code');

    await visitor.enter(visitor.wrongCode);
    await visitor.says('That code did not work.');
    await visitor.look('22-code-wrong');
    expect(await field.inputValue()).toBe('');
    const used = visitor.code;
    await visitor.enter(used);
    await visitor.button('Sign out').click();
    await visitor.signIn();
    await visitor.enter(used);
    await visitor.says('a code works only once');

    expect(await page.getByText('Wait until your app shows the next one').isVisible()).toBe(true);
    await visitor.enter(visitor.nextCode());
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is taken as people paste it, with what came along', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;

    await page.getByLabel('Six-digit code').focus();
    await page.keyboard.insertText(`Your code: ${visitor.code}`);
    await visitor.says('10 of 10 left');
    await visitor.signOut();
    await visitor.signIn();
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).focus();
    await page.keyboard.insertText(
      `Backup code 1: ${visitor.codes[0]?.replaceAll('-', '\u2011')} (not used)`,
    );
    await visitor.button('Sign in').click();

    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('says what a code looks like when something else was typed', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;

    await visitor.enter('12a');
    await visitor.button('Sign in').click();
    await visitor.says('The code has six digits.');
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).fill('ABC');
    await page.keyboard.press('Enter');

    await visitor.says('A backup code has three groups of five');
    expect(visitor.requests.filter((url) => url.endsWith('/verify'))).toEqual([]);
    expect(await visitor.findings()).toEqual([]);
  });
});

const secondsOf = (text: string | null): number => Number(/0:(\d\d)/.exec(text ?? '')?.[1]);

describe('a lock', () => {
  it('counts down, leaves the backup code open, and ends', async () => {
    const visitor = await atChallenge({ hasOwnClock: true });
    const { page } = visitor;

    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await visitor.enter(visitor.wrongCode);
      await page.waitForResponse((response) => response.url().endsWith('/verify'));
      await visitor.says('That code did not work.');
    }
    await visitor.enter(visitor.wrongCode);
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.says('There were too many wrong codes.');
    await visitor.look('23-challenge-expired');
    await visitor.button('Back to password').click();
    await visitor.signIn();
    // Nobody types a code first to hear of it: a right one would be thrown away.
    const timer = page.getByRole('timer');
    expect(await timer.textContent()).toMatch(/you can try again in\s+0:(30|2\d)/);
    await visitor.look('24-locked');
    expect(await visitor.button('Sign in').isDisabled()).toBe(true);

    const before = secondsOf(await timer.textContent());
    await page.clock.runFor(10_000);
    const after = secondsOf(await timer.textContent());
    expect(before - after).toBeGreaterThanOrEqual(10);
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).fill(visitor.codes[0] ?? '');
    await visitor.button('Sign in').click();
    await visitor.says('9 of 10 left');
    await page.getByText('Failed attempt to sign in').first().waitFor();
    await visitor.look('25-activity');
    expect(await visitor.findings()).toEqual([]);
  });

  it('lets the code from the phone in once it is over', async () => {
    const visitor = await atChallenge({ hasOwnClock: true });
    const { page } = visitor;
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await visitor.enter(visitor.wrongCode);
      await page.waitForResponse((response) => response.url().endsWith('/verify'));
      await visitor.says('That code did not work.');
    }
    await visitor.button('Use another account').click();
    await visitor.signIn();
    await page.getByRole('timer').waitFor();

    await page.clock.runFor(31_000);
    await page.getByRole('timer').waitFor({ state: 'detached' });
    await visitor.enter(visitor.nextCode());

    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a page that renders again', () => {
  it('changes nothing of what somebody has begun, when it says the same once more', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;
    const challenge = page.locator('two-factor-challenge');
    await page.route(
      '**/auth/2fa/verify',
      (route) =>
        route.fulfill({
          status: 429,
          headers: { 'Retry-After': '30' },
          json: { statusCode: 429, error: '', code: 'TWO_FACTOR_LOCKED', message: '', requestId: 'r' },
        }),
      { times: 1 },
    );
    await visitor.enter(visitor.code);
    await page.getByRole('timer').waitFor();
    await visitor.button('Use a backup code instead').click();
    const field = page.getByRole('textbox', { name: 'Backup code' });
    await page.keyboard.type('A1B2C');

    await challenge.evaluate(async (element: TwoFactorChallenge) => {
      element.methods = ['totp', 'backup_code'];
      await element.updateComplete;
    });

    expect(await field.inputValue()).toBe('A1B2C');
    expect(await visitor.focused()).toBe('backup-code');
    await visitor.button('Use a code from your phone instead').click();
    expect(await page.getByRole('timer').isVisible()).toBe(true);
    expect(await visitor.findings()).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['a method that came later', ['totp', 'passkey']],
  ] as const)('shows the code form when it names %s', async (_, methods) => {
    const visitor = await atChallenge();

    await visitor.page.locator('two-factor-challenge').evaluate(async (element, named) => {
      await Object.assign(element as TwoFactorChallenge, { methods: named }).updateComplete;
    }, methods);

    await visitor.enter(visitor.code);
    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it.each([
    ['a property', (challenge: TwoFactorChallenge) => Object.assign(challenge, { baseUrl: undefined })],
    [
      'an attribute',
      (challenge: TwoFactorChallenge) => {
        challenge.setAttribute('base-url', '/nowhere');
        challenge.removeAttribute('base-url');
      },
    ],
  ] as const)('takes the address of the calls away, %s, and the usual one is asked', async (_, take) => {
    const visitor = await atChallenge();
    await visitor.page.locator('two-factor-challenge').evaluate(take);

    await visitor.enter(visitor.code);

    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('moves it in the document, and its time goes on, and that of a lock', async () => {
    const visitor = await atChallenge({ hasOwnClock: true });
    const { page } = visitor;
    await page.route(
      '**/auth/2fa/verify',
      (route) =>
        route.fulfill({
          status: 429,
          headers: { 'Retry-After': '60' },
          json: { statusCode: 429, error: '', code: 'TWO_FACTOR_LOCKED', message: '', requestId: 'r' },
        }),
      { times: 1 },
    );
    await visitor.enter(visitor.code);
    await page.getByRole('timer').waitFor();

    await page.locator('two-factor-challenge').evaluate((element) => {
      const place = element.parentNode;
      element.remove();
      place?.append(element);
    });

    await page.clock.runFor(30_000);
    expect(await page.getByRole('timer').textContent()).toMatch(/0:(30|2\d)/);
    await page.clock.runFor(270_000);
    await visitor.heading('This sign-in has run out').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('takes no answer for somebody else, and offers no other way while there is one to come', async () => {
    const visitor = await atChallenge();
    const { page } = visitor;
    const { asked, answer } = await keepBack(page, '/verify');
    await visitor.enter(visitor.code);
    await asked;
    expect(await visitor.button('Use another account').isDisabled()).toBe(true);

    await page.locator('two-factor-challenge').evaluate((element: TwoFactorChallenge) => {
      element.challengeToken = 'that of somebody else';
    });
    await answer();

    expect(await visitor.heading('Enter the code from your phone').isVisible()).toBe(true);
  });
});

describe('a challenge that is too old', () => {
  it('leads back to the password when the server says so', async () => {
    const visitor = await atChallenge();
    here.app.clock.advance({ seconds: 301 });

    await visitor.enter(visitor.code);
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.button('Back to password').click();

    expect(await visitor.page.evaluate(() => document.activeElement?.id)).toBe('password');
    await visitor.signInWithCode();
    expect(await visitor.findings()).toEqual([]);
  });

  it('leads back to the password by itself when the time is up', async () => {
    const visitor = await atChallenge({ hasOwnClock: true });

    await visitor.page.clock.runFor(300_000);
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.says('It took too long.');

    expect(visitor.requests.filter((url) => url.endsWith('/verify'))).toEqual([]);
    expect(await visitor.findings()).toEqual([]);
  });
});
