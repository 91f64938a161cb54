import { groupOf } from '../mutant.js';

const SEALED_SECRET = 'libs/two-factor/src/crypto/sealed-secret.ts';
const tests = ['libs/two-factor/src/crypto/sealed-secret.spec.ts'];

/** How a secret is encrypted, and where alone it opens. */
export const CRYPTO = groupOf('crypto', 'quick', [
  {
    id: 'X01',
    what: 'a sealed value opens in another row',
    file: SEALED_SECRET,
    search: `[VERSION, keyId, column, rowId, userId]`,
    replace: `[VERSION, keyId, column, userId]`,
    tests,
  },
  {
    id: 'X02',
    what: 'the parts of a place are joined without their lengths',
    file: SEALED_SECRET,
    search: `    const length = data.write(part, at + LENGTH_BYTES);
    data.writeUInt32BE(length, at);
    at += LENGTH_BYTES + length;`,
    replace: `    at += data.write(part, at);`,
    tests,
  },
  {
    id: 'X03',
    what: `the key's id is not authenticated`,
    file: SEALED_SECRET,
    search: `[VERSION, keyId, column, rowId, userId]`,
    replace: `[VERSION, column, rowId, userId]`,
    tests,
  },
  {
    id: 'X04',
    what: 'the nonce is constant',
    file: SEALED_SECRET,
    search: `const drawn = randomBytes(SALT_BYTES + NONCE_BYTES);`,
    replace: `const drawn = Buffer.concat([randomBytes(SALT_BYTES), Buffer.alloc(NONCE_BYTES)]);`,
    tests,
  },
  {
    id: 'X05',
    what: 'the salt is constant',
    file: SEALED_SECRET,
    search: `const drawn = randomBytes(SALT_BYTES + NONCE_BYTES);`,
    replace: `const drawn = Buffer.concat([Buffer.alloc(SALT_BYTES), randomBytes(NONCE_BYTES)]);`,
    tests,
  },
  {
    id: 'X06',
    what: 'the key is derived for another purpose: no stored secret opens',
    file: SEALED_SECRET,
    search: `'nestjs-two-factor/sealed-box/v1'`,
    replace: `'nestjs-two-factor/sealed-box/v2'`,
    tests,
  },
  {
    id: 'X07',
    what: 'one value opens in several spellings',
    file: SEALED_SECRET,
    search: `const isCanonical = sealed.toString('base64url') === encoded;`,
    replace: `const isCanonical = true;`,
    tests,
  },
]);
