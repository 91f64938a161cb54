import { TOTP } from './totp.js';

export interface KeyUriParts {
  /** Base32, without padding. */
  readonly secret: string;
  /** The service, as authenticator apps show it. */
  readonly issuer: string;
  /** The account within the service, usually the e-mail address. */
  readonly account: string;
}

/** What a QR code can hold, with room to spare; a longer part is cut, for a cut name is better than no code. */
const LONGEST_ACCOUNT = 1024;
const LONGEST_ISSUER = 256;

/**
 * Writes the Key URI an authenticator reads from the QR code (the de facto "Key Uri Format" of Google Authenticator).
 *
 * Every part is percent-encoded, the colon that parts issuer and account excepted, so that
 * `a+b:c@x.io` comes back whole. Space is `%20`, never `+`: apps do not agree on `+`.
 */
export function keyUri({ secret, issuer, account }: KeyUriParts): string {
  const service = encode(issuer, LONGEST_ISSUER);
  const algorithm = TOTP.algorithm.toUpperCase();
  return `otpauth://totp/${service}:${encode(account, LONGEST_ACCOUNT)}?secret=${secret}&issuer=${service}&algorithm=${algorithm}&digits=${TOTP.digits}&period=${TOTP.periodSeconds}`;
}

/** Half a surrogate pair has no UTF-8 and would throw; it becomes U+FFFD. No character is cut in half. */
function encode(part: string, longest: number): string {
  let encoded = '';
  for (const character of part.toWellFormed()) {
    const next = encodeURIComponent(character);
    if (encoded.length + next.length > longest) {
      break;
    }
    encoded += next;
  }
  return encoded;
}
