import type { RefusalReason } from '../../errors/two-factor.errors.js';

/** Nothing else: `"false"` and `0` are no browser's words. */
const NOT_FRAMED: ReadonlySet<unknown> = new Set([undefined, false]);

export interface ExpectedClientData {
  readonly type: 'webauthn.create' | 'webauthn.get';
  readonly challenge: Buffer;
  readonly origins: readonly string[];
}

/**
 * What is wrong with what the browser has signed (WebAuthn Level 3 §7.1 steps 5 to 11, §7.2 steps 9 to 14). No page of
 * another origin may ask, not in a frame either: SimpleWebAuthn lets `crossOrigin` pass when `topOrigin` is missing.
 */
export function clientDataFault(
  clientDataJSON: string,
  { type, challenge, origins }: ExpectedClientData,
): RefusalReason | undefined {
  const data = parse(clientDataJSON);
  if (data === undefined) {
    return 'malformed';
  }
  if (data.get('type') !== type) {
    return 'purpose';
  }
  if (data.get('challenge') !== challenge.toString('base64url')) {
    return 'challenge';
  }
  const origin = data.get('origin');
  const isOurs = origins.some((candidate) => candidate === origin);
  const isFramed = !NOT_FRAMED.has(data.get('crossOrigin')) || data.has('topOrigin');
  return isOurs && !isFramed ? undefined : 'origin';
}

function parse(clientDataJSON: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf8', { fatal: true }).decode(Buffer.from(clientDataJSON, 'base64url'));
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
