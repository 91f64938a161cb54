import type { Route } from 'playwright-core';
import type { TwoFactorSettings } from 'two-factor-elements';
import { describe, expect, it } from 'vitest';
import { seedFailures, spendBackupCodes } from '../support/seed.js';
import { aMoment, keepBack } from './support/moments.js';
import { Visitor, type VisitorOptions, useBrowser } from './support/visitor.js';

const here = useBrowser();

async function registered(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, options);
  await visitor.register();
  return visitor;
}

async function protectedByPhone(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await Visitor.arrive(here.browser, here.app, { ...options, isProtected: true });
  await visitor.signInWithCode();
  here.app.clock.advance({ seconds: 30 });
  return visitor;
}

/** What the status call says of somebody with a second factor and all codes. */
const ON = {
  enabled: true,
  pending: false,
  enabledAt: '2026-11-24T12:00:00.000Z',
  methods: ['totp', 'backup_code'],
  available: ['totp'],
  authenticators: [],
  backupCodes: { total: 10, remaining: 10, generatedAt: '2026-11-24T12:00:00.000Z' },
  trustedDeviceDays: 0,
  enrolment: null,
};

/** Lets a request through and loses the answer to it. */
const losingAnswer = async (route: Route): Promise<void> => {
  await route.fetch();
  await route.abort('connectionreset');
};

describe('a reload', () => {
  it.each(['scan', 'confirm'])('at the step "%s" changes nothing, and one begins anew', async (step) => {
    const visitor = await registered();
    await visitor.toConfirm();
    if (step === 'scan') {
      await visitor.button('Back').click();
    }

    await visitor.reload();
    await visitor.signIn();
    await visitor.says('You began to turn this on but did not finish');
    await visitor.look(`30-reloaded-at-${step}`);

    await visitor.turnOn();
    expect(await visitor.findings()).toEqual([]);
  });

  it('at the codes warns first, and then offers new ones until somebody has them', async () => {
    const visitor = await registered();
    const { page } = visitor;
    const lost = await visitor.toCodes();
    const warnings: string[] = [];
    page.on('dialog', (dialog) => {
      warnings.push(dialog.type());
      void dialog.accept();
    });

    await visitor.reload();
    await visitor.signInWithCode();
    await visitor.says('Your backup codes may not be saved');
    await visitor.look('31-codes-not-saved');
    expect(warnings).toEqual(['beforeunload']);
    expect(await visitor.findings()).toEqual([]);

    await visitor.button('Get new codes').click();
    await visitor.enter(visitor.nextCode());
    await visitor.heading('Save your backup codes').waitFor();
    const codes = await visitor.shownCodes();
    expect(codes.filter((code) => lost.includes(code))).toEqual([]);
    await visitor.proveSaved(codes);
    await visitor.says('Your new backup codes are ready.');
    expect(await page.getByText('Your backup codes may not be saved').count()).toBe(0);

    await visitor.reload();
    await visitor.signInWithCode();
    expect(await page.getByText('Your backup codes may not be saved').count()).toBe(0);
    expect(warnings).toEqual(['beforeunload']);
    expect(await visitor.findings()).toEqual([]);
  });

  it('at new codes warns and offers new ones as well', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    page.on('dialog', (dialog) => void dialog.accept());
    await visitor.button('New codes').click();
    const statusAfterwards = page.waitForResponse((response) => response.url().endsWith('/auth/2fa'));
    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    await (await statusAfterwards).finished();
    await page.waitForFunction(() => localStorage.length === 1);

    await visitor.reload();
    await visitor.signInWithCode();
    await visitor.says('Your backup codes may not be saved');
    await visitor.button('I have saved them').click();

    expect(await page.getByText('Your backup codes may not be saved').count()).toBe(0);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });

  it('while replacing the phone leaves the old one valid', async () => {
    const visitor = await protectedByPhone();
    await visitor.button('Replace phone').click();
    await visitor.enter(visitor.code);
    await visitor.heading('Scan with your new phone').waitFor();

    await visitor.reload();
    await visitor.signInWithCode();

    await visitor.says('10 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('asks before signing out with codes on the screen', async () => {
    const visitor = await registered();
    await visitor.toCodes();

    await visitor.button('Sign out').click();
    await visitor.heading('Your backup codes are not saved yet').waitFor();
    await visitor.look('32-sign-out-asks');
    await visitor.button('Save them first').click();
    expect(await visitor.shownCodes()).toHaveLength(10);
    await visitor.button('Sign out').click();
    await visitor.button('Sign out anyway').click();

    await visitor.heading('Sign in').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('no network', () => {
  it('stops nobody at any step: what was entered is kept, and a second try works', async () => {
    const visitor = await Visitor.arrive(here.browser, here.app);
    const { page, context } = visitor;
    /** Does something without a network, sees that it is said, and has a network again. */
    const tryOffline = async (act: () => Promise<void>, state?: string): Promise<void> => {
      await context.setOffline(true);
      await act();
      await visitor.says('No connection.');
      if (state !== undefined) {
        await visitor.look(state);
      }
      await context.setOffline(false);
    };

    await page.getByRole('link', { name: 'Create one' }).click();
    await page.getByLabel('E-mail address').fill(visitor.email);
    await page.getByLabel('Password', { exact: true }).fill(visitor.password);
    await tryOffline(() => visitor.button('Create account').click(), '33-offline-register');
    await visitor.button('Create account').click();
    await visitor.button('Turn on').waitFor();
    await tryOffline(() => visitor.button('Turn on').click(), '34-offline-turn-on');
    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    await visitor.scan();
    await visitor.button('Next').click();
    await tryOffline(() => visitor.enter(visitor.code), '35-offline-confirm');
    await visitor.button('Confirm').click();
    await visitor.heading('Save your backup codes').waitFor();

    // The codes are here, and the file is made here.
    await context.setOffline(true);
    const download = page.waitForEvent('download');
    await visitor.button('Download').click();
    await download;
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.heading('This could not be loaded').waitFor();
    await visitor.look('36-offline-load');
    await context.setOffline(false);
    // It notices by itself.
    await visitor.says('10 of 10 left');

    await visitor.button('New codes').click();
    await tryOffline(() => visitor.enter(visitor.nextCode()));
    await visitor.button('Get new codes').click();
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.proveSaved(await visitor.shownCodes());
    await visitor.button('Replace phone').click();
    await tryOffline(() => visitor.enter(visitor.nextCode()));
    await visitor.button('Continue').click();
    await visitor.heading('Scan with your new phone').waitFor();
    await visitor.button('Cancel').click();

    await visitor.signOut();
    await page.getByLabel('Password', { exact: true }).fill(visitor.password);
    await tryOffline(() => visitor.button('Sign in').click());
    await visitor.button('Sign in').click();
    await visitor.heading('Enter the code from your phone').waitFor();
    await tryOffline(() => visitor.enter(visitor.nextCode()), '37-offline-challenge');
    await visitor.button('Sign in').click();
    await visitor.says('10 of 10 left');
    await visitor.button('Turn off').click();
    await tryOffline(() => visitor.enter(visitor.nextCode()));
    await visitor.button('Turn off').click();
    await visitor.says('Two-factor authentication is off.');
    expect(await visitor.findings()).toEqual([]);
  });

  it('loses no codes when the answer to the confirmation is lost', async () => {
    const visitor = await registered();
    const { page } = visitor;
    await visitor.toConfirm();
    await page.route('**/auth/2fa/enable', losingAnswer, { times: 1 });

    await visitor.enter(visitor.code);
    await visitor.says('No connection.');
    await visitor.button('Confirm').click();
    await visitor.heading('Save your backup codes').waitFor();
    await visitor.says('It is most likely on');
    await visitor.look('38-codes-after-lost-answer');
    const codes = await visitor.shownCodes();
    await visitor.proveSaved(codes);

    await visitor.signIn();
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).fill(codes[0] ?? '');
    await visitor.button('Sign in').click();
    await visitor.says('9 of 10 left');
    expect(await visitor.findings()).toEqual([]);
  });

  it('says that nobody has seen the new codes when the answer with them is lost', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    await visitor.button('New codes').click();
    await page.route('**/auth/2fa/backup-codes', losingAnswer, { times: 1 });

    await visitor.enter(visitor.code);
    await visitor.says('No connection.');
    await visitor.button('Cancel').click();

    await visitor.says('Your backup codes may not be saved');
    expect(await visitor.findings()).toEqual([]);
  });

  it('leads back to the password when the answer to the code is lost', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    await visitor.signOut();
    await visitor.signIn();
    await page.route('**/auth/2fa/verify', losingAnswer, { times: 1 });

    await visitor.enter(visitor.code);
    await visitor.says('No connection.');
    await visitor.button('Sign in').click();
    await visitor.heading('This sign-in has run out').waitFor();
    await visitor.button('Back to password').click();

    await visitor.signInWithCode();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a call under way', () => {
  it.each([
    ['Turn off', '/disable', 'Two-factor authentication'],
    ['Replace phone', '/setup', 'Scan with your new phone'],
    ['New codes', '/backup-codes', 'Save your backup codes'],
  ])('of "%s" cannot be cancelled: it would happen all the same', async (button, path, heading) => {
    const visitor = await protectedByPhone();
    const { asked, answer } = await keepBack(visitor.page, path);
    await visitor.button(button).click();
    await visitor.enter(visitor.code);
    await asked;

    expect(await visitor.button('Cancel').isDisabled()).toBe(true);
    await answer();

    await visitor.heading(heading).waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('does not take over a view that somebody has gone to since', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const { asked, answer } = await keepBack(page, '/setup');
    await visitor.button('Replace phone').click();
    await visitor.enter(visitor.code);
    await asked;

    // The page asks again, as it may at any time.
    await page.locator('two-factor-settings').evaluate((settings: TwoFactorSettings) => settings.load());
    await visitor.button('Turn off').click();
    await visitor.heading('Turn off two-factor authentication?').waitFor();
    await answer();

    expect(await visitor.heading('Turn off two-factor authentication?').isVisible()).toBe(true);
    expect(await visitor.findings()).toEqual([]);
  });

  it('shows that it is off once it is, wherever the answer finds the screen', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const { asked, answer } = await keepBack(page, '/disable');
    await page.route('**/auth/2fa', (route) => route.fulfill({ json: { data: ON } }), { times: 1 });
    await visitor.button('Turn off').click();
    await visitor.enter(visitor.code);
    await asked;

    await page.locator('two-factor-settings').evaluate((settings: TwoFactorSettings) => settings.load());
    await visitor.says('10 of 10 left');
    await answer();

    await visitor.button('Turn on').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('shows new codes whatever is on the screen by then: they are shown once', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const { asked, answer } = await keepBack(page, '/backup-codes');
    await visitor.button('New codes').click();
    await visitor.enter(visitor.code);
    await asked;

    await page.locator('two-factor-settings').evaluate((settings: TwoFactorSettings) => settings.load());
    await visitor.button('Turn off').click();
    await answer();

    expect(await visitor.shownCodes()).toHaveLength(10);
    // And no reload by the page takes them away.
    await page.locator('two-factor-settings').evaluate((settings: TwoFactorSettings) => settings.load());
    expect(await visitor.shownCodes()).toHaveLength(10);
    expect(await visitor.findings()).toEqual([]);
  });

  it('brings new codes in the place of those on the screen, which are void by then', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const settings = page.locator('two-factor-settings');
    const draw = async (code: string): Promise<() => Promise<void>> => {
      const { asked, answer } = await keepBack(page, '/backup-codes');
      await visitor.button('New codes').click();
      await visitor.enter(code);
      await asked;
      return answer;
    };
    const answerFirst = await draw(visitor.code);
    await settings.evaluate((element: TwoFactorSettings) => element.load());
    const answerSecond = await draw(visitor.nextCode());
    await answerFirst();
    const first = await visitor.shownCodes();

    await answerSecond();

    const second = await visitor.shownCodes();
    expect(second).toHaveLength(10);
    expect(second).not.toEqual(first);
    expect(await visitor.findings()).toEqual([]);
  });

  it('of how things are gives way to a later one', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const settings = page.locator('two-factor-settings');
    const [asked, released] = [aMoment(), aMoment()];
    await page.route(
      '**/auth/2fa',
      async (route) => {
        asked.reach();
        await released.reached;
        await route.fulfill({ json: { data: { ...ON, enabled: false, enabledAt: null } } });
      },
      { times: 1 },
    );
    const old = settings.evaluate((element: TwoFactorSettings) => element.load());
    await asked.reached;

    await settings.evaluate((element: TwoFactorSettings) => element.load());
    released.reach();
    await old;

    await visitor.says('10 of 10 left');
    expect(await visitor.button('Turn on').count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('two tabs', () => {
  it('say in the first one that a setup was started in the second, and that its QR code is void', async () => {
    const visitor = await registered();
    const { context } = visitor;
    await visitor.toConfirm();
    const other = await context.newPage();
    await other.goto(here.app.url);
    await other.getByLabel('E-mail address').fill(visitor.email);
    await other.getByLabel('Password', { exact: true }).fill(visitor.password);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByRole('button', { name: 'Turn on' }).click();
    await other.getByRole('img', { name: /QR/ }).waitFor();

    await visitor.heading('Started again elsewhere').waitFor();
    await visitor.look('48-started-elsewhere');
    await other.close();
    await visitor.button('Start again').click();
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);

    await visitor.heading('Save your backup codes').waitFor();
    expect(visitor.requests.filter((url) => url.endsWith('/enable'))).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it('of two people leave each other alone', async () => {
    const visitor = await registered();
    const { context } = visitor;
    await visitor.toConfirm();
    const other = await context.newPage();
    await other.goto(`${here.app.url}/#register`);
    await other.getByLabel('E-mail address').fill(`other-${visitor.email}`);
    await other.getByLabel('Password', { exact: true }).fill(visitor.password);
    await other.getByRole('button', { name: 'Create account' }).click();
    await other.getByRole('button', { name: 'Turn on' }).click();
    await other.getByRole('img', { name: /QR/ }).waitFor();
    await other.close();

    await visitor.enter(visitor.code);
    await visitor.heading('Save your backup codes').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('the focus', () => {
  it('stays where it is when turning on fails, and is nowhere lost on the way back', async () => {
    const visitor = await registered();
    const { page } = visitor;
    await page.route('**/auth/2fa/setup', (route) => route.abort(), { times: 1 });
    await visitor.button('Turn on').focus();

    await page.keyboard.press('Enter');
    await visitor.says('No connection.');
    expect(await visitor.focused()).toBe('Turn on');

    await visitor.button('Turn on').click();
    await visitor.heading('Scan with your authenticator app').waitFor();
    const { asked, answer } = await keepBack(page, '');
    await visitor.button('Cancel').click();
    await asked;
    await expect.poll(() => visitor.focused()).toBe('Loading …');
    await answer();
    await expect.poll(() => visitor.focused()).toBe('Two-factor authentication');
    expect(await visitor.findings()).toEqual([]);
  });

  it('is not taken from what somebody is doing elsewhere in the page', async () => {
    const visitor = await registered();
    const { page } = visitor;
    await page.route('**/auth/2fa', (route) => route.abort(), { times: 1 });
    const settings = page.locator('two-factor-settings');
    await settings.evaluate((element: TwoFactorSettings) => element.load());
    await visitor.heading('This could not be loaded').waitFor();
    await visitor.button('Sign out').focus();

    await settings.evaluate((element: TwoFactorSettings) => element.load());
    await visitor.button('Turn on').waitFor();

    expect(await visitor.focused()).toBe('Sign out');
  });
});

describe('a server that cannot answer', () => {
  it('is asked again by itself, and by a button', async () => {
    const visitor = await registered({ hasOwnClock: true });
    const { page } = visitor;
    await page.route('**/auth/2fa', (route) =>
      route.fulfill({
        status: 503,
        headers: { 'Retry-After': '20' },
        json: { statusCode: 503, error: '', code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'r' },
      }),
    );
    await visitor.signOut();
    await visitor.signIn();
    await visitor.says('The service is not available right now.');
    await visitor.says(/Trying again in 0:(20|1\d)/);
    await visitor.look('40-unavailable');

    await page.unroute('**/auth/2fa');
    await page.clock.runFor(21_000);

    await visitor.button('Turn on').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('has its fault named by a request', async () => {
    const visitor = await registered();
    const { page } = visitor;
    await page.route('**/auth/2fa/setup', (route) =>
      route.fulfill({
        status: 500,
        json: { statusCode: 500, error: '', code: 'INTERNAL_ERROR', message: '', requestId: 'r-4711' },
      }),
    );

    await visitor.button('Turn on').click();

    await visitor.says('Request r-4711');
    await visitor.look('41-server-fault');
    expect(await visitor.findings()).toEqual([]);
  });

  it('has a face while it is slow, and when a gateway answers for it', async () => {
    const visitor = await registered();
    const { page } = visitor;
    const [asked, answered] = [aMoment(), aMoment()];
    await page.route('**/auth/2fa', async (route) => {
      asked.reach();
      await answered.reached;
      await route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
    });
    await visitor.signOut();
    await visitor.signIn();
    await asked.reached;
    await visitor.look('42-loading');

    answered.reach();
    await visitor.says('The service is not available right now.');
    await page.unroute('**/auth/2fa');
    await visitor.button('Try again').click();

    await visitor.button('Turn on').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a session', () => {
  it('is renewed once and silently, and the password is asked for what matters', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    here.app.clock.advance({ seconds: 901 });
    await visitor.button('New codes').click();

    await visitor.enter(visitor.code);
    await page.getByLabel('Your password').waitFor();
    await expect.poll(() => visitor.focused()).toBe('password');
    await visitor.look('43-password-asked');
    await page.getByLabel('Your password').fill('not the password');
    await visitor.button('Get new codes').click();
    await visitor.says('That password is not right.');
    await page.getByLabel('Your password').fill(visitor.password);
    await visitor.button('Get new codes').click();
    await visitor.heading('Save your backup codes').waitFor();

    expect(visitor.requests.filter((url) => url.endsWith('/auth/refresh'))).toHaveLength(1);
    expect(await visitor.findings()).toEqual([]);
  });

  it('is not brought back by a renewal that comes late, into the hands of whoever is there by then', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    const [asked, answered] = [aMoment(), aMoment()];
    const late = async (route: Route): Promise<void> => {
      const response = await route.fetch();
      asked.reach();
      await answered.reached;
      await route.fulfill({ response });
    };
    await page.route('**/auth/refresh', late, { times: 1 });
    here.app.clock.advance({ seconds: 901 });
    await visitor.button('New codes').click();
    await visitor.enter(visitor.code);
    await asked.reached;

    await visitor.signOut();
    await page.goto(`${here.app.url}/#register`);
    await page.getByLabel('E-mail address').fill(`next-${visitor.email}`);
    await page.getByLabel('Password', { exact: true }).fill(visitor.password);
    await visitor.button('Create account').click();
    await visitor.button('Turn on').waitFor();
    const arrived = page.waitForResponse('**/auth/refresh');
    answered.reach();
    await (await arrived).finished();
    await visitor.toConfirm();

    expect(visitor.phone?.account).toBe(`next-${visitor.email}`);
    expect(await visitor.findings()).toEqual([]);
  });

  it('that has ended leads to the sign-in', async () => {
    const visitor = await registered();
    await here.app.database.query(
      'DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = $1)',
      [visitor.email],
    );

    await visitor.button('Turn on').click();

    await visitor.says('Your session has ended. Sign in again.');
    await visitor.look('44-session-ended');
    await visitor.signIn();
    await visitor.button('Turn on').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a setup that took too long', () => {
  it('begins anew with another QR code', async () => {
    const visitor = await registered();
    const { page } = visitor;
    await visitor.toConfirm();
    here.app.clock.advance({ seconds: 1801 });

    await visitor.enter(visitor.code);
    await page.getByLabel('Your password').fill(visitor.password);
    await visitor.button('Confirm').click();
    await visitor.heading('That took a little long').waitFor();
    await visitor.look('45-setup-expired');
    await visitor.button('Start again').click();
    await visitor.says('delete that entry from your app first');
    await visitor.scan();
    await visitor.button('Next').click();
    await visitor.enter(visitor.code);
    await page.getByLabel('Your password').fill(visitor.password);
    await visitor.button('Confirm').click();

    await visitor.heading('Save your backup codes').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('backup codes that run out', () => {
  it('are warned of at two, at one, and when none is left', async () => {
    const visitor = await protectedByPhone();
    for (const [left, warning] of [
      [2, 'Only 2 backup codes are left.'],
      [1, 'Only one backup code is left.'],
      [0, 'You have no backup codes left.'],
    ] as const) {
      await spendBackupCodes(here.app.database, await visitor.userId(), 10 - left);
      await visitor.button('New codes').click();
      await visitor.button('Cancel').click();
      await visitor.says(warning);
      await visitor.look(`46-codes-left-${left}`);
    }
    await visitor.button('Get new codes').click();
    await visitor.heading('Get new backup codes').waitFor();
    expect(await visitor.button('No phone? Replace it with a backup code first').count()).toBe(0);

    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a code that is refused', () => {
  it('while turning on is said to be of an old entry, or of a clock that is off', async () => {
    const visitor = await registered();
    await visitor.toConfirm();

    await visitor.enter(visitor.wrongCode);
    await visitor.says('If your app has several entries for this account, take the newest.');
    await visitor.look('49-confirm-refused');

    expect(await visitor.page.getByText('works only once').count()).toBe(0);
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('without the phone', () => {
  it.each(['New codes', 'Turn off'])('"%s" leads on by a backup code', async (button) => {
    const visitor = await protectedByPhone();
    await visitor.button(button).click();

    await visitor.button('No phone? Replace it with a backup code first').click();
    await visitor.page.getByRole('textbox', { name: 'Backup code' }).fill(visitor.codes[0] ?? '');
    await visitor.button('Continue').click();

    await visitor.heading('Scan with your new phone').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });
});

describe('a lock in the settings', () => {
  it('that stands already is shown with its end before anything is typed', async () => {
    const visitor = await protectedByPhone();
    const failedAt = Array.from({ length: 20 }, () => here.app.clock.now());
    await seedFailures(here.app.database, [await visitor.userId()], { method: 'totp', failedAt });
    await visitor.button('New codes').click();
    await visitor.button('Cancel').click();

    await visitor.button('Turn off').click();

    const timer = visitor.page.getByRole('timer');
    expect(await timer.textContent()).toMatch(/you can try again in\s+2[34]:\d\d:\d\d/);
    expect(await visitor.page.getByLabel('Six-digit code').isEditable()).toBe(false);
    await visitor.look('47-locked-already');
    expect(await visitor.findings()).toEqual([]);
  });

  it('counts down, and the backup code still replaces the phone', async () => {
    const visitor = await protectedByPhone();
    const { page } = visitor;
    await visitor.button('Replace phone').click();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await visitor.enter(visitor.wrongCode);
      await page.waitForResponse((response) => response.url().endsWith('/setup'));
      await visitor.says('That code did not work.');
    }

    await visitor.enter(visitor.code);
    await page.getByRole('timer').waitFor();
    await visitor.look('47-locked-in-settings');
    // It is known: nobody types a code first to hear of it.
    await visitor.button('Cancel').click();
    await visitor.button('Turn off').click();
    await page.getByRole('timer').waitFor();
    await visitor.button('Cancel').click();
    await visitor.button('Replace phone').click();
    await page.getByRole('timer').waitFor();
    await visitor.button('Use a backup code instead').click();
    await page.getByRole('textbox', { name: 'Backup code' }).fill(visitor.codes[0] ?? '');
    await visitor.button('Continue').click();

    await visitor.heading('Scan with your new phone').waitFor();
    expect(await visitor.findings()).toEqual([]);
  });

  it('is over for the form that is there by then, and is no news to the overview', async () => {
    const visitor = await protectedByPhone({ hasOwnClock: true });
    const { page } = visitor;
    await visitor.button('Turn off').click();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await visitor.enter(visitor.wrongCode);
      await page.waitForResponse((response) => response.url().endsWith('/disable'));
      await visitor.says('That code did not work.');
    }
    await visitor.enter(visitor.code);
    await page.getByRole('timer').waitFor();
    await visitor.button('Cancel').click();
    await visitor.button('Turn off').waitFor();

    await page.clock.runFor(31_000);
    expect(await page.getByText('You can try again now.').count()).toBe(0);

    await visitor.button('New codes').click();
    await visitor.enter(visitor.wrongCode);
    await page.getByRole('timer').waitFor();
    await visitor.button('Cancel').click();
    await visitor.button('Turn off').click();
    await page.getByRole('timer').waitFor();
    await page.clock.runFor(61_000);
    await page.getByRole('timer').waitFor({ state: 'detached' });

    await visitor.says('You can try again now.');
    expect(await visitor.findings()).toEqual([]);
  });
});
