import { randomUUID } from 'node:crypto';
import type { Clock } from 'nestjs-two-factor';
import { Phone } from 'nestjs-two-factor/testing';
import { type Answer, type CallOptions, call } from './client.js';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface SetupData {
  readonly secret: string;
  readonly qrCodeUri: string;
  readonly otpauthUri: string;
  readonly backupCodes: string[];
  readonly expiresAt: string;
}

/** Where people find the application, and what time it is for them. */
export interface Place {
  readonly url: string;
  readonly clock: Clock & { advance(by: { readonly seconds: number }): void };
}

/** Somebody with an account, a browser, and perhaps a phone. */
export class Person {
  phone: Phone | undefined;
  backupCodes: string[] = [];

  constructor(
    readonly place: Place,
    readonly id: string,
    readonly email: string,
    readonly password: string,
    public tokens: Tokens,
  ) {}

  call<Data = Record<string, unknown>>(path: string, options: CallOptions = {}): Promise<Answer<Data>> {
    return call<Data>(this.place.url, `/api/v1${path}`, { token: this.tokens.accessToken, ...options });
  }

  post<Data = Record<string, unknown>>(path: string, body: unknown = {}): Promise<Answer<Data>> {
    return this.call<Data>(path, { body });
  }

  /** Starts a setup and scans its QR code with a phone of its own. */
  async scan(body: unknown = {}): Promise<{ readonly setup: SetupData; readonly phone: Phone }> {
    const { data, status, text } = await this.post<SetupData>('/auth/2fa/setup', body);
    if (status !== 200) {
      throw new Error(`setup answered ${status}: ${text}`);
    }
    return { setup: data, phone: await Phone.scan(data.qrCodeUri, this.place.clock) };
  }

  /** Turns the second factor on, and then waits until the phone shows another code. */
  async withTwoFactor(): Promise<this> {
    const { setup, phone } = await this.scan();
    const { data, status, text } = await this.post<Tokens>('/auth/2fa/enable', { code: phone.code() });
    if (status !== 200) {
      throw new Error(`enable answered ${status}: ${text}`);
    }
    this.tokens = data;
    this.phone = phone;
    this.backupCodes = setup.backupCodes;
    this.place.clock.advance({ seconds: 30 });
    return this;
  }

  /** Gives e-mail and password. */
  login<Data = Record<string, unknown>>(): Promise<Answer<Data>> {
    return call<Data>(this.place.url, '/api/v1/auth/login', {
      body: { email: this.email, password: this.password },
    });
  }

  /** Gives e-mail and password, and takes the challenge that comes back. */
  async challenge(): Promise<string> {
    const { data } = await this.login<{ challengeToken: string }>();
    return data.challengeToken;
  }

  verify<Data = Record<string, unknown>>(body: Record<string, unknown>): Promise<Answer<Data>> {
    return call<Data>(this.place.url, '/api/v1/auth/2fa/verify', { body });
  }

  /** The code on the phone's screen. */
  get code(): string {
    return this.requiredPhone.code();
  }

  get requiredPhone(): Phone {
    if (this.phone === undefined) {
      throw new Error(`${this.email} has no phone`);
    }
    return this.phone;
  }
}

/** Registers somebody new. */
export async function aUser(place: Place, { email = `${randomUUID()}@example.com` } = {}): Promise<Person> {
  const password = 'correct horse battery staple';
  const { data, status, text } = await call<Tokens & { user: { id: string; email: string } }>(
    place.url,
    '/api/v1/auth/register',
    { body: { email, password } },
  );
  if (status !== 201) {
    throw new Error(`register answered ${status}: ${text}`);
  }
  return new Person(place, data.user.id, data.user.email, password, data);
}
