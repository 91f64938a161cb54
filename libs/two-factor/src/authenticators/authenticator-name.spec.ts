import { describe, expect, it } from 'vitest';
import { parseAuthenticatorName } from './authenticator-name.js';

describe('the name of an authenticator', () => {
  it.each([
    ['as it is', 'Ann’s phone', 'Ann’s phone'],
    ['without spaces around it', '  Phone\n', 'Phone'],
    ['with single spaces', 'My \t\u00a0 phone', 'My phone'],
    ['in NFC', 'Te\u0301le\u0301phone', 'T\u00e9l\u00e9phone'],
    ['without what has no width', 'Pho\u200bne\ufeff', 'Phone'],
    ['without what turns text round', '\u202ePhone\u2066', 'Phone'],
    ['without what is a tag or a filler', 'Phone\u{e0041}\u3164', 'Phone'],
    ['of 64 characters outside of the first plane', '\u{1f511}'.repeat(64), '\u{1f511}'.repeat(64)],
  ])('is taken %s', (_, written, name) => {
    expect(parseAuthenticatorName(written)).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['spaces', ' \u00a0 '],
    ['what nobody sees', '\u200b\u3164'],
    ['65 characters', 'x'.repeat(65)],
    ['longer than is looked at', ' '.repeat(512) + 'x'],
    ['a control character', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800'],
    ['a number', 1],
    ['null', null],
  ])('is none of %s', (_, written) => {
    expect(parseAuthenticatorName(written)).toBeUndefined();
  });
});
