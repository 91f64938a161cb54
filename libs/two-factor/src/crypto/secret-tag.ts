import { createHmac } from 'node:crypto';
import type { KeyRing } from './key-ring.js';
import { subkeyOf } from './subkey.js';

/** What is tagged: a secret, as one user's. The same secret has another tag at another user. */
export interface TaggedSecret {
  readonly userId: string;
  /** Base32 without padding. */
  readonly secret: string;
}

/**
 * By what one secret of a user is known again without being opened: HMAC-SHA-256 under a subkey of the key that seals
 * it. It is written anew with every sealing.
 *
 * @returns base64url, 43 characters
 */
export function tagOf(ring: KeyRing, tagged: TaggedSecret): string {
  return tagUnder(ring.first.key, tagged);
}

/** The tags of a secret under each key of the ring: whichever of them seals it where it is stored already. */
export function tagsOf(ring: KeyRing, tagged: TaggedSecret): readonly string[] {
  return ring.ids.flatMap((id) => {
    const key = ring.find(id);
    return key === undefined ? [] : [tagUnder(key, tagged)];
  });
}

function tagUnder(key: Buffer, { userId, secret }: TaggedSecret): string {
  // Base32 has no space, so that no two pairs share one text.
  return createHmac('sha256', tagKeyOf(key)).update(`${secret} ${userId}`, 'utf8').digest('base64url');
}

const NO_SALT = Buffer.alloc(0);
/** One for each key, as long as that is there: it has no salt, so that equal secrets of a user have equal tags. */
const tagKeys = new WeakMap<Buffer, Buffer>();

function tagKeyOf(key: Buffer): Buffer {
  const known = tagKeys.get(key) ?? subkeyOf(key, { salt: NO_SALT, info: 'nestjs-two-factor/secret-tag/v1' });
  tagKeys.set(key, known);
  return known;
}
