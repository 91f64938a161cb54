import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../options/clock.js';
import { Phone } from '../phone.js';
import { cookiesOf, fieldOf, isGood, parsed, shown, textOf } from './answer-fields.js';
import type {
  ConformanceCall,
  ConformanceDriver,
  HostAnswer,
  OtherSignIn,
  ProtectedRoute,
} from './conformance-driver.js';

/** Headers of somebody who is signed in. */
export type Credentials = Readonly<Record<string, string>>;

/** Somebody with a second factor, and a full session. */
export interface EnrolledUser<User> {
  readonly user: User;
  readonly phone: Phone;
  readonly backupCodes: readonly string[];
  readonly credentials: Credentials;
}

export interface SetupAnswer {
  readonly secret: string;
  readonly qrCodeUri: string;
  readonly otpauthUri: string;
  readonly backupCodes: readonly string[];
}

/** How many challenges a user can have open. */
const OPEN_CHALLENGES = 5;

const SUBPATHS: Readonly<Record<ConformanceCall, string>> = {
  status: '',
  setup: '/setup',
  enable: '/enable',
  verify: '/verify',
  backupCodes: '/backup-codes',
  disable: '/disable',
  events: '/events',
  stepUp: '/step-up',
  verifyOptions: '/verify/options',
  passkeyOptions: '/passkeys/options',
  passkeys: '/passkeys',
  authenticators: '/authenticators',
  enrolSetup: '/enrolment/setup',
  enrolEnable: '/enrolment/enable',
};

/** A host, through its driver: what a browser does with it. */
export class HostUnderTest<User extends { readonly label: string }> {
  readonly #driver: ConformanceDriver<User>;

  constructor(driver: ConformanceDriver<User>) {
    this.#driver = driver;
  }

  get clock(): Clock {
    return this.#driver.clock ?? systemClock;
  }

  async deleteUser(user: User): Promise<void> {
    await this.#driver.deleteUser?.(user);
  }

  async requireFactor(user: User, when: 'now' | 'later'): Promise<void> {
    await (when === 'now' ? this.#driver.requireFactorNow?.(user) : this.#driver.requireFactorLater?.(user));
  }

  /** Whether a route of the host's opens to this session. */
  async isOpen(credentials: Credentials): Promise<boolean> {
    const answers = await Promise.all(this.hostRoutes.map((route) => this.request(route, credentials)));
    return answers.some(isGood);
  }

  /** Every route that must stay closed to half a sign-in: the host's, and the library's guarded ones. */
  get protectedRoutes(): readonly ProtectedRoute[] {
    const ofPasskeys = ['passkeyOptions', 'passkeys'] as const;
    const calls = [
      ...(['setup', 'enable', 'backupCodes', 'disable'] as const),
      ...(this.#driver.passkeyOrigin === undefined ? [] : ofPasskeys),
    ];
    const own = calls.map((call) => ({
      method: 'POST',
      path: this.pathOf(call),
      body: {},
    }));
    return [...this.#driver.protectedRoutes, ...own];
  }

  /** The routes that the host named: those that a full session must open. */
  get hostRoutes(): readonly ProtectedRoute[] {
    return this.#driver.protectedRoutes;
  }

  async request(
    { method = 'GET', path, body }: ProtectedRoute,
    headers: Credentials = {},
  ): Promise<HostAnswer> {
    return this.#send(this.#baseUrl(0), { method, path, body: method === 'GET' ? undefined : body, headers });
  }

  /** One of the library's calls that change nothing. */
  async get(call: 'status' | 'events', credentials: Credentials): Promise<HostAnswer> {
    return this.request({ path: this.pathOf(call) }, credentials);
  }

  /** One of the library's calls, at one of the processes. */
  async post(
    call: ConformanceCall,
    body: object,
    { credentials = {}, turn = 0 }: { readonly credentials?: Credentials; readonly turn?: number } = {},
  ): Promise<HostAnswer> {
    return this.#send(this.#baseUrl(turn), {
      method: 'POST',
      path: this.pathOf(call),
      body,
      headers: credentials,
    });
  }

  /** The code of a refusal. */
  codeOf({ body }: HostAnswer): unknown {
    return this.#driver.errorCodeOf === undefined ? fieldOf(body, 'code') : this.#driver.errorCodeOf(body);
  }

  async newUser(): Promise<User> {
    return this.#driver.createUser();
  }

  async logIn(user: User, turn = 0, headers: Credentials = {}): Promise<HostAnswer> {
    return this.#read(await this.#driver.logIn(user, this.#baseUrl(turn), headers));
  }

  async logInBy(way: OtherSignIn<User>, user: User): Promise<HostAnswer> {
    return this.#read(await way.logIn(user, this.#baseUrl(0)));
  }

  challengeTokenOf(answer: HostAnswer): string | undefined {
    const token =
      this.#driver.challengeTokenOf === undefined
        ? fieldOf(answer.data, 'challengeToken')
        : this.#driver.challengeTokenOf(answer);
    return typeof token === 'string' && token !== '' ? token : undefined;
  }

  enrolmentTokenOf(answer: HostAnswer): string | undefined {
    const token =
      this.#driver.enrolmentTokenOf === undefined
        ? fieldOf(answer.data, 'enrolmentToken')
        : this.#driver.enrolmentTokenOf(answer);
    return typeof token === 'string' && token !== '' ? token : undefined;
  }

  credentialsOf(answer: HostAnswer): Credentials | undefined {
    return this.#driver.credentialsOf === undefined
      ? usualCredentials(answer)
      : this.#driver.credentialsOf(answer);
  }

  /** Signs in somebody whose second factor is off. */
  async session(user: User): Promise<Credentials> {
    const answer = await this.logIn(user);
    const credentials = isGood(answer) ? this.credentialsOf(answer) : undefined;
    assert.ok(credentials, `A sign-in without a second factor opens a session; it answered ${shown(answer)}`);
    assert.equal(
      this.challengeTokenOf(answer),
      undefined,
      'A sign-in without a second factor asks for no code',
    );
    return credentials;
  }

  /** Signs in somebody whose second factor is on, as far as the password goes. */
  async challenge(user: User, turn = 0): Promise<string> {
    const answer = await this.logIn(user, turn);
    const token = isGood(answer) ? this.challengeTokenOf(answer) : undefined;
    assert.ok(token, `A sign-in with a second factor answers with a challenge; it answered ${shown(answer)}`);
    return token;
  }

  /** As many challenges as a user can have at a time. */
  async challenges(user: User): Promise<string[]> {
    const tokens: string[] = [];
    while (tokens.length < OPEN_CHALLENGES) {
      tokens.push(await this.challenge(user, tokens.length));
    }
    return tokens;
  }

  /** Signs in with both factors, and takes the session. */
  async signIn(
    user: User,
    proof: { readonly code: string } | { readonly backupCode: string },
  ): Promise<Credentials> {
    const answer = await this.post('verify', { challengeToken: await this.challenge(user), ...proof });
    const credentials = isGood(answer) ? this.credentialsOf(answer) : undefined;
    assert.ok(credentials, `A right code opens a session; it answered ${shown(answer)}`);
    return credentials;
  }

  async setUp(credentials: Credentials, proof: object = {}): Promise<SetupAnswer> {
    const answer = await this.post('setup', proof, { credentials });
    assert.ok(isGood(answer), `Setup answers with its secrets; it answered ${shown(answer)}`);
    const backupCodes = fieldOf(answer.data, 'backupCodes');
    return {
      secret: textOf(answer.data, 'secret'),
      qrCodeUri: textOf(answer.data, 'qrCodeUri'),
      otpauthUri: textOf(answer.data, 'otpauthUri'),
      backupCodes: Array.isArray(backupCodes) ? backupCodes.map(String) : [],
    };
  }

  /** Confirms a setup. @returns the session that goes on: a new one, where the host answers with one */
  async confirm(phone: Phone, credentials: Credentials): Promise<Credentials> {
    const answer = await this.post('enable', { code: phone.freshCode() }, { credentials });
    assert.ok(isGood(answer), `A code of the new authenticator confirms it; it answered ${shown(answer)}`);
    return this.credentialsOf(answer) ?? credentials;
  }

  /** Somebody new, whose second factor is on. */
  async enrolled(): Promise<EnrolledUser<User>> {
    const user = await this.newUser();
    const session = await this.session(user);
    const { otpauthUri, backupCodes } = await this.setUp(session);
    const phone = Phone.of(otpauthUri, this.clock);
    return { user, phone, backupCodes, credentials: await this.confirm(phone, session) };
  }

  #baseUrl(turn: number): string {
    const baseUrls = this.#driver.baseUrls();
    const baseUrl = baseUrls[turn % baseUrls.length];
    assert.ok(baseUrl, 'The driver says where the application listens');
    return baseUrl;
  }

  /** Whether the host answers a call with a route of its own, in place of the library's. */
  isOwnCall(call: ConformanceCall): boolean {
    return this.#driver.paths?.[call] !== undefined;
  }

  /** Where a call is, below the base URL. */
  pathOf(call: ConformanceCall): string {
    const { path = '/auth/2fa', paths = {} } = this.#driver;
    return paths[call] ?? `${path}${SUBPATHS[call]}`;
  }

  async #send(
    baseUrl: string,
    {
      method,
      path,
      body,
      headers,
    }: {
      readonly method: string;
      readonly path: string;
      readonly body: object | undefined;
      readonly headers: Credentials;
    },
  ): Promise<HostAnswer> {
    const content =
      body === undefined
        ? { headers }
        : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
    return this.#read(await fetch(`${baseUrl}${path}`, { method, ...content }));
  }

  async #read(response: Response): Promise<HostAnswer> {
    const body = parsed(await response.text());
    const data =
      this.#driver.unwrap === undefined ? (fieldOf(body, 'data') ?? body) : this.#driver.unwrap(body);
    return { status: response.status, headers: response.headers, body, data };
  }
}

/** @throws AssertionError when the host does not have the property */
export type Check = <User extends { readonly label: string }>(host: HostUnderTest<User>) => Promise<void>;

function usualCredentials(answer: HostAnswer): Credentials | undefined {
  const token = fieldOf(answer.data, 'accessToken');
  if (typeof token === 'string') {
    return { authorization: `Bearer ${token}` };
  }
  const cookie = cookiesOf(answer);
  return cookie === '' ? undefined : { cookie };
}
