import { createHmac } from 'node:crypto';

/** HKDF counts its blocks (RFC 5869 §2.3). One of SHA-256 is all of 32 bytes. */
const FIRST_BLOCK = Buffer.from([1]);

/**
 * HKDF-SHA-256 (RFC 5869) of 32 bytes. Two HMACs, for Node's own takes two and a half times as long, and it was most of
 * what sealing and opening a value cost.
 *
 * @param info what the subkey is for
 */
export function subkeyOf(
  key: Uint8Array,
  { salt, info }: { readonly salt: Uint8Array; readonly info: string },
): Buffer {
  const extracted = createHmac('sha256', salt).update(key).digest();
  return createHmac('sha256', extracted).update(info, 'utf8').update(FIRST_BLOCK).digest();
}
