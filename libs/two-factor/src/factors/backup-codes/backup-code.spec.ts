import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKUP_CODES_PER_SET, drawBackupCodes, parseBackupCode } from './backup-code.js';

/** Crockford's base32, for the bits it encodes: https://www.crockford.com/base32.html. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('');
const SHAPE = /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){2}$/;

/** How far a sample is from every character being equally likely (Pearson's statistic, 31 degrees of freedom). */
function chiSquare(characters: readonly string[]): number {
  const expected = characters.length / CROCKFORD.length;
  const counts = new Map<string, number>();
  for (const character of characters) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return CROCKFORD.map((character) => (counts.get(character) ?? 0) - expected).reduce(
    (sum, surplus) => sum + surplus ** 2 / expected,
    0,
  );
}

/** A fair alphabet exceeds it once in 10^11 runs. */
const CHI_SQUARE_BOUND = 120;

/** Any code points at all. The unit `binary` of fast-check says the same and takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codePoints) => String.fromCodePoint(...codePoints));

describe('drawBackupCodes', () => {
  it('draws ten distinct codes of three groups of five', () => {
    const codes = drawBackupCodes();

    expect(codes).toHaveLength(10);
    expect(BACKUP_CODES_PER_SET).toBe(10);
    expect(new Set(codes).size).toBe(10);
    expect(codes.filter((code) => !SHAPE.test(code))).toEqual([]);
  });

  it('draws each of the 32 characters equally often, at every place, and no code twice', () => {
    const codes = Array.from({ length: 200 }, drawBackupCodes).flat();
    const characters = codes.map((code) => code.replaceAll('-', '').split(''));

    const places = Array.from({ length: 15 }, (_, place) => characters.map((code) => code[place] ?? ''));

    expect(new Set(codes).size).toBe(2000);
    expect(new Set(characters.flat())).toEqual(new Set(CROCKFORD));
    expect(chiSquare(characters.flat())).toBeLessThan(CHI_SQUARE_BOUND);
    expect(Math.max(...places.map(chiSquare))).toBeLessThan(CHI_SQUARE_BOUND);
  });

  it.each([
    ['one character is twice as likely', (byte: number) => [...CROCKFORD, '0'][byte % 33]],
    ['a remainder favours the first characters', (byte: number) => CROCKFORD[(byte % 48) % 32]],
    ['the last character never comes', (byte: number) => CROCKFORD[byte % 31]],
  ])('would be found out if %s', (_, characterOf) => {
    const characters = Array.from({ length: 30_000 }, (__, index) => characterOf(index % 256) ?? '');

    expect(chiSquare(characters)).toBeGreaterThan(CHI_SQUARE_BOUND);
  });
});

describe('parseBackupCode', () => {
  it.each([
    ['as handed out', '0123A-BCDEF-GHJKM'],
    ['in lower case', '0123a-bcdef-ghjkm'],
    ['in mixed case', '0123a-BcDeF-gHJkM'],
    ['without dashes', '0123ABCDEFGHJKM'],
    ['with spaces for dashes', '0123A BCDEF GHJKM'],
    ['with dashes elsewhere', '-01-23AB--CDE-FGHJKM-'],
    ['with whitespace around', ' \t0123A-BCDEF-GHJKM\r\n'],
    ['with no-break spaces, as pasted', '0123A\u00a0BCDEF\u00a0GHJKM'],
    ['with the dashes that phones make of two hyphens', '0123A\u2013BCDEF\u2014GHJKM'],
    ['with the minus that some programs make of a dash', '0123A\u2212BCDEF\u2212GHJKM'],
    ['with soft hyphens and zero-width spaces', '0123A-\u00adBCDEF-\u200bGHJKM'],
    ['with underscores', '0123A_BCDEF_GHJKM'],
    ['with points', '0123A.BCDEF.GHJKM'],
    ['with the digits of an Arabic keyboard', '\u0660\u0661\u0662\u0663A-BCDEF-GHJKM'],
    ['as a line of the file of codes', ' 3. 0123A-BCDEF-GHJKM'],
    ['with words around it', 'Backup code 3: 0123a-bcdef-ghjkm, unused'],
    ['with O for 0', 'O123A-BCDEF-GHJKM'],
    ['with o for 0', 'o123a-bcdef-ghjkm'],
    ['with I for 1', '0I23A-BCDEF-GHJKM'],
    ['with i for 1', '0i23A-BCDEF-GHJKM'],
    ['with L for 1', '0L23A-BCDEF-GHJKM'],
    ['with l for 1', '0l23A-BCDEF-GHJKM'],
  ])('reads a code %s', (_, input) => {
    expect(parseBackupCode(input)).toBe('0123A-BCDEF-GHJKM');
  });

  it.each([
    ['an empty text', ''],
    ['only dashes and spaces', '- - -'],
    ['a U, which the alphabet lacks', 'U123A-BCDEF-GHJKM'],
    ['a u', 'u123a-bcdef-ghjkm'],
    ['14 characters', '0123A-BCDEF-GHJK'],
    ['16 characters', '0123A-BCDEF-GHJKMN'],
    ['10 kB of characters', 'A'.repeat(10_240)],
    ['a code in 10 kB of spaces', `0123A-BCDEF-GHJKM${' '.repeat(10_240)}`],
    ['a dotless i, which becomes I in upper case', '0\u013123A-BCDEF-GHJKM'],
    ['an I with a dot', '0\u013023A-BCDEF-GHJKM'],
    ['a Kelvin sign, which becomes k in lower case', '0123A-BCDEF-GHJ\u212aM'],
    ['a long s, which becomes S in upper case', '0123A-BCDEF-GHJK\u017f'],
    ['a sharp s, which becomes two characters in upper case', '0123A-BCDEF-GHJ\u00df'],
    ['a ligature, which becomes two characters in upper case', '0123A-BCDE\ufb00GHJK'],
    ['full-width characters', '\uff10123A-BCDEF-GHJKM'],
    ['a full-width letter', '0123\uff21-BCDEF-GHJKM'],
    ['a Cyrillic A', '0123\u0410-BCDEF-GHJKM'],
    ['a Greek A', '0123\u0391-BCDEF-GHJKM'],
    ['an Arabic-Indic digit', '\u0660123A-BCDEF-GHJKM'],
    ['a letter with a combining mark', '0123A\u0301-BCDEF-GHJKM'],
    ['NUL at the end', '0123A-BCDEF-GHJKM\0'],
    ['a zero-width space in place of a character', '0123A-\u200bBCDE-GHJKM'],
    ['two codes', '0123A-BCDEF-GHJKM 0123A-BCDEF-GHJKN'],
    ['two lines of the file of codes', ' 1. 0123A-BCDEF-GHJKM\n 2. 0123A-BCDEF-GHJKN'],
    ['a number that would make fourteen characters a code', ' 1. 0123A-BCDEF-GHJK'],
    ['a fourth group', '0123A-BCDEF-GHJKM-01234'],
    ['a fourth group with words around it', 'Key: 0123A-BCDEF-GHJKM-01234'],
    ['a letter before the code', 'Code:X0123A-BCDEF-GHJKM'],
    ['a code that is shown in reverse', '\u202e0123A-BCDEF-GHJKM'],
    ['a code in a text that is too long', `${'so '.repeat(41)}0123A-BCDEF-GHJKM`],
    ['punctuation in place of a character', '0123A-BCDEF-GHJK*'],
  ])('refuses %s', (_, input) => {
    expect(parseBackupCode(input)).toBeUndefined();
  });

  it.each([
    ['a number', 12_345_678_901_234],
    ['an array of a code', ['0123A-BCDEF-GHJKM']],
    ['an object', { backupCode: '0123A-BCDEF-GHJKM' }],
    ['an object that turns into a code', { toString: () => '0123A-BCDEF-GHJKM' }],
    ['null', null],
    ['nothing', undefined],
  ])('refuses %s', (_, input: unknown) => {
    expect(parseBackupCode(input)).toBeUndefined();
  });

  it('reads every code back, however it is typed', () => {
    const spellings = new Map([
      ['0', ['0', 'O', 'o']],
      ['1', ['1', 'I', 'i', 'L', 'l']],
    ]);
    const typed = fc
      .array(fc.constantFrom(...CROCKFORD), { minLength: 15, maxLength: 15 })
      .chain((characters) =>
        fc.record({
          characters: fc.constant(characters),
          spelled: fc.tuple(
            ...characters.map((character) =>
              fc.constantFrom(...(spellings.get(character) ?? [character, character.toLowerCase()])),
            ),
          ),
          gaps: fc.array(fc.string({ unit: fc.constantFrom('-', ' ', '\t', '\u00a0'), maxLength: 3 }), {
            minLength: 16,
            maxLength: 16,
          }),
        }),
      );
    fc.assert(
      fc.property(typed, ({ characters, spelled, gaps }) => {
        const input = gaps.map((gap, index) => gap + (spelled[index] ?? '')).join('');

        const code = characters.join('').replaceAll(/.{5}(?=.)/g, '$&-');

        expect(parseBackupCode(input)).toBe(code);
      }),
      { numRuns: 200 },
    );
  });

  it('reads what it gives, and gives nothing but codes', () => {
    const texts = fc.oneof(
      anyText,
      fc.string({ unit: fc.constantFrom(...'0123ABCXYZilouOU -\u212a\u0131'.split('')), maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...'0123abcxyzilo'.split('')), minLength: 14, maxLength: 16 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const code = parseBackupCode(text) ?? '00000-00000-00000';

        expect(code).toMatch(SHAPE);
        expect(parseBackupCode(code)).toBe(code);
      }),
      { numRuns: 300 },
    );
  });
});
