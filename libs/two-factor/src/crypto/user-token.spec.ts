import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawUserToken, readUserToken } from './user-token.js';

const encoded = (userId: string): string => Buffer.from(userId, 'utf8').toString('base64url');
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

describe('a token of a user', () => {
  it.each(['1', '3f0c9c1e-0000-4000-8000-000000000000', 'ann@example.com', 'Ärger 🔑', 'a.b'])(
    'of %s is read as the user, and known by the hash of all of it',
    (userId) => {
      const { token, hash } = drawUserToken(userId);

      expect(readUserToken(token)).toEqual({ userId, tokenHash: hash, random: token.split('.')[1] });
      expect(hash).toEqual(sha256(token));
    },
  );

  it('is another one with another user, and with other random bits', () => {
    const { token, hash } = drawUserToken('ann');
    const [, random] = token.split('.');

    const moved = readUserToken(`${encoded('ben')}.${random}`);

    expect(moved?.userId).toBe('ben');
    expect(moved?.tokenHash).not.toEqual(hash);
    expect(drawUserToken('ann').hash).not.toEqual(hash);
    expect(Buffer.from(random ?? '', 'base64url')).toHaveLength(32);
  });
});

describe('what is none of our tokens', () => {
  it.each([
    ['nothing', ''],
    ['no dot', encoded('ann')],
    ['no user', '.abc'],
    ['three parts', `${encoded('ann')}.abc.def`],
    ['a user with a NUL', `${encoded('a\0b')}.abc`],
    ['another spelling of a user', `${encoded('ann')}=.abc`],
    ['a user that is no UTF-8', `${Buffer.from([0xff, 0xfe]).toString('base64url')}.abc`],
  ])('is not read: %s', (_, token) => {
    expect(readUserToken(token)).toBeUndefined();
  });
});
