import { randomBytes } from 'node:crypto';
import { verify } from 'argon2';
import { describe, expect, it } from 'vitest';
import { hashBackupCode, saltOf } from './backup-code-hash.js';

const CODE = '0123A-BCDEF-GHJKM';
const salt = Buffer.alloc(16, 1);
const pepper = Buffer.alloc(32, 2);

/** A stored hash of all that is ours, but for what a test changes. */
function phc(changed: {
  readonly algorithm?: string;
  readonly version?: string;
  readonly parameters?: string;
  readonly saltBytes?: number;
}): string {
  const {
    algorithm = 'argon2id',
    version = 'v=19',
    parameters = 'm=19456,t=2,p=1',
    saltBytes = 16,
  } = changed;
  const encoded = Buffer.alloc(saltBytes, 1).toString('base64').replaceAll('=', '');
  return `$${algorithm}$${version}$${parameters}$${encoded}$LzCv+4YyahTUK0lW1g5gkiRixrPSQ5oURjYdjTgUhI0`;
}

function digestOf(hash: string): string | undefined {
  return hash.split('$').at(-1);
}

describe('hashBackupCode', () => {
  it('writes a PHC string with the parameters of OWASP, the salt and 32 bytes', async () => {
    const hash = await hashBackupCode(CODE, { salt, pepper });

    expect(hash.startsWith('$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$')).toBe(true);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  it('gives one code, salt and pepper one text, so that a row is found by it', async () => {
    const hash = await hashBackupCode(CODE, { salt, pepper });

    expect(await hashBackupCode(CODE, { salt: Buffer.from(salt), pepper: Buffer.from(pepper) })).toBe(hash);
  });

  it.each([
    ['code', '0123A-BCDEF-GHJKN', { salt, pepper }],
    ['salt', CODE, { salt: Buffer.alloc(16, 9), pepper }],
    ['pepper', CODE, { salt, pepper: Buffer.alloc(32, 9) }],
  ])('gives another %s another hash', async (_, code, hashing) => {
    const hash = await hashBackupCode(code, hashing);

    expect(digestOf(hash)).not.toBe(digestOf(await hashBackupCode(CODE, { salt, pepper })));
  });

  it('cannot be checked without the pepper', async () => {
    const hash = await hashBackupCode(CODE, { salt, pepper });

    expect(await verify(hash, CODE, { secret: pepper })).toBe(true);
    expect(await verify(hash, CODE)).toBe(false);
    expect(await verify(hash, CODE, { secret: Buffer.alloc(32, 9) })).toBe(false);
  });
});

describe('saltOf', () => {
  it('reads the salt back out of a hash', async () => {
    const drawn = randomBytes(16);

    const hash = await hashBackupCode(CODE, { salt: drawn, pepper });

    expect(saltOf(hash)).toEqual(drawn);
  });

  it('reads the salt of the hash that the other cases change', () => {
    expect(saltOf(phc({}))).toEqual(salt);
  });

  it.each([
    ['4 GiB of memory', phc({ parameters: 'm=4194304,t=2,p=1' })],
    ['less memory', phc({ parameters: 'm=8,t=2,p=1' })],
    ['more passes', phc({ parameters: 'm=19456,t=4294967295,p=1' })],
    ['fewer passes', phc({ parameters: 'm=19456,t=1,p=1' })],
    ['more lanes', phc({ parameters: 'm=19456,t=2,p=255' })],
    ['parameters in another order', phc({ parameters: 't=2,m=19456,p=1' })],
    ['a further parameter', phc({ parameters: 'm=19456,t=2,p=1,keyid=1' })],
    ['no parameters', phc({ parameters: '' })],
    ['argon2i', phc({ algorithm: 'argon2i' })],
    ['argon2d', phc({ algorithm: 'argon2d' })],
    ['an algorithm in capitals', phc({ algorithm: 'Argon2id' })],
    ['version 1.0 of Argon2', phc({ version: 'v=16' })],
    ['no salt', phc({ saltBytes: 0 })],
    ['a short salt', phc({ saltBytes: 15 })],
    ['a long salt', phc({ saltBytes: 17 })],
    ['a salt of 1 MiB', phc({ saltBytes: 2 ** 20 })],
    ['no digest', phc({}).split('$').slice(0, 5).join('$')],
    ['a further part', `${phc({})}$more`],
    ['something in front', ` ${phc({})}`],
    ['bcrypt', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['junk', 'junk'],
    ['only separators', '$$$$$'],
    ['an empty text', ''],
  ])('refuses %s', (_, stored) => {
    expect(saltOf(stored)).toBeUndefined();
  });
});
