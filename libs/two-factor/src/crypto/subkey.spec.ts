import { hkdfSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subkeyOf } from './subkey.js';

describe('a subkey', () => {
  it("is HKDF-SHA-256 as Node's own computes it, of any key, salt and purpose", () => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(bytes, bytes, fc.string({ unit: 'grapheme', maxLength: 60 }), (key, salt, info) => {
        expect(subkeyOf(key, { salt, info })).toEqual(Buffer.from(hkdfSync('sha256', key, salt, info, 32)));
      }),
      { numRuns: 200 },
    );
  });

  // RFC 5869 A.3, of which these are the first 32 bytes: no salt, and no purpose.
  it('is that of RFC 5869', () => {
    expect(subkeyOf(Buffer.alloc(22, 0x0b), { salt: Buffer.alloc(0), info: '' }).toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });
});
