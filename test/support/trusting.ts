import type { Answer } from './client.js';
import type { Person, Tokens } from './people.js';
import { call } from './client.js';

/** What the answers say of the device. */
export interface WithTrust {
  readonly status: string;
  readonly challengeToken?: string;
  readonly trustedDevice?: { readonly expiresAt: string; readonly token?: string };
}

/** A browser that keeps the cookie of a trusted device, or an application that keeps its token. */
export class Device {
  #kept: string | undefined;

  constructor(
    readonly kind: 'browser' | 'application',
    readonly userAgent = 'a device',
  ) {}

  /** What it would send, so that somebody else can have it. */
  get kept(): string | undefined {
    return this.#kept;
  }

  /** Another device with what this one has: a stolen cookie. */
  static with(kept: string | undefined, kind: 'browser' | 'application' = 'application'): Device {
    const device = new Device(kind, 'a thief');
    device.#kept = kept;
    return device;
  }

  get headers(): Readonly<Record<string, string>> {
    const agent = { 'user-agent': this.userAgent };
    if (this.kind === 'application') {
      return { ...agent, 'two-factor-trust': this.#kept ?? 'none' };
    }
    return this.#kept === undefined ? agent : { ...agent, cookie: `theme=dark; ${this.#kept}` };
  }

  /** Gives e-mail and password, and keeps what comes back unless the answer is lost. */
  async login(person: Person, { isLost = false } = {}): Promise<Answer<WithTrust & Tokens>> {
    const { email, password, place } = person;
    const answer = await call<WithTrust & Tokens>(place.url, '/api/v1/auth/login', {
      body: { email, password },
      headers: this.headers,
    });
    return isLost ? answer : this.#keep(answer);
  }

  /**
   * Signs in with a proof, and asks to be trusted.
   *
   * @param prove the proof, or how it is made for a challenge
   */
  async trust(
    person: Person,
    prove: object | ((challengeToken: string) => Promise<object>),
  ): Promise<Answer<WithTrust & Tokens>> {
    const { data } = await this.login(person);
    const proof = typeof prove === 'function' ? await prove(data.challengeToken ?? '') : prove;
    return this.#keep(
      await call<WithTrust & Tokens>(person.place.url, '/api/v1/auth/2fa/verify', {
        body: { challengeToken: data.challengeToken, trustDevice: true, ...proof },
        headers: this.headers,
      }),
    );
  }

  #keep<Data extends WithTrust>(answer: Answer<Data>): Answer<Data> {
    const [cookie] = answer.headers.getSetCookie();
    this.#kept = answer.data?.trustedDevice?.token ?? cookie?.split(';')[0] ?? this.#kept;
    return answer;
  }
}
