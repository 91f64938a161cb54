import { describe, expect, it } from 'vitest';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { readBody } from './request-body.js';
import { ONE_TIME_CODE, RECENT_PASSWORD } from './schemas/fields.js';

const PASSWORD = {
  type: 'object',
  required: ['password'],
  properties: { password: RECENT_PASSWORD },
} as const;
const NOTHING = { type: 'object', required: [], properties: {} } as const;
const OPTIONAL = { type: 'object', required: [], properties: { code: ONE_TIME_CODE } } as const;
/** A body with fields that are no text. */
const MIXED = {
  type: 'object',
  required: ['name', 'isTrusted'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 3 },
    isTrusted: { type: 'boolean' },
    count: { type: 'integer', minimum: 1 },
    passkey: {
      type: 'object',
      required: ['id', 'response'],
      properties: {
        id: { type: 'string' },
        response: { type: 'object', required: ['signature'], properties: { signature: { type: 'string' } } },
      },
    },
  },
  additionalProperties: false,
} as const;

/** What is said of a body. */
function detailsOf(body: unknown, schema: Parameters<typeof readBody>[1]): unknown {
  try {
    readBody(body, schema);
    return [];
  } catch (error) {
    return error instanceof TwoFactorException ? error.details : error;
  }
}

describe('a body', () => {
  it.each([
    ['none', undefined],
    ['an empty object', {}],
    ['an empty text', ''],
    ['no bytes', Buffer.alloc(0)],
  ])('has nothing in it when it is %s', (_, body) => {
    expect(readBody(body, OPTIONAL)).toEqual({});
  });

  it.each([
    ['null', null],
    ['a text', ' '],
    ['a list', []],
    ['bytes', Buffer.from('{}')],
    ['a number', 0],
    ['false', false],
  ])('is refused when it is %s', (_, body) => {
    expect(() => readBody(body, OPTIONAL)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        details: [{ field: 'body', message: 'must be an object' }],
      }),
    );
  });

  it('gives a code in its one spelling', () => {
    expect(readBody({ code: ' 123 456' }, OPTIONAL)).toEqual({ code: '123456' });
  });

  it('takes null for a field that is there', () => {
    expect(detailsOf({ code: null }, OPTIONAL)).toEqual([
      { field: 'code', message: 'code must be six digits' },
    ]);
  });
});

describe('a body with fields of every type', () => {
  const passkey = { id: 'x', response: { signature: 's', userHandle: null } };

  it('is given as it came, and no more of it than its schema has', () => {
    const body = { name: 'ann', isTrusted: false, count: 2, passkey };

    expect(readBody(body, MIXED)).toEqual(body);
    expect(detailsOf({ ...body, more: 1 }, MIXED)).toEqual([
      { field: 'more', message: 'property more should not exist' },
    ]);
  });

  it.each([
    [{}, ['name', 'isTrusted']],
    [{ name: 'ann', isTrusted: 'true' }, ['isTrusted']],
    [{ name: 'ann', isTrusted: 0 }, ['isTrusted']],
    [{ name: '', isTrusted: true, count: 0 }, ['name', 'count']],
    [{ name: 'anna', isTrusted: true, count: 1.5 }, ['name', 'count']],
    [{ name: 'ann', isTrusted: true, passkey: 'x' }, ['passkey']],
    [{ name: 'ann', isTrusted: true, passkey: [] }, ['passkey']],
    [{ name: 'ann', isTrusted: true, passkey: null }, ['passkey']],
  ])('is refused with what is wrong in %j', (body, fields) => {
    expect(detailsOf(body, MIXED)).toMatchObject(fields.map((field) => ({ field })));
  });

  it('says what a field must be, by the way to it', () => {
    const unsigned = { ...passkey, response: {} };

    expect(detailsOf({ name: '', isTrusted: true, passkey: unsigned }, MIXED)).toEqual([
      { field: 'name', message: 'name must be a string of at least 1 and at most 3 characters' },
      { field: 'passkey', message: 'passkey.response.signature must be a string' },
    ]);
  });

  it('has no field from its prototype', () => {
    expect(detailsOf(Object.create({ name: 'ann', isTrusted: true }), MIXED)).toMatchObject([
      { field: 'name' },
      { field: 'isTrusted' },
    ]);
  });
});

describe('a body of unknown fields', () => {
  const fieldsOf = (count: number, length = 1): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index).padEnd(length, '_'), 0]));

  it.each([
    ['sixteen of them', fieldsOf(16)],
    ['a name of 64 characters', fieldsOf(1, 64)],
  ])('is told each of them: %s', (_, body) => {
    expect(() => readBody(body, NOTHING)).toThrow(
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
    expect(() => readBody(body, NOTHING)).toThrow(
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

    expect(readBody({ password }, PASSWORD)).toEqual({ password });
    expect(() => readBody({ password: `${password}${character}` }, PASSWORD)).toThrow(TwoFactorException);
  });

  it.each(['\ud800', 'a password\udfff', '\ude00\ud83d'])(
    'is refused with half a surrogate pair: %j',
    (password) => {
      expect(detailsOf({ password }, PASSWORD)).toEqual([
        { field: 'password', message: 'password must be text of at most 128 characters' },
      ]);
    },
  );
});
