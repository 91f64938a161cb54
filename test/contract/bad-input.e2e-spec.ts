import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsersRepository } from '../../src/users/users.repository.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, aUser } from '../support/people.js';
import { expectAuthError } from './support/expect-error.js';
import { OPERATIONS, OPERATIONS_BY_PATH, type Operation } from './support/operations.js';
import { type RawAnswer, raw } from './support/raw.js';
import { tables } from './support/tables.js';

const KIB = 1024;
/** Stands in every request that is refused, and in no answer. */
const MARK = 'swordfish';

let app: TestApp;
let ann: Person;
let bob: Person;
let untouched: Record<string, string[]>;

beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off' } });
  ann = await (await aUser(app)).withTwoFactor();
  // The desk asks for a role before it looks at what was sent.
  await app.nest.get(UsersRepository, { strict: false }).setRole(ann.email, 'support');
  bob = await aUser(app);
  // What a policy wants of the role is remembered from the first time that it is asked.
  await ann.call('/admin/2fa/resets');
  await ann.challenge();
  untouched = await tables(app.database);
});
afterAll(() => app.close());

/** Sends a body as it is, signed in where the operation asks for it. */
function send(
  { method = 'POST', path, isGuarded }: Operation,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const token = isGuarded ? ann.tokens.accessToken : undefined;
  return call(app.url, `/api/v1${path}`, { method, body, token, headers });
}

/** The same with bytes and headers of any kind. */
function sendRaw(
  { method = 'POST', path, isGuarded }: Operation,
  headers: readonly string[],
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const authorization = isGuarded ? [`Authorization: Bearer ${ann.tokens.accessToken}`] : [];
  return raw(app.url, [`${method} /api/v1${path} HTTP/1.1`, ...authorization, ...headers], body);
}

function json(body: string | Buffer): string[] {
  return ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
}

/** The tables that have changed since the last look. */
async function changedTables(): Promise<string[]> {
  const before = untouched;
  untouched = await tables(app.database);
  return Object.keys(untouched).filter((name) => String(untouched[name]) !== String(before[name]));
}

/** Holds an answer to a refusal that says nothing of what was sent, and has changed nothing. @returns its details */
async function refusalIn(answer: Answer | RawAnswer): Promise<readonly { readonly field: string }[]> {
  const { details = [] } = expectAuthError(answer, 'VALIDATION_FAILED');
  expect(answer.text).not.toContain(MARK);
  expect(await changedTables()).toEqual([]);
  return details;
}

const deep = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);

const NO_OBJECTS: readonly (readonly [string, string])[] = [
  ['an array', '[]'],
  ['an array with an object', '[{}]'],
  ['an array with a well-formed object', JSON.stringify([{ email: 'a@b.io', password: `${MARK} ${MARK}` }])],
  ['a string', `"${MARK}"`],
  ['a number', '7'],
  ['zero', '0'],
  ['a huge number', '9'.repeat(5000)],
  ['true', 'true'],
  ['false', 'false'],
  ['null', 'null'],
];

const NO_JSON: readonly (readonly [string, string])[] = [
  ['an open brace', '{'],
  ['two objects', '{}{}'],
  ['a trailing comma', `{"code":"${MARK}",}`],
  ['single quotes', `{'code':'${MARK}'}`],
  ['a bare word', MARK],
  ['a comment', `{}/*${MARK}*/`],
  ['NaN', `{"code":NaN}`],
  ['a control character in a string', `{"code":"${MARK}\u0001"}`],
  ['a NUL character after the object', '{}\0'],
  ['a form', `code=${MARK}`],
  ['deep nesting that is not closed', '['.repeat(16 * KIB - 1)],
  ['__proto__', '{"__proto__":{}}'],
  ['__proto__ behind an escape', String.raw`{"\u005f_proto__":{"isAdmin":true}}`],
  ['__proto__ in depth', '{"code":{"a":[{"__proto__":{}}]}}'],
  ['constructor.prototype', '{"constructor":{"prototype":{}}}'],
];

const UNKNOWN_FIELDS = [
  'unknown',
  'Code',
  'user_id',
  'userId',
  'amr',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  '',
  'é😀',
  '$where',
  'code\0',
  '\ud800',
];

const WRONG_TYPES: readonly (readonly [string, unknown])[] = [
  ['a number', 123_456],
  ['a huge number', 1e308],
  ['true', true],
  ['false', false],
  ['null', null],
  ['an array of a string', ['123456']],
  ['an empty array', []],
  ['an object', { toString: '123456', length: 6 }],
  ['an empty object', {}],
];

describe.each(OPERATIONS_BY_PATH)('%s', (_, operation) => {
  const wellFormed = { ...operation.required };

  it.each(NO_OBJECTS)('refuses a body that is %s', async (_name, body) => {
    expect(await refusalIn(await send(operation, body))).toEqual([
      { field: 'body', message: 'must be an object' },
    ]);
  });

  it.each(NO_JSON)('refuses a body that is no JSON: %s', async (_name, body) => {
    expect(await refusalIn(await send(operation, body))).toMatchObject([{ field: 'body' }]);
  });

  it.each(UNKNOWN_FIELDS)('refuses the unknown field %j', async (field) => {
    const body = JSON.stringify({ ...wellFormed, [field]: MARK });

    const details = await refusalIn(await send(operation, body));

    expect(details).toMatchObject([{ field }]);
  });

  it.each([
    ['many fields', Object.fromEntries(Array.from({ length: 1_400 }, (_none, index) => [`f${index}`, 0]))],
    ['a long name', { ['f'.repeat(14_000)]: 0 }],
    ['a long name behind an escape', { ['\u0001'.repeat(2_300)]: 0 }],
  ])('answers little to a body of %s', async (_name, body) => {
    const answer = await send(operation, JSON.stringify({ ...wellFormed, ...body }));

    expect(await refusalIn(answer)).toMatchObject([{ field: 'body' }]);
    expect(answer.text.length).toBeLessThan(500);
  });

  const fields = Object.keys({ ...operation.required, ...operation.optional });
  it.each(fields.flatMap((field) => WRONG_TYPES.map(([name, value]) => [field, name, value] as const)))(
    'refuses %s when it is %s',
    async (field, _name, value) => {
      const details = await refusalIn(
        await send(operation, JSON.stringify({ ...wellFormed, [field]: value })),
      );

      expect(details).toMatchObject([{ field }]);
    },
  );

  it.each(Object.keys(operation.required))('refuses a body without %s', async (field) => {
    const { [field]: _left, ...rest } = wellFormed;

    expect(await refusalIn(await send(operation, JSON.stringify(rest)))).toMatchObject([{ field }]);
  });

  it.each(fields)('refuses %s when it is longer than anything it can be', async (field) => {
    const body = JSON.stringify({ ...wellFormed, [field]: `${MARK}${'1'.repeat(8 * KIB)}` });

    expect(await refusalIn(await send(operation, body))).toMatchObject([{ field }]);
  });

  it('refuses deep nesting, as deep as a body can be', async () => {
    const field = fields[0] ?? 'code';

    const bodies = [
      `{"${field}":${deep('[', ']', 8000)}}`,
      `{"${field}":${deep('{"a":', '}', 2000).replace('}', '1}')}}`,
      deep('[', ']', 8000),
    ];

    for (const body of bodies) {
      expect(await refusalIn(await send(operation, body))).toMatchObject([{ field: 'body' }]);
    }
  });

  it('refuses invalid UTF-8', async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]) {
      const body = Buffer.concat([Buffer.from('{"code":"'), Buffer.from(bytes), Buffer.from('"}')]);

      expect(await refusalIn(await sendRaw(operation, json(body), body))).toEqual([
        { field: 'body', message: 'is not UTF-8' },
      ]);
    }
  });

  it.each([
    ['1 MiB', KIB * KIB],
    ['one byte over 16 KiB', 16 * KIB + 1],
  ])('refuses a body of %s by its announced length', async (_name, bytes) => {
    // The body is not sent: a client that goes on writing may find the connection closed before it reads the answer.
    const answer = await sendRaw(operation, ['Content-Type: application/json', `Content-Length: ${bytes}`]);

    expectAuthError(answer, 'PAYLOAD_TOO_LARGE');
    expect(await changedTables()).toEqual([]);
  });

  it('refuses a body over 16 KiB whose length is not announced', async () => {
    const body = JSON.stringify({ code: MARK.repeat(2 * KIB) });
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

    const answer = await sendRaw(
      operation,
      ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
      chunked,
    );

    expectAuthError(answer, 'PAYLOAD_TOO_LARGE');
    expect(await changedTables()).toEqual([]);
  });

  it('reads a body of exactly 16 KiB', async () => {
    const body = JSON.stringify({ ...wellFormed, unknown: '' });
    const answer = await send(operation, body.replace('""', `"${'x'.repeat(16 * KIB - body.length)}"`));

    expect(await refusalIn(answer)).toMatchObject([{ field: 'unknown' }]);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', `code=${MARK}`],
    ['plain text', 'text/plain', '{}'],
    ['plain text with JSON in it', 'text/plain;charset=UTF-8', JSON.stringify({ code: '123456' })],
    ['multipart', 'multipart/form-data; boundary=x', `--x\r\n\r\n${MARK}\r\n--x--\r\n`],
    ['XML', 'application/xml', '<code/>'],
    ['JSON that is no application', 'text/json', '{}'],
    ['a type that begins like JSON', 'application/jsonp', '{}'],
    ['a type that has JSON before the plus', 'application/json+xml', '{}'],
    ['white space', 'application/x-www-form-urlencoded', ' '],
    ['a type without a slash', 'json', '{}'],
  ])('refuses %s as no JSON', async (_name, type, body) => {
    const answer = await send(operation, body, { 'content-type': type });

    expectAuthError(answer, 'UNSUPPORTED_MEDIA_TYPE');
    expect(answer.text).not.toContain(MARK);
    expect(await changedTables()).toEqual([]);
  });

  it.each(['application/problem+json', 'application/vnd.api+json; charset=utf-8', 'Application/A.B-c+JSON'])(
    'reads %s as JSON',
    async (type) => {
      const body = JSON.stringify({ ...wellFormed, unknown: MARK });

      const details = await refusalIn(await send(operation, body, { 'content-type': type }));

      expect(details).toMatchObject([{ field: 'unknown' }]);
    },
  );

  it('refuses a body without a type', async () => {
    const answer = await sendRaw(operation, ['Content-Length: 2'], '{}');

    expectAuthError(answer, 'UNSUPPORTED_MEDIA_TYPE');
    expect(await changedTables()).toEqual([]);
  });
});

describe('an empty body', () => {
  const NOTHING: readonly (readonly [string, readonly string[], string])[] = [
    ['no length', [], ''],
    ['a length of nothing', ['Content-Length: 0'], ''],
    ['no chunk', ['Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ];
  const TYPES = [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
  ];
  const EMPTY: readonly (readonly [string, readonly string[], string])[] = [
    ...NOTHING.map(([length, framing, body]) => [`with ${length}`, framing, body] as const),
    ...TYPES.flatMap((type) =>
      NOTHING.map(
        ([length, framing, body]) =>
          [`with ${length} and the type ${type}`, [`Content-Type: ${type}`, ...framing], body] as const,
      ),
    ),
    ['with a type that is none', ['Content-Type: json', 'Content-Length: 0'], ''],
    ['with an empty type', ['Content-Type:', 'Content-Length: 0'], ''],
    ['with white space for a body', json(' \r\n\t '), ' \r\n\t '],
    ['with an empty object', json('{}'), '{}'],
    [
      'with an empty object in another spelling of the type',
      [...json('{}').slice(1), 'content-type: Application/JSON; Charset=UTF-8'],
      '{}',
    ],
    ['with a byte order mark', json('\ufeff{}'), '\ufeff{}'],
  ];

  it.each(EMPTY)('counts as {} for a setup %s', async (_name, headers, body) => {
    const { accessToken } = bob.tokens;

    const answer = await raw(
      app.url,
      ['POST /api/v1/auth/2fa/setup HTTP/1.1', `Authorization: Bearer ${accessToken}`, ...headers],
      body,
    );

    expect(answer.status).toBe(200);
    untouched = await tables(app.database);
  });

  it.each(EMPTY)('lacks every required field elsewhere %s', async (_name, headers, body) => {
    for (const operation of OPERATIONS.filter(({ required }) => Object.keys(required).length > 0)) {
      const details = await refusalIn(await sendRaw(operation, headers, body));

      expect(details.map(({ field }) => field)).toEqual(Object.keys(operation.required));
    }
  });
});

describe('a path that is none', () => {
  it.each([
    ['a form', 'application/x-www-form-urlencoded', `code=${MARK}`],
    ['no JSON', 'application/json', '{'],
  ])('is told before the body is: %s', async (_name, type, body) => {
    const headers = { 'content-type': type };

    const unknown = await call(app.url, '/api/v1/auth/unknown', { body, headers });
    const lacking = await call(app.url, '/api/v1/auth/me', { body, headers });

    expect([unknown.body['code'], lacking.body['code']]).toEqual(['NOT_FOUND', 'METHOD_NOT_ALLOWED']);
  });
});

describe('characters that are no text', () => {
  it.each([
    ['NUL', '\0'],
    ['a lone surrogate', '\ud800'],
    ['a lone trailing surrogate', '\udfff'],
    ['a line feed', '\n'],
    ['a byte that ends an escape', '\u007f'],
  ])('are refused in an e-mail: %s', async (_name, character) => {
    for (const operation of OPERATIONS.slice(0, 2)) {
      const body = JSON.stringify({ ...operation.required, email: `a${character}b@example.com` });

      expect(await refusalIn(await send(operation, body))).toMatchObject([{ field: 'email' }]);
    }
  });

  it('do no harm in tokens and passwords', async () => {
    const [, login, refresh, , , verify] = OPERATIONS as [
      Operation,
      Operation,
      Operation,
      Operation,
      Operation,
      Operation,
    ];
    for (const text of ['\0', 'a\0b', '\ud800', '\udfff\ud800', `'; DROP TABLE users; --`, '%00', '\u202e']) {
      expectAuthError(
        await send(login, JSON.stringify({ ...login.required, password: text })),
        text.isWellFormed() ? 'AUTH_CREDENTIALS_INVALID' : 'VALIDATION_FAILED',
      );
      expectAuthError(await send(refresh, JSON.stringify({ refreshToken: text })), 'AUTH_TOKEN_INVALID');
      expectAuthError(
        await send(verify, JSON.stringify({ challengeToken: text, code: '123456' })),
        'TWO_FACTOR_CHALLENGE_INVALID',
      );
    }
    expect(await changedTables()).toEqual([]);
  });
});

describe('headers that come twice', () => {
  const head = ['POST /api/v1/auth/2fa/enable HTTP/1.1'];

  it('are read once: the first Authorization', async () => {
    const good = `Authorization: Bearer ${ann.tokens.accessToken}`;
    const bad = `Authorization: Bearer ${MARK}`;

    expectAuthError(await raw(app.url, [...head, bad, good]), 'AUTH_TOKEN_INVALID');
    expectAuthError(await raw(app.url, [...head, good, bad]), 'VALIDATION_FAILED');
    expect(await changedTables()).toEqual([]);
  });

  it('are read once: the first Content-Type', async () => {
    const [operation] = OPERATIONS as [Operation];
    const types = ['Content-Type: application/json', 'Content-Type: text/plain', 'Content-Length: 2'];

    expectAuthError(await sendRaw(operation, types, '{}'), 'VALIDATION_FAILED');
    expectAuthError(await sendRaw(operation, [...types].toReversed(), '{}'), 'UNSUPPORTED_MEDIA_TYPE');
    expect(await changedTables()).toEqual([]);
  });

  it('are not taken over: two X-Request-Id', async () => {
    const answer = await raw(app.url, [...head, 'X-Request-Id: first-id-1', 'X-Request-Id: second-id-2']);

    const { requestId } = expectAuthError(answer, 'AUTH_TOKEN_MISSING');
    expect(requestId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });
});

describe('a code', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['digits of two scripts', '١٢٣456'],
    ['digits that are shown in reverse', '\u202e123456'],
    ['mathematical digits', '𝟏𝟐𝟑𝟒𝟓𝟔'],
    ['one digit of another script', '12345٦'],
    ['a sign', '+12345'],
    ['a minus', '-12345'],
    ['an exponent', '1e5'],
    ['an exponent of six characters', '1.00e5'],
    ['hexadecimal', '0x1234'],
    ['five digits', '12345'],
    ['seven digits', '1234567'],
    ['six digits and a letter', '123456a'],
    ['six digits and a NUL', '123456\0'],
    ['a code and another number', 'Your code is 123456, for 10 minutes'],
    ['an address', 'https://example.com/123456'],
    ['two codes', '123456 123456'],
    ['nothing', ''],
    ['spaces', '      '],
    ['a backup code', 'AAAAA-AAAAA-AAAAA'],
  ];
  const REFUSED_BACKUP_CODES: readonly (readonly [string, string])[] = [
    ['fourteen characters', 'AAAAA-AAAAA-AAAA'],
    ['sixteen characters', 'AAAAA-AAAAA-AAAAAA'],
    ['a U', 'AAAAA-AAAAA-AAAAU'],
    ['full-width letters', 'ＡＡＡＡＡ-AAAAA-AAAAA'],
    ['a letter that folds into K', 'AAAAA-AAAAA-AAAA\u212a'],
    ['a letter that folds into I', 'AAAAA-AAAAA-AAAA\u0131'],
    ['a NUL', 'AAAAA-AAAAA-AAAAA\0'],
    ['six digits', '123456'],
    ['nothing', ''],
  ];
  const CODE_OPERATIONS = OPERATIONS.filter(
    (operation) => 'code' in { ...operation.required, ...operation.optional },
  );

  /** Well-formed beside the code: a live challenge, so that an attempt could be charged. */
  async function bodyOf(operation: Operation, code: Record<string, string>): Promise<string> {
    if (operation.path !== '/auth/2fa/verify') {
      return JSON.stringify({ ...operation.required, ...code });
    }
    const challengeToken = await ann.challenge();
    untouched = await tables(app.database);
    return JSON.stringify({ challengeToken, ...code });
  }

  it.each(REFUSED)('costs no attempt when it is no code: %s', async (_name, code) => {
    for (const operation of CODE_OPERATIONS) {
      const details = await refusalIn(await send(operation, await bodyOf(operation, { code })));

      expect(details).toEqual([{ field: 'code', message: 'code must be six digits' }]);
    }
  });

  it.each(REFUSED_BACKUP_CODES)(
    'costs no attempt when it is no backup code: %s',
    async (_name, backupCode) => {
      for (const operation of OPERATIONS.filter(({ optional }) => 'backupCode' in optional)) {
        const details = await refusalIn(await send(operation, await bodyOf(operation, { backupCode })));

        expect(details).toMatchObject([{ field: 'backupCode' }]);
      }
    },
  );

  it('costs no attempt when it comes with a backup code', async () => {
    const both = { code: ann.code, backupCode: ann.backupCodes[0] ?? '' };
    for (const operation of OPERATIONS.filter(({ optional }) => 'backupCode' in optional)) {
      expect(await refusalIn(await send(operation, await bodyOf(operation, both)))).toMatchObject([
        { field: 'backupCode' },
      ]);
    }
  });

  it('costs no attempt when it is missing from the answer to a challenge', async () => {
    const challengeToken = await ann.challenge();
    untouched = await tables(app.database);

    const answer = await ann.verify({ challengeToken });

    expect(await refusalIn(answer)).toMatchObject([{ field: 'code' }]);
    expect(await app.database.query('SELECT attempts FROM two_factor_challenges WHERE attempts > 0')).toEqual(
      [],
    );
    expect(await app.database.query('SELECT * FROM two_factor_attempts WHERE failures_in_a_row > 0')).toEqual(
      [],
    );
  });

  it('costs no attempt when a recent password is needed and is no text', async () => {
    app.clock.advance({ seconds: 901 });
    const { data } = await ann.call<{ accessToken: string }>('/auth/refresh', {
      body: { refreshToken: ann.tokens.refreshToken },
    });
    const code = ann.code;
    untouched = await tables(app.database);

    for (const path of ['/auth/2fa/setup', '/auth/2fa/backup-codes', '/auth/2fa/disable']) {
      for (const password of [null, 1, {}, [], '\ud800']) {
        const answer = await ann.call(path, { body: { code, password }, token: data.accessToken });

        expect(await refusalIn(answer)).toMatchObject([{ field: 'password' }]);
      }
    }
  });

  it.each([
    [
      'spaces around and in it',
      (code: string) => ` ${code.slice(0, 2)} ${code.slice(2, 4)} ${code.slice(4)} `,
    ],
    ['no-break spaces', (code: string) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`],
    ['a line feed behind it', (code: string) => `${code}\n`],
  ])('is accepted with %s', async (_name, typed) => {
    app.clock.advance({ seconds: 30 });

    const answer = await ann.verify({ challengeToken: await ann.challenge(), code: typed(ann.code) });

    expect(answer).toMatchObject({ status: 200, data: { status: 'authenticated', method: 'totp' } });
  });
});
