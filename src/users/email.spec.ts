import { describe, expect, it } from 'vitest';
import { isEmail, normalEmail } from './email.js';

describe('isEmail', () => {
  it.each([
    ['plain', 'ann@example.com'],
    ['with a tag', 'ann+news@example.com'],
    ['in another script', 'анна@пример.рф'],
    ['with a combining mark that has no composed form', 'q\u0308@example.com'],
    ['with spaces around it, which are no part of it', ' ann@example.com\n'],
  ])('takes an address %s', (_, email) => {
    expect(isEmail(email)).toBe(true);
  });

  it.each([
    ['a zero-width space', '\u200b'],
    ['a zero-width joiner', '\u200d'],
    ['a word joiner', '\u2060'],
    ['a byte order mark', '\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['a right-to-left override', '\u202e'],
    ['an isolate', '\u2066'],
    ['a tag character', '\u{e0041}'],
    ['a combining grapheme joiner', '\u034f'],
    ['a Hangul filler', '\u3164'],
    ['a Khmer inherent vowel', '\u17b4'],
    ['a variation selector', '\ufe0f'],
    ['a supplementary variation selector', '\u{e0100}'],
    ['a no-break space', '\u00a0'],
    ['a C1 control character', '\u0085'],
    ['a lone surrogate', '\udc00'],
  ])('refuses what cannot be seen, in each of its parts: %s', (_, unseen) => {
    for (const email of [
      `an${unseen}n@example.com`,
      `ann@exam${unseen}ple.com`,
      `ann@example.c${unseen}om`,
    ]) {
      expect(isEmail(email)).toBe(false);
    }
  });
});

describe('normalEmail', () => {
  it.each([
    ['h with a line below', 'H\u0331@x.io', '\u1e96@x.io'],
    ['j with a caron', 'J\u030c@x.io', '\u01f0@x.io'],
    ['t with a diaeresis', 'T\u0308@x.io', '\u1e97@x.io'],
    ['iota with dialytika and tonos', '\u0399\u0308\u0301@x.io', '\u0390@x.io'],
  ])('is one for a letter of which only the small one is composed: %s', (_, capital, small) => {
    expect(normalEmail(capital)).toBe(small);
    expect(normalEmail(small)).toBe(small);
  });

  it('changes nothing any more when it is applied again, whatever the letter', () => {
    const marks = ['', '\u0308', '\u0331'];
    const unstable: string[] = [];
    for (let point = 0; point <= 0x1_ff_ff; point += 1) {
      const letter = String.fromCodePoint(point);
      for (const mark of /\p{L}/u.test(letter) ? marks : []) {
        const once = normalEmail(letter + mark);
        if (normalEmail(once) !== once) {
          unstable.push(letter + mark);
        }
      }
    }
    expect(unstable).toEqual([]);
  });
});
