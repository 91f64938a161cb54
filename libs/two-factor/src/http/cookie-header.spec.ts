import { describe, expect, it } from 'vitest';
import { cookieOf } from './cookie-header.js';

describe('a cookie of a header', () => {
  it.each([
    ['a=1', '1'],
    ['b=2; a=1', '1'],
    ['b=2;a=1 ; c', '1'],
    ['a=x=y=', 'x=y='],
    ['a=', ''],
  ])('is found in %j', (header, value) => {
    expect(cookieOf(header, 'a')).toBe(value);
  });

  it.each([
    ['that has none', ''],
    ['with a name that only begins alike', 'ab=1'],
    ['with the name in another case', 'A=1'],
    ['with the name in a value', 'b=a=1'],
    ['in which it comes twice, for somebody else may have set one', 'a=1; a=2'],
  ])('is not found in one %s', (_, header) => {
    expect(cookieOf(header, 'a')).toBeUndefined();
  });
});
