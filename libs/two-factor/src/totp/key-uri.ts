import { TOTP } from './totp.js';

export interface KeyUriParts {
  /** Base32, without padding. */
  readonly secret: string;
  /** The service, as authenticator apps show it. */
  readonly issuer: string;
  /** The account within the service, usually the e-mail address. */
  readonly account: string;
}

/**
 * Writes the Key URI an authenticator reads from the QR code (the de facto "Key Uri Format" of Google Authenticator).
 *
 * Every part is percent-encoded, the colon that parts issuer and account excepted, so that
 * `a+b:c@x.io` comes back whole. Space is `%20`, never `+`: apps do not agree on `+`.
 */
export function keyUri({ secret, issuer, account }: KeyUriParts): string {
  const label = `${encode(issuer)}:${encode(account)}`;
  const algorithm = TOTP.algorithm.toUpperCase();
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encode(issuer)}&algorithm=${algorithm}&digits=${TOTP.digits}&period=${TOTP.periodSeconds}`;
}

/** Half a surrogate pair has no UTF-8 and would throw; it becomes U+FFFD. */
function encode(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
