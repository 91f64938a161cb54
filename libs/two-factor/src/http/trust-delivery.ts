import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import type { DeviceTrust } from '../trusted-devices/trusted-devices.service.js';
import { cookieOf } from './cookie-header.js';

/** What applications without cookies send: their token, or `none` while they have none. */
const HEADER = 'two-factor-trust';
const NO_TOKEN = 'none';
const NAME_BYTES = 8;

/** What an answer says of the device that made the request. */
export interface TrustAnswer {
  readonly trustedDevice?: { readonly expiresAt: Date; readonly token?: string };
}

/**
 * How the token of a trusted device comes with a request and goes with an answer, on Express and on Fastify: a cookie for
 * browsers; for applications that send `Two-Factor-Trust`, that header and the body.
 */
@Injectable()
export class TrustDelivery {
  constructor(@Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings) {}

  /** What the client that makes this request has of a trusted device of this user. It may be good for nothing. */
  tokenOf(request: object, userId: string): string | undefined {
    const header = headerOf(request, HEADER);
    if (header !== undefined) {
      return header === NO_TOKEN ? undefined : header;
    }
    return cookieOf(headerOf(request, 'cookie') ?? '', this.#cookieName(userId));
  }

  /**
   * Hands a trust over, if there is one, by the way that the request came.
   *
   * @param response as Nest gives it, with `@Res({ passthrough: true })`
   * @returns what belongs in the body beside the session
   * @throws TwoFactorHostError when it is no response of Express or Fastify
   */
  deliver(
    trust: DeviceTrust | undefined,
    {
      userId,
      request,
      response,
    }: { readonly userId: string; readonly request: object; readonly response: unknown },
  ): TrustAnswer {
    if (trust === undefined) {
      return {};
    }
    const { token, expiresAt } = trust;
    if (token === undefined) {
      return { trustedDevice: { expiresAt } };
    }
    if (headerOf(request, HEADER) !== undefined) {
      return { trustedDevice: { expiresAt, token } };
    }
    appendCookie(response, this.#cookie(userId, token, expiresAt));
    return { trustedDevice: { expiresAt } };
  }

  #cookie(userId: string, token: string, expiresAt: Date): string {
    const seconds = Math.floor((expiresAt.getTime() - this.settings.clock.now().getTime()) / 1000);
    return [
      `${this.#cookieName(userId)}=${token}`,
      `Max-Age=${seconds}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Strict',
      ...(this.#isOverHttp ? [] : ['Secure']),
    ].join('; ');
  }

  /** One for each user: two people at one browser are both trusted. With the prefix no sub-domain can set it (RFC 6265bis). */
  #cookieName(userId: string): string {
    const hash = createHash('sha256').update(userId).digest().subarray(0, NAME_BYTES).toString('base64url');
    return `${this.#isOverHttp ? '' : '__Host-'}two-factor-trust-${hash}`;
  }

  get #isOverHttp(): boolean {
    return this.settings.trustedDevices?.cookiesOverHttp ?? false;
  }
}

/** A header that came once; Express and Fastify give all of them in lower case. */
function headerOf(request: object, name: string): string | undefined {
  const headers: unknown = Reflect.get(request, 'headers');
  const value: unknown =
    typeof headers === 'object' && headers !== null ? Reflect.get(headers, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Beside cookies of the host's: Express has `append` for it, and Fastify's `header` appends a cookie. */
function appendCookie(response: unknown, cookie: string): void {
  for (const name of ['append', 'header']) {
    const append: unknown =
      typeof response === 'object' && response !== null ? Reflect.get(response, name) : undefined;
    if (typeof append === 'function') {
      Reflect.apply(append, response, ['Set-Cookie', cookie]);
      return;
    }
  }
  throw new TwoFactorHostError(
    'deliver was given no response of Express or Fastify: take it with @Res({ passthrough: true })',
  );
}
