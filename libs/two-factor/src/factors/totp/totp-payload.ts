import type { SealedPlace } from '../../crypto/sealed-secret.js';

/** What is handed out at a setup, and becomes rows when it is confirmed. */
export interface TotpPayload {
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** One text to be sealed: neither base32 nor Crockford's has spaces. */
export function textOfPayload({ secret, backupCodes }: TotpPayload): string {
  return [secret, ...backupCodes].join(' ');
}

export function readPayload(text: string): TotpPayload {
  const [secret = '', ...backupCodes] = text.split(' ');
  return { secret, backupCodes };
}

/** Where it is sealed for, until it is confirmed. */
export function placeOfPayload(userId: string, id: string): SealedPlace {
  return { userId, rowId: id, column: 'sealed_payload' };
}

/** Where an authenticator's secret is sealed for. */
export function placeOfSecret(userId: string, id: string): SealedPlace {
  return { userId, rowId: id, column: 'sealed_secret' };
}
