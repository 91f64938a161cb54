import { type Server, createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Phone } from 'nestjs-two-factor/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';
import { InstalledApp } from './support/installed-app.js';
import { launchBrowser } from './support/launch.js';

const APPS = new URL('../apps/', import.meta.url);
const BUNDLE = new URL('../../libs/two-factor-elements/dist/two-factor-elements.js', import.meta.url);

let browser: Browser;
let site: Server;
let origin = '';
let app: TestApp;
/** What the site serves. */
const files = new Map<string, readonly [type: string, body: string]>();

beforeAll(async () => {
  site = createServer((request, response) => {
    const [type, body] = files.get(request.url ?? '') ?? ['text/plain', ''];
    response.writeHead(200, { 'Content-Type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  [app, browser] = await Promise.all([startApp({ variables: { CORS_ORIGINS: origin } }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await new Promise((resolve) => site?.close(resolve));
});

/** The lines that a host writes for the elements: those that are not blank. */
async function linesOf(file: string): Promise<number> {
  const text = await readFile(new URL(file, APPS), 'utf8');
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

async function visit(path: string): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({ locale: 'en-GB' });
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load')) {
      faults.push(message.text());
    }
  });
  await page.goto(`${origin}${path}`);
  return { page, faults };
}

/** Turns it on in the page, and reads the codes. */
async function turnOn(page: Page): Promise<Phone> {
  await page.getByRole('button', { name: 'Turn on' }).click();
  const qrCode = await page.getByRole('img', { name: /QR/ }).screenshot();
  const phone = await Phone.scan(`data:image/png;base64,${qrCode.toString('base64')}`, app.clock);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Six-digit code').fill(phone.code());
  const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  const first = (await codes.first().textContent()) ?? '';
  await page.getByLabel('Last five characters of any one code').fill(first.trim().slice(-5));
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('10 of 10 left').waitFor();
  return phone;
}

describe.each([
  { of: '19', react: '19.3.1', types: '19.3.1', domTypes: '19.3.0', compiler: 'typescript-7/bin/tsc' },
  { of: '18', react: '18.3.1', types: '18.3.32', domTypes: '18.3.7', compiler: 'typescript/bin/tsc' },
])('an application of React $of', ({ react, types, domTypes, compiler }) => {
  let host: InstalledApp;
  beforeAll(async () => {
    host = await InstalledApp.install('react', {
      react,
      'react-dom': react,
      '@types/react': types,
      '@types/react-dom': domTypes,
    });
  }, 300_000);
  afterAll(() => host?.remove());

  it('writes twenty lines, and compiles strictly with no typings of its own', async () => {
    expect(await linesOf('react/security.tsx')).toBeLessThanOrEqual(20);
    expect(await host.typeErrors(compiler)).toBe('');
  });

  it('renders on a server, takes over in the browser, signs in and turns it on', async () => {
    const server = await host.build('server.tsx', { isServer: true });
    const api = `${app.url}/api/v1`;
    const { login, settings } = await host.rendered(join(server, 'server.mjs'), api);
    expect(settings).toBe('<two-factor-settings></two-factor-settings>');
    files.set('/client.js', [
      'text/javascript',
      await readFile(join(await host.build('client.tsx'), 'client.js'), 'utf8'),
    ]);
    files.set('/react', [
      'text/html',
      `<!doctype html><html lang="en"><div id="root" data-api="${api}">${login}</div><script type="module" src="/client.js"></script>`,
    ]);
    const ann = await aUser(app);
    const { page, faults } = await visit('/react');

    await signIn(page, ann);
    const phone = await turnOn(page);
    await page.reload();
    await signIn(page, ann);
    await page.getByRole('link', { name: 'I have lost everything' }).waitFor();
    app.clock.advance({ seconds: 30 });
    await page.getByLabel('Six-digit code').fill(phone.code());
    await page.getByText('10 of 10 left').waitFor();

    expect(faults).toEqual([]);
    await page.close();
  });

  async function signIn(page: Page, { email, password }: Person): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
});

describe('an application of Vue 3', () => {
  it('writes fifteen lines, signs in and turns it on', async () => {
    expect(await linesOf('vue/main.js')).toBeLessThanOrEqual(15);
    const host = await InstalledApp.install('vue', { vue: '3.5.22' });
    const script = 'text/javascript';
    files.set('/vue', [
      'text/html',
      '<!doctype html><div id="app"></div><script type="module" src="/main.js"></script>',
    ]);
    for (const file of ['main.js', 'host.js']) {
      files.set(`/${file}`, [script, await readFile(join(host.folder, file), 'utf8')]);
    }
    const vue = join(host.folder, 'node_modules/vue/dist/vue.esm-browser.prod.js');
    files.set('/vue.js', [script, await readFile(vue, 'utf8')]);
    files.set('/two-factor-elements.js', [script, await readFile(BUNDLE, 'utf8')]);
    const ann = await aUser(app);
    const api = `api=${app.url}/api/v1`;

    const { page, faults } = await visit(`/vue#${api}&token=${ann.tokens.accessToken}`);
    const phone = await turnOn(page);
    const { data } = await ann.login();
    app.clock.advance({ seconds: 30 });
    await page.goto('about:blank');
    await page.goto(`${origin}/vue#${api}&signIn=${encodeURIComponent(JSON.stringify(data))}`);
    await page.getByLabel('Six-digit code').fill(phone.code());
    await page.getByText('10 of 10 left').waitFor();

    expect(faults).toEqual([]);
    await page.close();
    host.remove();
  }, 300_000);
});

describe('a template of Vue 3', () => {
  it('is checked strictly by vue-tsc, which finds a property, a value and an event that there is not', async () => {
    const packages = { vue: '3.5.22', 'vue-tsc': '3.3.14', typescript: '5.9.3' };
    const host = await InstalledApp.install('vue-typed', packages);

    expect(await host.typeErrors('vue-tsc/bin/vue-tsc.js')).toBe('');
    host.remove();
  }, 300_000);
});

describe('a page without a framework', () => {
  it('writes twelve lines, and turns it on', async () => {
    expect(await linesOf('html/index.html')).toBeLessThanOrEqual(12);
    files.set('/html', ['text/html', await readFile(new URL('html/index.html', APPS), 'utf8')]);
    files.set('/session.js', ['text/javascript', await readFile(new URL('html/session.js', APPS), 'utf8')]);
    files.set('/two-factor-elements.js', ['text/javascript', await readFile(BUNDLE, 'utf8')]);
    const ann = await aUser(app);

    const { page, faults } = await visit(`/html#api=${app.url}/api/v1&token=${ann.tokens.accessToken}`);
    await turnOn(page);

    expect(faults).toEqual([]);
    await page.close();
  });
});
