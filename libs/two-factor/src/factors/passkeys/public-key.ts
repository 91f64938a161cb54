import { type JsonWebKey, createPublicKey } from 'node:crypto';

/** A COSE key, decoded: labels and what they stand for (RFC 9052 §7, RFC 9053 §7). */
export type CoseKey = ReadonlyMap<unknown, unknown>;

const SHORTEST_RSA_BITS = 2048;

/**
 * Whether signatures can be verified with a key: of a pinned algorithm, with a point on its curve, or a modulus of at
 * least 2,048 bits. SimpleWebAuthn asks for the algorithm only, and its CBOR reader takes bytes that are cut off for whole.
 */
export function isUsableKey(key: CoseKey): boolean {
  const jwk = jwkOf(key);
  if (jwk === undefined) {
    return false;
  }
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' });
    return (asymmetricKeyDetails?.modulusLength ?? SHORTEST_RSA_BITS) >= SHORTEST_RSA_BITS;
  } catch {
    return false;
  }
}

function jwkOf(key: CoseKey): JsonWebKey | undefined {
  const is = (type: number, algorithm: number, curve?: number): boolean =>
    key.get(1) === type && key.get(3) === algorithm && (curve === undefined || key.get(-1) === curve);
  const text = (label: number): string => {
    const value = key.get(label);
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : '';
  };
  if (is(2, -7, 1)) {
    return { kty: 'EC', crv: 'P-256', x: text(-2), y: text(-3) };
  }
  if (is(1, -8, 6)) {
    return { kty: 'OKP', crv: 'Ed25519', x: text(-2) };
  }
  return is(3, -257) ? { kty: 'RSA', n: text(-1), e: text(-2) } : undefined;
}
