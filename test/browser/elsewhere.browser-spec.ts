import { type Server, createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { Phone } from 'nestjs-two-factor/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.js';
import { TEST_SECRETS, type TestApp, startApp } from '../support/app.js';
import { aUser } from '../support/people.js';
import { aFrame, aMoment, keepBack } from './support/moments.js';
import { launchBrowser } from './support/launch.js';

/** The whole page: what a host without a framework or a bundler writes. */
const pageFor = (api: string): string => `<!doctype html>
<html lang="en">
<title>Somebody else's page</title>
<two-factor-settings base-url="${api}/api/v1"></two-factor-settings>
<script type="module" src="/two-factor-elements.js"></script>
<script type="module" src="/host.js"></script>
</html>`;
const HOST_SCRIPT = `
const settings = document.querySelector('two-factor-settings');
let token = new URLSearchParams(location.hash.slice(1)).get('token');
settings.getAccessToken = () => token;
settings.addEventListener('two-factor-enabled', ({ detail }) => (token = detail.tokens.accessToken));
`;
/** Another one, for a test to script: the module, and nothing else yet. */
const BARE_PAGE = `<!doctype html>
<html lang="en">
<title>Somebody else's page</title>
<main></main>
<script type="module" src="/two-factor-elements.js"></script>
</html>`;
const MODULE = new URL('../../libs/two-factor-elements/dist/two-factor-elements.js', import.meta.url);
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src http:";

let browser: Browser;
let site: Server;
let origin: string;
let api = '';
beforeAll(async () => {
  browser = await launchBrowser();
  const module = await readFile(MODULE);
  site = createServer((request, response) => {
    const files: Record<string, [string, string | Buffer]> = {
      '/': ['text/html', pageFor(api)],
      '/bare': ['text/html', BARE_PAGE],
      '/host.js': ['text/javascript', HOST_SCRIPT],
      '/two-factor-elements.js': ['text/javascript', module],
    };
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY });
    response.end(body);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => site?.close(resolve));
});

async function visit(app: TestApp): Promise<{ page: Page; faults: string[] }> {
  api = app.url;
  const person = await aUser(app);
  const page = await browser.newPage({ locale: 'en-GB' });
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') {
      faults.push(message.text());
    }
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(`${origin}/#token=${person.tokens.accessToken}`);
  return { page, faults };
}

describe('a page of another origin', () => {
  it('turns the second factor on with the built module, once the backend names its origin', async () => {
    const app = await startApp({ variables: { CORS_ORIGINS: `https://app.example.com, ${origin}` } });
    const { page, faults } = await visit(app);

    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('img', { name: /QR/ }).waitFor();

    expect(faults).toEqual([]);
    await page.close();
    await app.close();
  });

  it('is refused as long as nobody names it', async () => {
    const app = await startApp();
    const { page, faults } = await visit(app);

    await page.getByText('No connection.').waitFor();

    expect(faults.some((fault) => fault.includes('blocked by CORS policy'))).toBe(true);
    await page.close();
    await app.close();
  });
});

describe('the language of a page', () => {
  /** What the challenge says in a place of its own, within the page. */
  const titleIn = (page: Page): Promise<string> =>
    page.getByRole('heading', { level: 2 }).textContent().then(String);

  it('is found outside of a component that the element is a part of, and followed when it changes', async () => {
    const page = await browser.newPage({ locale: 'en-GB' });
    await page.goto(`${origin}/bare`);
    await page.evaluate(() => {
      document.documentElement.lang = 'de';
      const component = document.createElement('section');
      component.attachShadow({ mode: 'open' }).append(document.createElement('two-factor-challenge'));
      document.querySelector('main')?.append(component);
    });
    expect(await titleIn(page)).toBe('Code vom Telefon eingeben');

    await page.evaluate(() => (document.documentElement.lang = 'en'));

    await expect.poll(() => titleIn(page)).toBe('Enter the code from your phone');
    await page.close();
  });

  it('is that of the place to which the element was moved', async () => {
    const page = await browser.newPage({ locale: 'en-GB' });
    await page.goto(`${origin}/bare`);
    await page.evaluate(() => {
      const german = Object.assign(document.createElement('section'), { lang: 'de' });
      document.querySelector('main')?.append(german, document.createElement('two-factor-challenge'));
    });
    expect(await titleIn(page)).toBe('Enter the code from your phone');

    await page.evaluate(() => {
      const challenge = document.querySelector('two-factor-challenge');
      document.querySelector('section')?.append(challenge ?? '');
    });

    await expect.poll(() => titleIn(page)).toBe('Code vom Telefon eingeben');
    await page.close();
  });

  it('shows texts that are added when it is on the screen already', async () => {
    const page = await browser.newPage({ locale: 'en-GB' });
    await page.goto(`${origin}/bare`);
    await page.evaluate(() => {
      document.documentElement.lang = 'nl';
      document.querySelector('main')?.append(document.createElement('two-factor-challenge'));
    });
    expect(await titleIn(page)).toBe('Enter the code from your phone');

    // As text, for Vitest would make something of its own of the `import`.
    await page.evaluate(`import('/two-factor-elements.js').then(({ addTexts }) =>
      addTexts('nl', { challenge: { title: 'Voer de code van je telefoon in' } }))`);

    await expect.poll(() => titleIn(page)).toBe('Voer de code van je telefoon in');
    await page.close();
  });
});

describe('a mistake of the page', () => {
  /** What the developer of the page reads. */
  async function bare(): Promise<{ page: Page; warnings: string[] }> {
    const page = await browser.newPage({ locale: 'en-GB' });
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') {
        warnings.push(message.text());
      }
    });
    await page.clock.install();
    await page.goto(`${origin}/bare`);
    return { page, warnings };
  }

  it('is told to who makes it: no getter of tokens', async () => {
    const { page, warnings } = await bare();
    // From here on the time of the page moves by the test alone.
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.evaluate(() => {
      const settings = document.createElement('two-factor-settings');
      // As Vue does it with a name in its own style.
      settings.setAttribute('get-access-token', '() => token');
      document.querySelector('main')?.append(settings);
    });

    await page.clock.runFor(2_900);
    expect(warnings).toEqual([]);
    await page.clock.runFor(200);

    expect(warnings).toEqual([expect.stringContaining('waits for its property getAccessToken')]);
    await page.close();
  });

  it('is told to who makes it: a getter of tokens that throws', async () => {
    const { page, warnings } = await bare();
    await page.evaluate(() => {
      const settings = document.createElement('two-factor-settings');
      settings.getAccessToken = () => {
        throw new RangeError('the store is not ready');
      };
      document.querySelector('main')?.append(settings);
    });
    await page.getByText('We got an answer we did not understand.').waitFor();

    expect(warnings.join()).toContain('getAccessToken has thrown. RangeError: the store is not ready');
    await page.close();
  });

  it('is told to who makes it: an origin that the backend does not name', async () => {
    const app = await startApp();
    const { page, warnings } = await bare();
    await page.evaluate((baseUrl) => {
      const settings = document.createElement('two-factor-settings');
      Object.assign(settings, { baseUrl, getAccessToken: () => 'a token' });
      document.querySelector('main')?.append(settings);
    }, `${app.url}/api/v1`);
    await page.getByText('No connection.').waitFor();

    expect(warnings.join()).toContain(`no answer from ${app.url}. If it is up, does it allow ${origin}`);
    await page.close();
    await app.close();
  });
});

describe('another account in the same element', () => {
  let app: TestApp;
  let page: Page;
  beforeEach(async () => {
    app = await startApp({ variables: { CORS_ORIGINS: origin } });
    page = await browser.newPage({ locale: 'en-GB' });
    await page.goto(`${origin}/bare`);
  });
  afterEach(async () => {
    await page.close();
    await app.close();
  });

  const showTo = (account: string | undefined, accessToken: string | undefined): Promise<void> =>
    page.evaluate(
      (properties) => {
        const settings =
          document.querySelector('two-factor-settings') ?? document.createElement('two-factor-settings');
        Object.assign(settings, { ...properties, getAccessToken: () => properties.accessToken });
        settings.addEventListener('two-factor-enabled', () => (document.title = 'has heard of tokens'));
        document.querySelector('main')?.append(settings);
      },
      { account, accessToken, baseUrl: `${app.url}/api/v1` },
    );

  it('leaves nothing of the previous one on the screen', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const bob = await aUser(app);
    await showTo('ann@example.com', ann.tokens.accessToken);
    await page.getByText('10 of 10 left').waitFor();
    await page.getByRole('button', { name: 'Turn off' }).click();

    const [asked, released] = [aMoment(), aMoment()];
    await page.route('**/auth/2fa', async (route) => {
      asked.reach();
      await released.reached;
      await route.continue();
    });
    await showTo('bob@example.com', bob.tokens.accessToken);
    await asked.reached;
    expect(await page.getByRole('heading').count()).toBe(0);
    released.reach();

    await page.getByRole('button', { name: 'Turn on' }).waitFor();
  });

  it('begins anew also when nobody was signed in between', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const bob = await aUser(app);
    await showTo('ann@example.com', ann.tokens.accessToken);
    await page.getByText('10 of 10 left').waitFor();

    await showTo(undefined, undefined);
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await showTo('bob@example.com', bob.tokens.accessToken);

    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    expect(await page.getByText('10 of 10 left').count()).toBe(0);
  });

  it('keeps what somebody has begun when it is first told whose it is', async () => {
    const ann = await aUser(app);
    await showTo(undefined, ann.tokens.accessToken);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('button', { name: 'Next' }).waitFor();

    await showTo('ann@example.com', ann.tokens.accessToken);
    await aFrame(page);

    expect(await page.getByRole('button', { name: 'Next' }).isVisible()).toBe(true);
  });

  it.each([
    ['New codes', '/backup-codes'],
    ['Turn off', '/disable'],
  ] as const)('shows nobody what "%s" answers to the previous one', async (button, path) => {
    const ann = await (await aUser(app)).withTwoFactor();
    const bob = await aUser(app);
    await showTo('ann@example.com', ann.tokens.accessToken);
    await page.getByRole('button', { name: button }).click();
    const late = await keepBack(page, path);
    await page.getByLabel('Six-digit code').fill(ann.phone?.code() ?? '');
    await late.asked;

    await showTo('bob@example.com', bob.tokens.accessToken);
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    await late.answer();

    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    expect(await page.getByRole('list', { name: 'Backup codes' }).count()).toBe(0);
    expect(await page.getByText('Two-factor authentication is off.').count()).toBe(0);
  });

  it('gives nobody the session of the previous one, whose phone was being confirmed', async () => {
    const [ann, bob] = [await aUser(app), await aUser(app)];
    await showTo('ann@example.com', ann.tokens.accessToken);
    await page.getByRole('button', { name: 'Turn on' }).click();
    const qrCode = await page.getByRole('img', { name: /QR/ }).screenshot();
    const phone = await Phone.scan(`data:image/png;base64,${qrCode.toString('base64')}`, app.clock);
    await page.getByRole('button', { name: 'Next' }).click();
    const enabled = await keepBack(page, '/enable');
    await page.getByLabel('Six-digit code').fill(phone.code());
    await enabled.asked;

    await showTo('bob@example.com', bob.tokens.accessToken);
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    await enabled.answer();

    expect(await page.title()).toBe("Somebody else's page");
    expect(await page.getByRole('button', { name: 'Turn on' }).isVisible()).toBe(true);
    expect(await page.getByRole('list', { name: 'Backup codes' }).count()).toBe(0);
    // Ann is told when she comes back that she has not seen hers.
    expect(await page.evaluate(() => localStorage.length)).toBe(1);
  });
});

describe('the answers of the backend', () => {
  it('name only the origins that were configured, and what their pages may read', async () => {
    const app = await startApp({ variables: { CORS_ORIGINS: origin } });
    const ask = (from: string): Promise<Response> =>
      fetch(`${app.url}/api/v1/auth/2fa`, {
        method: 'OPTIONS',
        headers: { Origin: from, 'Access-Control-Request-Method': 'GET' },
      });

    const [known, unknown] = [await ask(origin), await ask('https://evil.example')];
    const answer = await fetch(`${app.url}/api/v1/auth/2fa`, { headers: { Origin: origin } });

    expect(known.headers.get('access-control-allow-origin')).toBe(origin);
    expect(unknown.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    await app.close();
  });

  it.each(['*', 'app.example.com', 'https://app.example.com/', 'https://app.example.com/path', 'null'])(
    'come from no process that was told "%s"',
    (value) => {
      expect(() => readEnvironment({ CORS_ORIGINS: value }, () => TEST_SECRETS)).toThrow(
        /CORS_ORIGINS must be/,
      );
    },
  );

  it('carry a strict policy with the page, and keep what is named by its content', async () => {
    const app = await startApp();

    const page = await fetch(app.url);
    const policy = page.headers.get('content-security-policy') ?? '';
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(await page.text()) ?? [];
    const asset = await fetch(`${app.url}${script}`);

    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    await asset.arrayBuffer();
    const unknown = await fetch(`${app.url}/assets/no-such-file.js`);
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    await app.close();
  });

  it('show the documentation without a violation of its own policy', async () => {
    const app = await startApp();
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') {
        faults.push(message.text());
      }
    });

    await page.goto(`${app.url}/docs`);
    await page.getByText('/api/v1/auth/2fa/setup').waitFor();

    expect(faults).toEqual([]);
    await page.close();
    await app.close();
  });
});
