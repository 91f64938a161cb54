import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.js';
import { subkeyOf } from './subkey.js';

/** Where a sealed value belongs. It opens nowhere else: not for another user, row or column. */
export interface SealedPlace {
  readonly userId: string;
  readonly rowId: string;
  readonly column: string;
}

/** A sealed value that does not open. `reason` is for the log; it never holds key or content. */
export class SealedBoxError extends Error {
  override readonly name = 'SealedBoxError';
  constructor(readonly reason: 'malformed' | 'unknown_key' | 'not_authentic') {
    super(`A sealed value does not open: ${reason}`);
  }
}

const VERSION = 'v1';
const INFO = 'nestjs-two-factor/sealed-box/v1';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Of the length before each part of the associated data. */
const LENGTH_BYTES = 4;

/**
 * Seals a text for one place: AES-256-GCM (NIST SP 800-38D) under a subkey of its own
 * (HKDF-SHA-256, RFC 5869, random salt), with the place and the key id as associated data.
 *
 * @returns `v1.<key id>.<base64url of salt, nonce, ciphertext, tag>`
 */
export function seal(ring: KeyRing, text: string, place: SealedPlace): string {
  const { id, key } = ring.first;
  const drawn = randomBytes(SALT_BYTES + NONCE_BYTES);
  const salt = drawn.subarray(0, SALT_BYTES);
  const nonce = drawn.subarray(SALT_BYTES);
  const cipher = createCipheriv('aes-256-gcm', subkeyOf(key, { salt, info: INFO }), nonce);
  cipher.setAAD(associatedData(id, place));
  const sealed = Buffer.concat([drawn, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${id}.${sealed.toString('base64url')}`;
}

/**
 * Opens what {@link seal} made.
 *
 * @throws SealedBoxError when it is malformed, its key is not in the ring, or it was altered or moved
 */
export function open(ring: KeyRing, sealedText: string, place: SealedPlace): string {
  const [version, keyId, encoded, ...rest] = sealedText.split('.');
  if (version !== VERSION || keyId === undefined || encoded === undefined || rest.length > 0) {
    throw new SealedBoxError('malformed');
  }
  const sealed = Buffer.from(encoded, 'base64url');
  // Node's decoder skips what is not base64url. One value has one spelling, so that no altered text opens.
  const isCanonical = sealed.toString('base64url') === encoded;
  if (!isCanonical || sealed.length < SALT_BYTES + NONCE_BYTES + TAG_BYTES) {
    throw new SealedBoxError('malformed');
  }
  const key = ring.find(keyId);
  if (key === undefined) {
    throw new SealedBoxError('unknown_key');
  }
  const salt = sealed.subarray(0, SALT_BYTES);
  const nonce = sealed.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', subkeyOf(key, { salt, info: INFO }), nonce, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(keyId, place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(sealed.subarray(SALT_BYTES + NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new SealedBoxError('not_authentic');
  }
}

/** The id of the key a value is sealed with, or `undefined` when it is no sealed value. */
export function sealedWith(sealedText: string): string | undefined {
  const [version, keyId] = sealedText.split('.');
  return version === VERSION ? keyId : undefined;
}

/** Each part is preceded by its length, so that no two places share one encoding. */
function associatedData(keyId: string, { userId, rowId, column }: SealedPlace): Buffer {
  const parts = [VERSION, keyId, column, rowId, userId];
  const data = Buffer.alloc(parts.reduce((sum, part) => sum + LENGTH_BYTES + Buffer.byteLength(part), 0));
  let at = 0;
  for (const part of parts) {
    const length = data.write(part, at + LENGTH_BYTES);
    data.writeUInt32BE(length, at);
    at += LENGTH_BYTES + length;
  }
  return data;
}
