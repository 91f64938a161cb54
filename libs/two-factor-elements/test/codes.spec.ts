import { describe, expect, it } from 'vitest';
import { groupsOfFour, isEndOfOne, parseBackupCode, parseOneTimeCode } from '../src/parts/codes.js';
import { clockText } from '../src/parts/time.js';

describe('what people type', () => {
  it.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    [' 123-456\n', '123456'],
    ['１２３４５６', '123456'],
    ['12345', undefined],
    ['1234567', undefined],
    ['12345a', undefined],
  ])('is a one-time code: %j', (typed, code) => {
    expect(parseOneTimeCode(typed)).toBe(code);
  });

  it.each([
    ['A1B2C-D3E4F-G5H6J', 'A1B2C-D3E4F-G5H6J'],
    ['a1b2c d3e4f g5h6j', 'A1B2C-D3E4F-G5H6J'],
    ['oil00-00000-00000', '01100-00000-00000'],
    ['UUUUU-UUUUU-UUUUU', undefined],
    ['A1B2C-D3E4F', undefined],
  ])('is a backup code: %j', (typed, code) => {
    expect(parseBackupCode(typed)).toBe(code);
  });

  it('is the end of a code from five characters on', () => {
    const codes = ['A1B2C-D3E4F-G5H6J', '00000-00000-0011Z'];

    expect(isEndOfOne(codes, 'g5h6j')).toBe(true);
    expect(isEndOfOne(codes, '0 oilz')).toBe(true);
    expect(isEndOfOne(codes, 'A1B2C-D3E4F-G5H6J')).toBe(true);
    expect(isEndOfOne(codes, '5h6j')).toBe(false);
    expect(isEndOfOne(codes, 'A1B2C')).toBe(false);
  });
});

describe('what people read', () => {
  it('is a key in groups of four', () => {
    expect(groupsOfFour('ABCDEFGH234')).toEqual(['ABCD', 'EFGH', '234']);
  });

  it.each([
    [28, '0:28'],
    [725, '12:05'],
    [10_800, '3:00:00'],
  ])('is a time: %i seconds are %s', (seconds, text) => {
    expect(clockText(seconds)).toBe(text);
  });
});
