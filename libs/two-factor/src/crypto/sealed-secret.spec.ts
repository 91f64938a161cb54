import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';
import { SealedBoxError, type SealedPlace, open, seal, sealedWith } from './sealed-secret.js';

const OLD = { id: '2024', key: Buffer.alloc(32, 1) };
const NEW = { id: '2025', key: Buffer.alloc(32, 2) };

const ring = new KeyRing([NEW, OLD]);
const place: SealedPlace = { userId: 'user-1', rowId: 'row-1', column: 'sealed_secret' };
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** The text that opens, or the reason why none does. */
function outcome(
  sealed: string,
  { keys = ring, at = place }: { readonly keys?: KeyRing; readonly at?: SealedPlace } = {},
): { readonly text: string } | { readonly refused: string } {
  try {
    return { text: open(keys, sealed, at) };
  } catch (error) {
    if (!(error instanceof SealedBoxError)) {
      throw error;
    }
    return { refused: error.reason };
  }
}

/** A sealed value with its bytes changed. */
function withBytes(sealed: string, change: (bytes: Buffer) => Uint8Array): string {
  const [version, keyId, encoded = ''] = sealed.split('.');
  const bytes = Buffer.from(change(Buffer.from(encoded, 'base64url')));
  return `${version}.${keyId}.${bytes.toString('base64url')}`;
}

/** Any code points at all. The unit `binary` of fast-check says the same and takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codePoints) => String.fromCodePoint(...codePoints).toWellFormed());

describe('seal and open', () => {
  it('open what they sealed, any text in any place', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.string({ unit: 'grapheme', maxLength: 300 })),
        anyText,
        anyText,
        anyText,
        (text, userId, rowId, column) => {
          const at = { userId, rowId, column };

          expect(outcome(seal(ring, text, at), { at })).toEqual({ text });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('write the version, the key id, and salt, nonce, ciphertext and tag in base64url', () => {
    const sealed = seal(ring, SECRET, place);

    expect(sealed).toMatch(/^v1\.2025\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url')).toHaveLength(16 + 12 + SECRET.length + 16);
    expect(sealed).not.toContain(SECRET);
  });

  it('never write one text twice in the same way', () => {
    const sealed = Array.from({ length: 500 }, () => seal(ring, SECRET, place));

    const partsOf = (from: number, to: number): Set<string> =>
      new Set(
        sealed.map((text) => Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('hex', from, to)),
      );

    expect(new Set(sealed).size).toBe(500);
    expect({ salts: partsOf(0, 16).size, nonces: partsOf(16, 28).size }).toEqual({ salts: 500, nonces: 500 });
  });
});

describe('open', () => {
  it.each([
    ['user', { ...place, userId: 'user-2' }],
    ['row', { ...place, rowId: 'row-2' }],
    ['column', { ...place, column: 'sealed_backup_codes' }],
  ])('refuses a value in the place of another %s', (_, at) => {
    const sealed = seal(ring, SECRET, place);

    expect(outcome(sealed, { at })).toEqual({ refused: 'not_authentic' });
    expect(outcome(sealed)).toEqual({ text: SECRET });
  });

  it.each([
    ['user and row', { userId: 'ab', rowId: 'c', column: 'x' }, { userId: 'a', rowId: 'bc', column: 'x' }],
    ['row and user', { userId: 'c', rowId: 'ab', column: 'x' }, { userId: 'bc', rowId: 'a', column: 'x' }],
    ['row and column', { userId: 'x', rowId: 'a', column: 'bc' }, { userId: 'x', rowId: 'ab', column: 'c' }],
    ['column and row', { userId: 'x', rowId: 'bc', column: 'a' }, { userId: 'x', rowId: 'c', column: 'ab' }],
    [
      'user and row, swapped',
      { userId: 'a', rowId: 'b', column: 'x' },
      { userId: 'b', rowId: 'a', column: 'x' },
    ],
    ['an empty user', { userId: '', rowId: 'a', column: 'x' }, { userId: 'a', rowId: '', column: 'x' }],
  ])('tells places apart that read alike when joined: %s', (_, at, other) => {
    expect(outcome(seal(ring, SECRET, at), { at: other })).toEqual({ refused: 'not_authentic' });
  });

  it('opens in no place but its own', () => {
    // Few letters and separators, so that places that are alike when joined do come up.
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\0', '\u0001'), maxLength: 3 });
    const places = fc.record({ userId: part, rowId: part, column: part });
    fc.assert(
      fc.property(places, places, (at, other) => {
        fc.pre(JSON.stringify(at) !== JSON.stringify(other));

        expect(outcome(seal(ring, SECRET, at), { at: other })).toEqual({ refused: 'not_authentic' });
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a value with any one bit flipped', () => {
    const sealed = seal(ring, SECRET, place);
    const bits = (16 + 12 + SECRET.length + 16) * 8;

    const outcomes = Array.from({ length: bits }, (_, bit) =>
      outcome(
        withBytes(sealed, (bytes) =>
          bytes.map((byte, index) => (index === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte)),
        ),
      ),
    );

    expect(new Set(outcomes.map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"refused":"not_authentic"}']),
    );
  });

  it('refuses a value cut short anywhere, at either end, and one with bytes added', () => {
    const sealed = seal(ring, SECRET, place);
    const length = 16 + 12 + SECRET.length + 16;
    const cuts = Array.from({ length }, (_, index) => index + 1);

    const changed = [
      ...cuts.map((count) => withBytes(sealed, (bytes) => bytes.subarray(0, -count))),
      ...cuts.map((count) => withBytes(sealed, (bytes) => bytes.subarray(count))),
      withBytes(sealed, (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
      withBytes(sealed, (bytes) => Buffer.concat([Buffer.alloc(1), bytes])),
      withBytes(sealed, (bytes) => Buffer.concat([bytes, bytes])),
    ];

    expect(changed.map((one) => outcome(one)).filter((one) => 'text' in one)).toEqual([]);
    expect(outcome(sealed)).toEqual({ text: SECRET });
  });

  it('refuses a text with any one character replaced, left out or doubled', () => {
    const sealed = seal(ring, SECRET, place);
    const characters = sealed.split('');
    const edited = (index: number, replacement: string): string =>
      characters.with(index, replacement).join('');

    const replacements = ['A', 'B', '_', '.', '=', '+', ' ', '\0', '\u00e9', ''];
    const changed = characters.flatMap((character, index) =>
      [...replacements, character.repeat(2)].map((replacement) => edited(index, replacement)),
    );

    expect(changed.filter((text) => text !== sealed && 'text' in outcome(text))).toEqual([]);
    expect(outcome(sealed)).toEqual({ text: SECRET });
  });

  it.each([
    ['padding', (sealed: string) => `${sealed}==`],
    ['a line break at the end', (sealed: string) => `${sealed}\n`],
    ['whitespace in front of the content', (sealed: string) => sealed.replace(/\.(?=[^.]*$)/, '. ')],
    ['characters that base64 does not have', (sealed: string) => `${sealed}*!%`],
    ['the other alphabet of base64', (sealed: string) => sealed.replaceAll('-', '+').replaceAll('_', '/')],
  ])('knows one spelling of a value only, and refuses %s', (_, respell) => {
    // Sealed until the text holds one of the two characters in which the alphabets differ.
    const spelled = Array.from({ length: 200 }, () => seal(ring, SECRET, place)).find((text) =>
      /[-_]/.test(text),
    );

    expect(outcome(spelled ?? '')).toEqual({ text: SECRET });
    expect(outcome(respell(spelled ?? ''))).toEqual({ refused: 'malformed' });
  });

  it('refuses the spellings of a last character whose bits are not all used', () => {
    // 16 + 12 + 32 + 16 = 76 bytes: one over a multiple of three, so four bits of the last character are spare.
    const sealed = seal(ring, SECRET, place);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

    const openings = alphabet.filter((last) => 'text' in outcome(`${sealed.slice(0, -1)}${last}`));

    expect(openings).toEqual([sealed.slice(-1)]);
  });

  it('refuses a value whose key id was renamed, even to one of the same key', () => {
    const sealed = seal(ring, SECRET, place);
    const twin = new KeyRing([{ id: 'twin', key: NEW.key }]);

    expect(outcome(sealed.replace('.2025.', '.twin.'), { keys: twin })).toEqual({
      refused: 'not_authentic',
    });
    expect(outcome(sealed.replace('.2025.', '.2024.'))).toEqual({ refused: 'not_authentic' });
  });

  it('refuses a value of a key that is not in the ring, and says so', () => {
    const sealed = seal(new KeyRing([OLD]), SECRET, place);

    expect(outcome(sealed, { keys: new KeyRing([NEW]) })).toEqual({ refused: 'unknown_key' });
  });

  it('refuses a value of another key under the same id', () => {
    const sealed = seal(new KeyRing([NEW]), SECRET, place);

    const keys = new KeyRing([{ id: NEW.id, key: OLD.key }]);

    expect(outcome(sealed, { keys })).toEqual({ refused: 'not_authentic' });
  });

  it.each([
    ['an empty text', ''],
    ['a plain secret', SECRET],
    ['no content', 'v1.2025.'],
    ['no key id and no content', 'v1'],
    ['no content at all', 'v1.2025'],
    ['another version', `v2.2025.${'A'.repeat(100)}`],
    ['a version in capitals', `V1.2025.${'A'.repeat(100)}`],
    ['less than salt, nonce and tag', `v1.2025.${Buffer.alloc(43).toString('base64url')}`],
    ['a further part', `v1.2025.${'A'.repeat(100)}.A`],
  ])('refuses %s as malformed', (_, sealed) => {
    expect(outcome(sealed)).toEqual({ refused: 'malformed' });
  });

  it.each([['toString'], ['__proto__'], ['constructor'], ['']])('finds no key by the id "%s"', (keyId) => {
    expect(outcome(`v1.${keyId}.${'A'.repeat(100)}`)).toEqual({ refused: 'unknown_key' });
  });

  it('opens what version 1 sealed, as it stands in the databases of hosts', () => {
    // Written down once. When this fails, every secret in every database has become unreadable: give the
    // new form a version of its own, and go on reading this one.
    const stored =
      'v1.2025.-0S_J3VJozmka6Bat8nIBVl4V9ruZBf4RKnFkLCriFsuTJitusNdzj0wv68YvChrV2ejX4N0lyfkVwLIE0Ab0dWFcrc9-7PA1ZaqkA';

    expect(outcome(stored)).toEqual({ text: SECRET });
  });

  it('opens with an old key what it sealed, while the first key seals', () => {
    const sealedBefore = seal(new KeyRing([OLD]), SECRET, place);

    const sealedNow = seal(ring, SECRET, place);

    expect(outcome(sealedBefore)).toEqual({ text: SECRET });
    expect(sealedWith(sealedBefore)).toBe('2024');
    expect(sealedWith(sealedNow)).toBe('2025');
    expect(outcome(sealedNow, { keys: new KeyRing([NEW]) })).toEqual({ text: SECRET });
  });

  it('keeps content and key out of what it throws', () => {
    const sealed = seal(ring, SECRET, place);
    let thrown: unknown;
    try {
      open(ring, sealed, { ...place, userId: 'user-2' });
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(SealedBoxError);
    const told = JSON.stringify(thrown, Object.getOwnPropertyNames(thrown));
    expect(told).toContain('not_authentic');
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(sealed.slice(10));
    expect(thrown).not.toHaveProperty('cause');
  });
});

describe('sealedWith', () => {
  it.each([
    ['an empty text', ''],
    ['a plain secret', SECRET],
    ['another version', 'v2.2025.AAAA'],
    ['a version alone', 'v1'],
  ])('knows no key of %s', (_, text) => {
    expect(sealedWith(text)).toBeUndefined();
  });
});
