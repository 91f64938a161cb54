import { describe, expect, it } from 'vitest';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { RequestBody } from './request-body.js';

describe('a password in a body', () => {
  it.each([
    ['letters', 'x'],
    ['characters outside of the first plane', '\u{1F511}'],
  ])('may have 128 %s, and not one more', (_, character) => {
    const password = character.repeat(128);
    const longer = new RequestBody({ password: `${password}${character}` });
    longer.required('password');

    expect(new RequestBody({ password }).required('password')).toBe(password);
    expect(() => longer.end()).toThrow(TwoFactorException);
  });
});
