import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Phone } from 'nestjs-two-factor/testing';
import * as client from '../src/client/index.js';
import type { Change, ChangeEvent, Proof, Tokens } from '../src/client/index.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../../../test/support/app.js';
import { type Person, aUser } from '../../../test/support/people.js';

const README = new URL('../README.md', import.meta.url);

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** A page of somebody's own design: the lines of the README, and what it shows. */
class Page {
  readonly #shown: Change[] = [];
  readonly #take: (event: ChangeEvent) => void;
  readonly perform: (proof?: Proof) => Promise<void>;

  constructor(person: Person) {
    const [, lines = ''] =
      /```js\nimport [^\n]+ performChange [^\n]+\n([\s\S]+?)```/.exec(readFileSync(README, 'utf8')) ?? [];
    const given = {
      ...client,
      getAccessToken: async ({ refresh }: { readonly refresh: boolean }) => {
        if (refresh) {
          const { refreshToken } = person.tokens;
          person.tokens = (await person.post<Tokens>('/auth/refresh', { refreshToken })).data;
        }
        return person.tokens.accessToken;
      },
      mySession: { accept: (tokens: Tokens) => void (person.tokens = tokens) },
      show: (state: Change) => this.#shown.push(state),
    };
    // oxlint-disable-next-line typescript/no-implied-eval -- what the README shows is what runs
    const run = new Function(
      ...Object.keys(given),
      `${lines.replace('https://api.example.com', person.place.url)}; return { take, perform };`,
    ) as (...values: readonly unknown[]) => {
      take: (event: ChangeEvent) => void;
      perform: (proof?: Proof) => Promise<void>;
    };
    const { take, perform } = run(...Object.values(given));
    this.#take = take;
    this.perform = perform;
  }

  take(event: ChangeEvent): void {
    this.#take(event);
  }

  /** Once the calls that are under way are answered. */
  async at<Step extends Change['step']>(step: Step): Promise<Change & { readonly step: Step }> {
    await vi.waitFor(() => assert.equal(this.#shown.at(-1)?.step, step), { timeout: 10_000 });
    return this.#shown.at(-1) as Change & { readonly step: Step };
  }
}

describe('the settings of an own design, by the lines of the README', () => {
  it('are turned on, and then off with a code', async () => {
    const person = await aUser(app);
    const page = new Page(person);
    const before = person.tokens.accessToken;

    page.take({ type: 'load' });
    expect((await page.at('overview')).status.enabled).toBe(false);
    page.take({ type: 'chosen', deed: { kind: 'first-app' } });
    const { setup } = await page.at('scanning');
    const phone = await Phone.scan(setup.qrCodeUri, app.clock);
    page.take({ type: 'next' });
    await page.perform({ code: '000000' });
    expect(await page.at('confirming')).toMatchObject({ failure: { code: 'TWO_FACTOR_CODE_INVALID' } });
    await page.perform({ code: phone.code() });

    expect((await page.at('saving')).codes.codes).toHaveLength(10);
    expect(person.tokens.accessToken).not.toBe(before);

    page.take({ type: 'codes-saved' });
    expect(await page.at('overview')).toMatchObject({
      status: { enabled: true },
      outcome: { done: { kind: 'first-app' } },
    });
    app.clock.advance({ seconds: 30 });
    page.take({ type: 'chosen', deed: { kind: 'turn-off' } });
    expect(await page.at('proving')).toMatchObject({ methods: ['totp'], instead: { kind: 'replace' } });
    await page.perform({ code: phone.code() });

    expect(await page.at('overview')).toMatchObject({
      status: { enabled: false },
      outcome: { done: { kind: 'turn-off' } },
    });
  });

  it('take the password as well, when the sign-in is not recent, and give new codes', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    const page = new Page(person);
    app.clock.advance({ seconds: 901 });

    page.take({ type: 'load' });
    await page.at('overview');
    page.take({ type: 'chosen', deed: { kind: 'draw-codes' } });
    const { code } = person;
    await page.perform({ code });
    expect(await page.at('proving')).toMatchObject({ needsPassword: true });
    await page.perform({ code, password: person.password });

    expect((await page.at('saving')).codes.codes).not.toEqual(person.backupCodes);
  });

  it('take another name without a proof', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    const page = new Page(person);

    page.take({ type: 'load' });
    const { status } = await page.at('overview');
    const [authenticator] = status.authenticators;
    page.take({ type: 'chosen', deed: { kind: 'rename', authenticator: authenticator! } });
    await page.at('naming');
    page.take({ type: 'chosen', deed: { kind: 'rename', authenticator: authenticator!, name: 'Old phone' } });

    expect(await page.at('overview')).toMatchObject({
      status: { authenticators: [{ name: 'Old phone' }] },
      outcome: { done: { kind: 'rename' } },
    });
  });

  it('do what was chosen last, also while another call is under way', async () => {
    const person = await aUser(app);
    const page = new Page(person);
    const authenticator = {
      id: randomUUID(),
      type: 'totp',
      name: '',
      createdAt: '',
      lastUsedAt: null,
    } as const;

    page.take({ type: 'load' });
    await page.at('overview');
    page.take({ type: 'chosen', deed: { kind: 'first-app' } });
    page.take({ type: 'chosen', deed: { kind: 'rename', authenticator, name: 'Old phone' } });

    const failure = { code: 'TWO_FACTOR_AUTHENTICATOR_UNKNOWN' };
    await vi.waitFor(async () => expect(await page.at('naming')).toMatchObject({ isBusy: false, failure }));
  });
});
