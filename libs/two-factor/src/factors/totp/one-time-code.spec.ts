import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOneTimeCode } from './one-time-code.js';

/** Any code points at all. The unit `binary` of fast-check says the same and takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codePoints) => String.fromCodePoint(...codePoints));

describe('parseOneTimeCode', () => {
  it.each([
    ['six digits', '123456'],
    ['two groups of three', '123 456'],
    ['three groups of two', '12 34 56'],
    ['a no-break space, as apps copy it', '123\u00a0456'],
    ['whitespace around', ' \t123456\r\n'],
    ['dashes', '123-456'],
    ['a zero-width space', '123\u200b456'],
    ['marks of direction around, as right-to-left apps copy it', '\u2067\u200f123456\u2069'],
    ['a point between groups of three', '123.456'],
    ['full-width digits', '\uff11\uff12\uff13\uff14\uff15\uff16'],
    ['Arabic-Indic digits', '١٢٣٤٥٦'],
    ['Persian digits', '۱۲۳۴۵۶'],
    ['the sentence around it', 'Your code is 123 456. Don’t share it!'],
    ['an Arabic sentence around it', 'رمز التحقق: ١٢٣٤٥٦'],
    ['a letter with a dash before it', 'G-123456'],
  ])('reads %s', (_, input) => {
    expect(parseOneTimeCode(input)).toBe('123456');
  });

  it('keeps leading zeros', () => {
    expect(parseOneTimeCode('000000')).toBe('000000');
  });

  it.each([
    ['an empty text', ''],
    ['only whitespace', ' '.repeat(6)],
    ['five digits', '12345'],
    ['seven digits', '1234567'],
    ['10 kB of digits', '1'.repeat(10_240)],
    ['a code in 10 kB of spaces', `123456${' '.repeat(10_240)}`],
    ['one Devanagari digit', '12345६'],
    ['mathematical digits', '𝟏𝟐𝟑𝟒𝟓𝟔'],
    ['superscript digits', '¹²³456'],
    ['a plus sign', '+12345'],
    ['a sign before six digits', '+123456'],
    ['a minus sign', '-12345'],
    ['an exponent', '1234e5'],
    ['a short exponent', '1e5'],
    ['a hexadecimal number', '0x1234'],
    ['a decimal point', '12.345'],
    ['NUL at the end', '123456\0'],
    ['NUL within', '123\u0000456'],
    ['digits that are shown in reverse', '\u202e123456'],
    ['one Arabic-Indic digit', '12345٦'],
    ['digits of two scripts', '١٢٣456'],
    ['a letter at the code', 'G123456'],
    ['a letter behind the code', '123456a'],
    ['two codes', '123456 654321'],
    ['two codes that are the same', '123456 123456'],
    ['a code and another number', 'Your code is 123456, for 10 minutes'],
    ['nine digits in groups of three', '123 456 789'],
    ['a date', '24.11.26'],
    ['a decimal point elsewhere', '1234.56'],
    ['a sum of money', '€123456'],
    ['a percentage', '123456%'],
    ['an address', 'https://example.com/123456'],
    ['a path', '/123456'],
    ['an account', '123456@example.com'],
    ['a code in a sentence that is too long', `${'so '.repeat(41)}123456`],
    ['letters that look like digits', '12345O'],
    ['a second line', '123456\n654321'],
    ['SQL', "123456' OR"],
  ])('refuses %s', (_, input) => {
    expect(parseOneTimeCode(input)).toBeUndefined();
  });

  it.each([
    ['a number', 123_456],
    ['a bigint', 123_456n],
    ['an array of a code', ['123456']],
    ['an array of digits', ['1', '2', '3', '4', '5', '6']],
    ['an object', { code: '123456' }],
    ['an object that turns into a code', { toString: () => '123456' }],
    ['a boxed text', Object('123456')],
    ['null', null],
    ['nothing', undefined],
    ['true', true],
  ])('refuses %s', (_, input: unknown) => {
    expect(parseOneTimeCode(input)).toBeUndefined();
  });

  it('reads what it gives, and gives nothing but six ASCII digits', () => {
    const texts = fc.oneof(
      anyText,
      fc.string({ unit: fc.constantFrom(...'0123456789 \t\n٣+-.e'.split('')), maxLength: 10 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const code = parseOneTimeCode(text) ?? '000000';

        expect(code).toMatch(/^[0-9]{6}$/);
        expect(parseOneTimeCode(code)).toBe(code);
      }),
      { numRuns: 300 },
    );
  });
});
