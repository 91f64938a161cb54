import { describe, expect, it } from 'vitest';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { RequestBody } from './request-body.js';

describe('a body', () => {
  it.each([
    ['none', undefined],
    ['an empty object', {}],
    ['an empty text', ''],
    ['no bytes', Buffer.alloc(0)],
  ])('has nothing in it when it is %s', (_, body) => {
    const fields = new RequestBody(body);

    expect(fields.optional('code')).toBeUndefined();
    expect(() => fields.end()).not.toThrow();
  });

  it.each([
    ['null', null],
    ['a text', ' '],
    ['a list', []],
    ['bytes', Buffer.from('{}')],
    ['a number', 0],
    ['false', false],
  ])('is refused when it is %s', (_, body) => {
    expect(() => new RequestBody(body)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        details: [{ field: 'body', message: 'must be an object' }],
      }),
    );
  });
});

describe('a body of unknown fields', () => {
  const fieldsOf = (count: number, length = 1): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index).padEnd(length, '_'), 0]));

  it.each([
    ['sixteen of them', fieldsOf(16)],
    ['a name of 64 characters', fieldsOf(1, 64)],
  ])('is told each of them: %s', (_, body) => {
    expect(() => new RequestBody(body).end()).toThrow(
      expect.objectContaining({
        details: Object.keys(body).map((field) => ({
          field,
          message: `property ${field} should not exist`,
        })),
      }),
    );
  });

  it.each([
    ['one more', fieldsOf(17), 'has more than 16 fields'],
    ['a longer name', fieldsOf(1, 65), 'has a field with a name of more than 64 characters'],
  ])('is told no name beyond: %s', (_, body, message) => {
    expect(() => new RequestBody(body)).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', details: [{ field: 'body', message }] }),
    );
  });
});

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

  it.each(['\ud800', 'a password\udfff', '\ude00\ud83d'])(
    'is refused with half a surrogate pair: %j',
    (password) => {
      const body = new RequestBody({ password });
      body.required('password');

      expect(() => body.end()).toThrow(TwoFactorException);
    },
  );
});
