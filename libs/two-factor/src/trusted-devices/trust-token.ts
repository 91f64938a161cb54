import { drawUserToken, readUserToken, type UserToken } from '../crypto/user-token.js';

const ID_BYTES = 16;
const TOKEN_BYTES = ID_BYTES + 32;

/** A trust as a client names it. */
export interface NamedTrust {
  readonly userId: string;
  readonly id: string;
  readonly tokenHash: Buffer;
}

/**
 * The id stays through all tokens of a trust, so that one which was spent long ago is still known to be one of it.
 *
 * @param id a UUID
 */
export function drawTrustToken({ userId, id }: Pick<NamedTrust, 'userId' | 'id'>): UserToken {
  return drawUserToken(userId, Buffer.from(id.replaceAll('-', ''), 'hex'));
}

/** @returns `undefined` when it is no token of a trust */
export function readTrustToken(token: string): NamedTrust | undefined {
  const read = readUserToken(token);
  const bytes = Buffer.from(read?.random ?? '', 'base64url');
  if (read === undefined || bytes.length !== TOKEN_BYTES) {
    return undefined;
  }
  const hex = bytes.subarray(0, ID_BYTES).toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { userId: read.userId, id, tokenHash: read.tokenHash };
}
