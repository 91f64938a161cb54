import { describe, expect, it } from 'vitest';
import { groupsOfFour, isEndOfOne } from '../src/parts/codes.js';
import { clockText } from '../src/parts/time.js';

describe('what people type', () => {
  it('is the end of a code from five characters on', () => {
    const codes = ['A1B2C-D3E4F-G5H6J', '00000-00000-0011Z'];

    expect(isEndOfOne(codes, 'g5h6j')).toBe(true);
    expect(isEndOfOne(codes, '0 oilz')).toBe(true);
    expect(isEndOfOne(codes, 'A1B2C-D3E4F-G5H6J')).toBe(true);
    expect(isEndOfOne(codes, ' 1. A1B2C-D3E4F-G5H6J')).toBe(true);
    expect(isEndOfOne(codes, ' 2. A1B2C-D3E4F-G5H6K')).toBe(false);
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
