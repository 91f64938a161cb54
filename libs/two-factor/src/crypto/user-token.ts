import { createHash, randomBytes } from 'node:crypto';

const RANDOM_BYTES = 32;

/** What a client holds of something that was opened for a user. It is no bearer token of a session anywhere. */
export interface UserToken {
  /** Opaque to callers: the user's id in base64url, a dot, and at least 256 random bits in base64url. */
  readonly token: string;
  readonly hash: Buffer;
}

/** What a token says of itself. */
export interface ReadUserToken {
  readonly userId: string;
  readonly tokenHash: Buffer;
  /** What stands behind the dot. */
  readonly random: string;
}

/**
 * The user's id is in the token so that its one user's rows are all that is looked at, wherever they are kept.
 *
 * @param before bytes that stand before the random ones: which of the user's rows it belongs to
 */
export function drawUserToken(userId: string, before: Uint8Array = Buffer.alloc(0)): UserToken {
  const random = Buffer.concat([before, randomBytes(RANDOM_BYTES)]).toString('base64url');
  const token = `${Buffer.from(userId, 'utf8').toString('base64url')}.${random}`;
  return { token, hash: hashOf(token) };
}

/**
 * Whose token it claims to be, and what it is known by. Only the hash decides: of the whole token,
 * so that nobody moves one to another user.
 *
 * @returns `undefined` when it is none of our tokens
 */
export function readUserToken(token: string): ReadUserToken | undefined {
  const [encoded = '', random, ...rest] = token.split('.');
  const userId = Buffer.from(encoded, 'base64url').toString('utf8');
  // PostgreSQL takes no NUL in a text, and one user has one spelling.
  const isOurs =
    random !== undefined &&
    rest.length === 0 &&
    !userId.includes('\0') &&
    userId !== '' &&
    Buffer.from(userId, 'utf8').toString('base64url') === encoded;
  return isOurs ? { userId, tokenHash: hashOf(token), random } : undefined;
}

/** SHA-256 is enough for 256 random bits: there is nothing to guess. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
