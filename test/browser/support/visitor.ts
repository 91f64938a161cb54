import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Phone } from 'nestjs-two-factor/testing';
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { type TestApp, startApp } from '../../support/app.js';
import { aUser } from '../../support/people.js';
import { forgoStyles, isFirefox, launchBrowser } from './launch.js';

const ARTEFACTS = fileURLToPath(new URL('../../artefacts/', import.meta.url));
/** `SCREENSHOTS=on` takes two pictures of each screen, `all` four, for people to look at: nothing is asserted of them. */
const SCREENSHOTS = process.env['SCREENSHOTS'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Everything here happens on one machine, which may be busy; a longer wait is for what does not come. */
const PATIENCE_MS = 30_000;

/** An application and a browser for the tests of a file. They are there once `beforeAll` has run. */
export interface Here {
  readonly app: TestApp;
  readonly browser: Browser;
}

/** @param preferences of Firefox */
export function useBrowser(
  start: () => Promise<TestApp> = startApp,
  preferences: Parameters<typeof launchBrowser>[0] = {},
): Here {
  // Of this file: it would not outlive the first one that loads this module.
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
  const opened: { app?: TestApp; browser?: Browser } = {};
  beforeAll(async () => {
    [opened.app, opened.browser] = await Promise.all([start(), launchBrowser(preferences)]);
  });
  afterAll(async () => {
    await opened.browser?.close();
    await opened.app?.close();
  });
  return {
    get app() {
      return opened.app!;
    },
    get browser() {
      return opened.browser!;
    },
  };
}

export interface VisitorOptions {
  /** Whether nobody else shall have the window afterwards. */
  readonly hasOwnWindow?: boolean;
  /** Whether there is an account with a second factor already, made over HTTP. */
  readonly isProtected?: boolean;
  readonly email?: string;
  /** Puts the page's timers into the test's hands. */
  readonly hasOwnClock?: boolean;
  readonly isPhone?: boolean;
  readonly locale?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export const DESKTOP = { width: 1280, height: 900 } as const;
export const SMALL = { width: 360, height: 740 } as const;

interface AxeRules {
  readonly type: 'tag' | 'rule';
  readonly values: readonly string[];
}

/** All there are, once; what depends on colours and widths, the other time as well. */
const ALL_RULES: AxeRules = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
const RULES_OF_LOOKS: AxeRules = {
  type: 'rule',
  values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'],
};

interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly rules?: AxeRules;
}

const LOOKS: readonly Look[] = [
  { colorScheme: 'light', width: 'desktop', viewport: DESKTOP, rules: ALL_RULES },
  { colorScheme: 'dark', width: '360', viewport: SMALL, rules: RULES_OF_LOOKS },
  ...(SCREENSHOTS === 'all'
    ? ([
        { colorScheme: 'light', width: '360', viewport: SMALL },
        { colorScheme: 'dark', width: 'desktop', viewport: DESKTOP },
      ] as const)
    : []),
];

interface Window {
  readonly page: Page;
  close(how: { readonly forGood: boolean }): Promise<void>;
}

async function newWindow(browser: Browser, options: BrowserContextOptions): Promise<Window> {
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`Policy violated: ${violatedDirective} ${blockedURI}`),
    );
  });
  const page = await context.newPage();
  if (isFirefox()) {
    forgoStyles(page);
  }
  // The page's policy lets no script in later, and only Chromium has a debugger that does, at the same cost.
  await page.addInitScript({ content: `globalThis.loadAxe = () => {${AXE}\nreturn axe; };` });
  return { page, close: () => context.close() };
}

const idle = new WeakMap<Browser, Window>();

/** A window like any other, used by one test after the other: a new one costs as much as the test. */
async function ordinaryWindow(browser: Browser): Promise<Window> {
  const window = idle.get(browser) ?? (await newWindow(browser, { locale: 'en-GB', viewport: DESKTOP }));
  const { page } = window;
  idle.delete(browser);
  return {
    page,
    close: async ({ forGood }) => {
      if (forGood) {
        await window.close({ forGood });
        return;
      }
      page.removeAllListeners();
      // Whoever leaves with codes on the screen is asked.
      page.on('dialog', (dialog) => void dialog.accept());
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.context().setOffline(false);
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      page.removeAllListeners();
      idle.set(browser, window);
    },
  };
}

/**
 * Somebody in front of a browser, with a phone beside it. Notes whatever nobody should see: errors on the
 * console, violations of the policy, and secrets that went where they stay.
 */
export class Visitor {
  readonly password: string = 'correct horse battery staple';
  phone: Phone | undefined;
  /** The backup codes of the account that was there already. */
  codes: readonly string[] = [];
  readonly faults: string[] = [];
  readonly requests: string[] = [];
  readonly #secrets = new Set<string>([this.password]);
  readonly #addresses = new Set<string>();

  private constructor(
    readonly app: TestApp,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly email: string,
  ) {}

  static async arrive(
    browser: Browser,
    app: TestApp,
    {
      email = `ann-${crypto.randomUUID().slice(0, 8)}@example.com`,
      isProtected = false,
      ...special
    }: VisitorOptions = {},
  ): Promise<Visitor> {
    const { locale = 'en-GB', viewport = DESKTOP, hasOwnClock = false, isPhone = false } = special;
    const isOrdinary = Object.keys(special).length === 0;
    const person = isProtected ? (await aUser(app, { email })).withTwoFactor() : undefined;
    const { page, close } = isOrdinary
      ? await ordinaryWindow(browser)
      : await newWindow(browser, { locale, viewport, ...(isPhone && { hasTouch: true, isMobile: true }) });
    const visitor = new Visitor(app, page.context(), page, email);
    visitor.#watch();
    onTestFinished(async ({ task }) => {
      const hasFailed = task.result?.state === 'fail';
      if (hasFailed) {
        await page.screenshot({ path: `${ARTEFACTS}failed-${email}.png`, fullPage: true }).catch(() => {});
      }
      await close({ forGood: hasFailed });
    });
    if (hasOwnClock) {
      await visitor.page.clock.install();
    }
    await visitor.page.goto(app.url);
    const { phone, backupCodes = [] } = (await person) ?? {};
    visitor.phone = phone;
    visitor.codes = backupCodes;
    return visitor;
  }

  #watch(): void {
    const { page } = this;
    page.on('pageerror', (error) => this.faults.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      // Chromium's own line for each answer of 400 and over; the answers are asserted on elsewhere.
      const isNetworkLine = message.text().startsWith('Failed to load resource:');
      if (['error', 'warning'].includes(message.type()) && !isNetworkLine) {
        this.faults.push(`${message.type()}: ${message.text()}`);
      }
    });
    page.on('framenavigated', (frame) => this.#addresses.add(frame.url()));
    page.on('request', (request) => {
      this.requests.push(request.url());
    });
    page.on('response', (response) => {
      if (response.url().includes('/api/v1/')) {
        void response.text().then(
          (text) => this.#noteSecrets(text),
          () => undefined,
        );
      }
    });
  }

  /** Remembers the values that must not stay anywhere. */
  #noteSecrets(answer: string): void {
    const secret =
      /"(?:accessToken|refreshToken|challengeToken|enrolmentToken|secret|otpauthUri|qrCodeUri)":"([^"]+)"|"([\dA-Z]{5}-[\dA-Z]{5}-[\dA-Z]{5})"/g;
    for (const [, named, code] of answer.matchAll(secret)) {
      this.#secrets.add(named ?? code ?? '');
    }
  }

  /** What the screen says of the account: the six digits of now. */
  get code(): string {
    if (this.phone === undefined) {
      throw new Error('Nothing was scanned yet');
    }
    return this.phone.code();
  }

  /** The id of the account, which no screen shows. */
  async userId(): Promise<string> {
    const sql = 'SELECT id FROM users WHERE email = $1';
    const [account] = await this.app.database.query<{ id: string }>(sql, [this.email]);
    return account?.id ?? '';
  }

  /** Reads the QR code from the pixels of the screen, as a camera does. */
  async scan(): Promise<void> {
    const screen = await this.page.getByRole('img', { name: /QR/ }).screenshot();
    this.phone = await Phone.scan(`data:image/png;base64,${screen.toString('base64')}`, this.app.clock);
  }

  /** A code that the phone does not show. */
  get wrongCode(): string {
    return this.phone?.wrongCode() ?? '000000';
  }

  /** Waits until the phone shows another code. */
  nextCode(): string {
    this.app.clock.advance({ seconds: 30 });
    return this.code;
  }

  button(name: string | RegExp): ReturnType<Page['getByRole']> {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  heading(name: string): ReturnType<Page['getByRole']> {
    return this.page.getByRole('heading', { name, exact: true });
  }

  /** Waits for a text. What is said aloud as well stands in the page twice. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).last().waitFor();
  }

  /** What has the focus, through all shadow roots: its name, or its id if it is a field. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) {
        element = element.shadowRoot.activeElement;
      }
      return (
        (element?.getAttribute('aria-label') ?? element?.textContent ?? '').trim() || (element?.id ?? '')
      );
    });
  }

  async hasFocus(wanted: string): Promise<void> {
    await vi.waitUntil(async () => (await this.focused()) === wanted, PATIENCE_MS);
  }

  /**
   * Tabs on until the wanted thing has the focus, and sees that this can be seen.
   *
   * @param key back, for what stands before: in Firefox the last thing is followed by the browser's own
   */
  async tabTo(wanted: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    for (let tabs = 0; tabs < 40; tabs += 1) {
      await this.page.keyboard.press(key);
      if ((await this.focused()) === wanted) {
        if ((await this.#outline()) !== 'solid') {
          throw new Error(`Nothing shows that ${wanted} has the focus`);
        }
        return;
      }
    }
    throw new Error(`No ${wanted} within forty tabs`);
  }

  /** Tabs to a button or a link, and presses it. */
  async press(wanted: string, key?: 'Tab' | 'Shift+Tab'): Promise<void> {
    await this.tabTo(wanted, key);
    await this.page.keyboard.press('Enter');
  }

  /** Tabs to a field, and types into it. */
  async type(id: string, text: string): Promise<void> {
    await this.tabTo(id);
    await this.page.keyboard.type(text);
  }

  #outline(): Promise<string> {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) {
        element = element.shadowRoot.activeElement;
      }
      return element ? getComputedStyle(element).outlineStyle : 'nothing';
    });
  }

  async register(): Promise<void> {
    await this.page.goto(`${this.app.url}/#register`);
    await this.page.getByLabel('E-mail address').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(this.password);
    await this.button('Create account').click();
    await this.heading('Two-factor authentication').waitFor();
  }

  async signIn(): Promise<void> {
    await this.page.getByLabel('E-mail address').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(this.password);
    await this.button('Sign in').click();
  }

  async signOut(): Promise<void> {
    await this.button('Sign out').click();
    await this.heading('Sign in').waitFor();
  }

  /** Signs in again, after a reload for example, with the phone if there is one. */
  async signInWithCode(): Promise<void> {
    await this.signIn();
    await this.heading('Enter the code from your phone').waitFor();
    await this.enter(this.nextCode());
    await this.heading('Two-factor authentication').waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.heading('Sign in').waitFor();
  }

  async toConfirm(): Promise<void> {
    await this.button('Turn on').click();
    await this.heading('Scan with your authenticator app').waitFor();
    await this.scan();
    await this.button('Next').click();
    await this.heading('Enter the code from your app').waitFor();
  }

  async toCodes(): Promise<string[]> {
    await this.toConfirm();
    await this.enter(this.code);
    await this.heading('Save your backup codes').waitFor();
    return this.shownCodes();
  }

  /** From an account without a second factor to one with it. @returns the backup codes */
  async turnOn(): Promise<string[]> {
    const codes = await this.toCodes();
    await this.proveSaved(codes);
    await this.says('Two-factor authentication is on.');
    return codes;
  }

  async proveSaved(codes: readonly string[]): Promise<void> {
    await this.page.getByLabel('Last five characters of any one code').fill(codes[3]?.slice(-5) ?? '');
    await this.button('Done').click();
  }

  /** Waits for the codes: the answer that brought them is on the screen a moment later. */
  async shownCodes(): Promise<string[]> {
    const codes = this.page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
    await codes.first().waitFor();
    return codes.allTextContents();
  }

  /** Types six digits, which send themselves. */
  async enter(code: string): Promise<void> {
    await this.page.getByLabel('Six-digit code').fill(code);
  }

  /**
   * Looks at what is there, light on a desk and dark on a small phone, and asks axe both times.
   */
  async look(state: string): Promise<void> {
    const { page } = this;
    const before = page.viewportSize() ?? DESKTOP;
    for (const { colorScheme, width, viewport, rules } of LOOKS) {
      await this.#paint(colorScheme);
      await page.setViewportSize(viewport);
      await this.picture(`${state}.${colorScheme}.${width}`);
      const overflow = await this.#overflow();
      this.faults.push(
        ...(overflow > 0 ? [`${state} at ${width}: ${overflow} pixels too wide`] : []),
        ...(rules ? await this.#axeFaults(rules) : []).map((fault) => `${state}, ${colorScheme}: ${fault}`),
      );
    }
    await page.setViewportSize(before);
    await this.#paint('light', null);
  }

  /** Takes a picture for people to look at, if they want one. */
  async picture(name: string, { fullPage = true } = {}): Promise<void> {
    if (SCREENSHOTS !== undefined) {
      const path = `${ARTEFACTS}${isFirefox() ? 'firefox/' : ''}${name}.png`;
      await this.page.screenshot({ path, fullPage });
    }
  }

  async #paint(colorScheme: 'light' | 'dark', reducedMotion: 'reduce' | null = 'reduce'): Promise<void> {
    await this.page.emulateMedia({ colorScheme, reducedMotion });
    if (isFirefox()) {
      await this.page.evaluate(
        (scheme) => (document.documentElement.style.colorScheme = scheme),
        colorScheme,
      );
    }
  }

  async #axeFaults(rules: AxeRules): Promise<string[]> {
    return this.page.evaluate(async (runOnly) => {
      interface Axe {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      }
      const { axe, loadAxe } = globalThis as unknown as { axe?: Axe; loadAxe(): Axe };
      const { violations } = await (axe ?? loadAxe()).run(document, {
        runOnly,
        resultTypes: ['violations'],
        preload: false,
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
      );
    }, rules);
  }

  /** Pixels by which the page is wider than the screen. */
  async #overflow(): Promise<number> {
    return this.page.evaluate(() =>
      Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
    );
  }

  /**
   * What nobody should find: complaints of the console, of the policy and of axe, and secrets that stayed in a
   * storage, an address or the history.
   */
  async findings(): Promise<string[]> {
    const kept = await this.page.evaluate(async () => ({
      local: Object.entries(localStorage),
      session: Object.entries(sessionStorage),
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      history: (
        globalThis as unknown as { navigation: { entries(): { url: string; getState(): unknown }[] } }
      ).navigation
        .entries()
        .map((entry) => [entry.url, entry.getState()]),
      state: history.state as unknown,
      name: window.name,
    }));
    const cookies = await this.context.cookies();
    const places = { ...kept, cookies, addresses: [...this.#addresses], requests: this.requests };
    const everywhere = JSON.stringify(places);
    const leaked = [...this.#secrets].filter(
      (secret) => everywhere.includes(secret) || everywhere.includes(encodeURIComponent(secret)),
    );
    const strangers = this.requests.filter(
      (url) => ![this.app.url, 'data:', 'blob:'].some((known) => url.startsWith(known)),
    );
    return [
      ...this.faults,
      ...leaked.map((secret) => `kept or sent where it stays: ${secret.slice(0, 12)}…`),
      ...strangers.map((url) => `asked a stranger: ${url}`),
      ...[...kept.databases, ...kept.caches, ...cookies].map((one) => `stored: ${JSON.stringify(one)}`),
      // Otherwise the search above is for nothing.
      ...(this.#secrets.size > 1 ? [] : ['no answer was seen']),
    ];
  }
}
