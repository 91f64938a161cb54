import { type Browser, type Page, chromium, firefox } from 'playwright-core';
import { inject } from 'vitest';

const CHROMIUM_FLAGS = [
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const FIREFOX_PREFERENCES = {
  // 1 is light. What changes while a test runs, the page is told by itself.
  'layout.css.prefers-color-scheme.content-override': 1,
  'ui.prefersReducedMotion': 1,
  // Firefox 153 falls over what axe and Playwright read, at an address of nought: `ariaDescribedByElements` and its like.
  'accessibility.ARIAElementReflection.enabled': false,
  // A page reads the clipboard without a menu in which somebody chooses "Paste".
  'dom.events.testing.asyncClipboard': true,
};

/** Whether the tests run in Firefox. It plays no authenticator and has no debugger of Chromium's. */
export const isFirefox = (): boolean => {
  const found = inject('browser');
  return 'name' in found && found.name === 'Firefox';
};

/** @param preferences Firefox's own, for what it cannot be told later */
export async function launchBrowser(
  preferences: Readonly<Record<string, string | number | boolean>> = {},
): Promise<Browser> {
  const found = inject('browser');
  if ('missing' in found) {
    throw new Error(found.missing);
  }
  if (found.name === 'Firefox') {
    return launchFirefox(found.path, preferences);
  }
  return chromium.launch({
    executablePath: found.path,
    // Chromium's sandbox refuses to run as root.
    args: [...CHROMIUM_FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** The Firefox that people have, by WebDriver BiDi: Playwright's own one is another build. */
async function launchFirefox(
  executablePath: string,
  preferences: Readonly<Record<string, string | number | boolean>>,
): Promise<Browser> {
  const browser = await firefox.launch({
    channel: 'moz-firefox',
    executablePath,
    firefoxUserPrefs: { ...FIREFOX_PREFERENCES, ...preferences },
  });
  forgoMediaFeatures(browser);
  return browser;
}

interface Session {
  send(this: Session, method: string, params: object): Promise<unknown>;
}

/** Playwright's own side of what it gives out. */
function innerOf(one: Browser | Page): object {
  const connection = Reflect.get(one, '_connection') as { toImpl(outer: object): object };
  return connection.toImpl(one);
}

const without = new WeakSet<object>();

/** Playwright tells every window its media features, by a command that Firefox 153 does not know: it opens none then. */
function forgoMediaFeatures(browser: Browser): void {
  const session = Reflect.get(innerOf(browser), '_browserSession') as Session;
  const sessions = Object.getPrototypeOf(session) as Session;
  if (without.has(sessions)) {
    return;
  }
  without.add(sessions);
  const { send } = sessions;
  sessions.send = function sendKnown(this: Session, method, params) {
    return method === 'emulation.setMediaFeaturesOverride'
      ? Promise.resolve({})
      : send.call(this, method, params);
  };
}

/** Before a picture Playwright puts a style into the page, which the policy of the page refuses in Firefox. */
export function forgoStyles(page: Page): void {
  const { delegate } = innerOf(page) as { delegate: { shouldToggleStyleSheetToSyncAnimations(): boolean } };
  delegate.shouldToggleStyleSheetToSyncAnimations = () => false;
}
