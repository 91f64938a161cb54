import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, aUser } from '../support/people.js';
import { expectError } from './support/expect-error.js';
import { type RawAnswer, raw } from './support/raw.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off' } });
  ann = await aUser(app);
});
afterAll(() => app.close());

/** An answer of each kind: a success, and what each layer refuses by itself. */
const ANSWERS: readonly (readonly [string, number, () => Promise<RawAnswer>])[] = [
  ['a success', 200, () => raw(app.url, ['GET /api/v1/auth/me HTTP/1.1', bearer()])],
  [
    'an answer without content',
    204,
    async () => {
      const { tokens } = await aUser(app);
      return raw(app.url, [
        'POST /api/v1/auth/logout HTTP/1.1',
        `Authorization: Bearer ${tokens.accessToken}`,
      ]);
    },
  ],
  ['a missing token', 401, () => raw(app.url, ['GET /api/v1/auth/me HTTP/1.1'])],
  ['a request that is not valid', 400, () => raw(app.url, ['POST /api/v1/auth/login HTTP/1.1'])],
  ['an unknown path', 404, () => raw(app.url, ['GET /api/v1/auth/unknown HTTP/1.1'])],
  ['a method that the path lacks', 405, () => raw(app.url, ['DELETE /api/v1/auth/me HTTP/1.1'])],
  [
    'a body that is too large',
    413,
    () =>
      raw(app.url, [
        'POST /api/v1/auth/login HTTP/1.1',
        'Content-Type: application/json',
        'Content-Length: 1000000',
      ]),
  ],
  [
    'a body of another type',
    415,
    () =>
      raw(
        app.url,
        ['POST /api/v1/auth/login HTTP/1.1', 'Content-Type: text/plain', 'Content-Length: 1'],
        'x',
      ),
  ],
  ['the state of the process', 200, () => raw(app.url, ['GET /health/live HTTP/1.1'])],
  ['the document', 200, () => raw(app.url, ['GET /openapi.json HTTP/1.1'])],
  ['the page that reads the document', 200, () => raw(app.url, ['GET /docs HTTP/1.1'])],
];

function bearer(): string {
  return `Authorization: Bearer ${ann.tokens.accessToken}`;
}

describe.each(ANSWERS)('%s (%i)', (_, status, ask) => {
  let answer: RawAnswer;
  beforeAll(async () => {
    answer = await ask();
  });

  it('is what it should be', () => {
    expect(answer.status).toBe(status);
  });

  it('lets a browser run and frame nothing that is not its own', () => {
    const policy = answer.headers['content-security-policy'] ?? '';
    const directives = new Map(
      policy.split(';').map((directive) => {
        const [name = '', ...sources] = directive.trim().split(/\s+/);
        return [name, sources.join(' ')] as const;
      }),
    );

    expect(directives.get('default-src')).toMatch(/^'(?:none|self)'$/);
    expect(directives.get('script-src')).toBe("'self'");
    expect(directives.get('base-uri')).toMatch(/^'(?:none|self)'$/);
    expect(directives.get('frame-ancestors')).toMatch(/^'(?:none|self)'$/);
  });

  it('has the headers that protect whoever reads it', () => {
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': expect.stringMatching(/^(?:DENY|SAMEORIGIN)$/),
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}; includeSubDomains$/),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('says nothing of what it is made with', () => {
    expect(answer.headers).not.toHaveProperty('server');
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('via');
  });

  it('has one request id', () => {
    expect(answer.headers['x-request-id']).toMatch(UUID);
  });

  it('sets no cookie, and opens itself to no other origin', () => {
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('a request id', () => {
  it.each(['12345678', 'a'.repeat(64), 'Trace_1.2-3', '00000000-0000-0000-0000-000000000000'])(
    'is taken over when it is well-formed: %s',
    async (id) => {
      const success = await ann.call('/auth/me', { headers: { 'x-request-id': id } });
      const failure = await call(app.url, '/api/v1/auth/me', { headers: { 'x-request-id': id } });

      expect(success.headers.get('x-request-id')).toBe(id);
      expect(expectError(failure, 'AUTH_TOKEN_MISSING').requestId).toBe(id);
    },
  );

  it.each([
    ['too short', '1234567'],
    ['too long', 'a'.repeat(65)],
    ['empty', ''],
    ['with a space', 'first second'],
    ['with a quote', '"12345678"'],
    ['with markup', '<script>1</script>'],
    ['with a line feed behind an escape', '12345678%0aX'],
    ['with a byte that is no ASCII', 'caf\u00e9-12345678'],
    ['with JSON', '{"id":"12345678"}'],
    ['with the word for what the support does by hand', 'support-TICKET4711'],
    ['with that word in other letters', 'Support-TICKET4711'],
  ])('is replaced when it is not: %s', async (_, id) => {
    const answer = await raw(app.url, ['GET /api/v1/auth/me HTTP/1.1', `X-Request-Id: ${id}`]);

    expect(expectError(answer, 'AUTH_TOKEN_MISSING').requestId).toMatch(UUID);
  });

  it('is another one for each request', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => call(app.url, '/health/live')));

    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(20);
  });

  it('is kept with the security event', async () => {
    const bob = await aUser(app);

    await bob.call('/auth/2fa/setup', { body: {}, headers: { 'x-request-id': 'setup-of-bob-1' } });

    expect(
      await app.database.query('SELECT request_id FROM two_factor_events WHERE user_id = $1', [bob.id]),
    ).toEqual([{ request_id: 'setup-of-bob-1' }]);
  });
});

describe('an answer of the API', () => {
  it('is JSON in UTF-8', async () => {
    for (const [path, token] of [
      ['/api/v1/auth/me', ann.tokens.accessToken],
      ['/api/v1/auth/me', undefined],
      ['/health/live', undefined],
    ] as const) {
      const { headers } = await call(app.url, path, { token });

      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('is not compressed: secrets beside what a client sends must not show in its length (CVE-2013-3587)', async () => {
    const answer = await ann.call('/auth/me', { headers: { 'accept-encoding': 'gzip, br, deflate' } });

    expect(answer.headers.get('content-encoding')).toBeNull();
  });

  it.each([
    '/api/v1/auth/me',
    '/api/v1/auth/login',
    '/api/v1/auth/2fa',
    '/api/v1/auth/2fa/events',
    '/api/v1/auth/unknown',
    '/api/v1/%61uth/me',
  ])('is kept by no cache: %s', async (path) => {
    for (const token of [ann.tokens.accessToken, undefined]) {
      expect((await call(app.url, path, { token })).headers.get('cache-control')).toBe('no-store');
    }
  });

  it('opens itself to no other origin that asks', async () => {
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'POST' };

    const preflight = await call(app.url, '/api/v1/auth/login', { method: 'OPTIONS', headers });
    const request = await ann.call('/auth/me', { headers });

    expect(preflight.status).toBe(405);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(request.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['0', null],
    ['30', 'true'],
  ])('lets a named origin send cookies only where devices can be trusted: %s days', async (days, allowed) => {
    const named = 'https://web.example.com';
    const open = await startApp({ variables: { CORS_ORIGINS: named, TRUSTED_DEVICE_DAYS: days } });
    const preflight = (origin: string): Promise<Answer> =>
      call(open.url, '/api/v1/auth/login', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });

    const [asked, other] = [await preflight(named), await preflight('https://attacker.example')];

    await open.close();
    expect(asked.headers.get('access-control-allow-origin')).toBe(named);
    expect(asked.headers.get('access-control-allow-credentials')).toBe(allowed);
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a request that is no HTTP', () => {
  it.each<[string, readonly string[]]>([
    ['a header without a colon', ['GET /api/v1/auth/me HTTP/1.1', 'swordfish']],
    ['a NUL in a header', ['GET /api/v1/auth/me HTTP/1.1', 'X-Thing: sword\0fish']],
    ['an unknown method', ['SWORDFISH /api/v1/auth/me HTTP/1.1']],
    ['two announced lengths', ['POST /api/v1/auth/login HTTP/1.1', 'Content-Length: 2', 'Content-Length: 3']],
    [
      'a length and chunks',
      ['POST /api/v1/auth/login HTTP/1.1', 'Content-Length: 2', 'Transfer-Encoding: chunked'],
    ],
    ['headers of 32 KiB', ['GET /api/v1/auth/me HTTP/1.1', `X-Thing: ${'swordfish'.repeat(3641)}`]],
  ])('gets the error object as well: %s', async (_, head) => {
    const answer = await raw(app.url, head);

    const { details } = expectError(answer, 'VALIDATION_FAILED');
    expect(details).toEqual([{ field: 'request', message: expect.any(String) }]);
    expect(answer.text).not.toContain('swordfish');
    expectProtected(answer);
  });

  it('gets the error object as well: a URL that cannot be read', async () => {
    const answer = await raw(app.url, [
      'GET /api/v1/auth/%zz?code=swordfish HTTP/1.1',
      'X-Request-Id: my-own-id',
    ]);

    const { details, requestId } = expectError(answer, 'VALIDATION_FAILED');
    expect(details).toEqual([{ field: 'url', message: 'is not a valid URL' }]);
    expect(requestId).toBe('my-own-id');
    expect(answer.text).not.toContain('swordfish');
    expectProtected(answer);
  });

  it('leaves the server alive', async () => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        raw(app.url, [index % 2 === 0 ? 'SWORDFISH / HTTP/1.1' : 'GET /%zz HTTP/1.1']),
      ),
    );

    expect((await call(app.url, '/health/ready')).status).toBe(200);
  });
});

function expectProtected({ headers }: RawAnswer): void {
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
  });
  expect(headers).not.toHaveProperty('server');
}
