import { randomUUID } from 'node:crypto';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Public } from '../../src/auth/public.decorator.js';
import { type TestApp, startApp } from '../support/app.js';
import { call } from '../support/client.js';
import { aUser } from '../support/people.js';
import { expectAuthError, expectError } from './support/expect-error.js';
import { ID, OPERATIONS } from './support/operations.js';
import { raw } from './support/raw.js';
import { type Route, routesOf, servedBy } from './support/routes.js';

const GUARDED_ROUTES = [
  'DELETE /api/v1/auth/2fa/trusted-devices',
  'DELETE /api/v1/auth/2fa/trusted-devices/:id',
  'DELETE /api/v1/auth/sessions',
  'DELETE /api/v1/auth/sessions/:id',
  'GET /api/v1/account/export',
  'GET /api/v1/admin/2fa/resets',
  'GET /api/v1/admin/2fa/users/:id',
  'GET /api/v1/admin/users',
  'GET /api/v1/auth/2fa',
  'GET /api/v1/auth/2fa/events',
  'GET /api/v1/auth/2fa/trusted-devices',
  'GET /api/v1/auth/me',
  'GET /api/v1/auth/sessions',
  'PATCH /api/v1/auth/2fa/authenticators/:id',
  'POST /api/v1/admin/2fa/resets',
  'POST /api/v1/admin/2fa/resets/:id/approve',
  'POST /api/v1/admin/2fa/resets/:id/cancel',
  'POST /api/v1/auth/2fa/authenticators/:id/remove',
  'POST /api/v1/auth/2fa/backup-codes',
  'POST /api/v1/auth/2fa/disable',
  'POST /api/v1/auth/2fa/enable',
  'POST /api/v1/auth/2fa/passkeys',
  'POST /api/v1/auth/2fa/passkeys/challenge',
  'POST /api/v1/auth/2fa/passkeys/options',
  'POST /api/v1/auth/2fa/setup',
  'POST /api/v1/auth/2fa/step-up',
  'POST /api/v1/auth/logout',
  'POST /api/v1/auth/password',
];
const PUBLIC_ROUTES = [
  'GET /health/live',
  'GET /health/ready',
  'POST /api/v1/auth/2fa/enrolment/enable',
  'POST /api/v1/auth/2fa/enrolment/passkeys',
  'POST /api/v1/auth/2fa/enrolment/passkeys/options',
  'POST /api/v1/auth/2fa/enrolment/setup',
  'POST /api/v1/auth/2fa/panic',
  'POST /api/v1/auth/2fa/recovery',
  'POST /api/v1/auth/2fa/verify',
  'POST /api/v1/auth/2fa/verify/options',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/register',
];

/** What is served beside the routes of controllers: files that are the same for everybody. */
const FILES = /^GET \/(?:$|index\.html$|panic\.html$|support(?:$|\/)|assets\/|docs|openapi\.json$)/;

let app: TestApp;
let routes: Route[];
beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off' } });
  routes = routesOf(app.nest);
});
afterAll(() => app.close());

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** The routes that say nothing of `@Public()` and yet let a caller in who has no token. */
async function openRoutes(url: string, walked: readonly Route[]): Promise<string[]> {
  const open: string[] = [];
  for (const route of walked.filter(({ isPublic }) => !isPublic)) {
    const { status } = await call(url, route.path, { method: route.method });
    if (status !== 401) {
      open.push(nameOf(route));
    }
  }
  return open;
}

describe('every route', () => {
  it('asks for a token, or says that it is public', async () => {
    expect(await openRoutes(app.url, routes)).toEqual([]);
  });

  it('is guarded, but for those that stand before a sign-in or beside it', () => {
    const names = (isPublic: boolean): string[] =>
      routes
        .filter((route) => route.isPublic === isPublic)
        .map(nameOf)
        .toSorted();

    expect(names(true)).toEqual(PUBLIC_ROUTES);
    expect(names(false)).toEqual(GUARDED_ROUTES);
  });

  it('is one that the walk finds: the server has no other, but for files', () => {
    const printed = app.nest.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    const served = servedBy(printed).filter((name) => !name.startsWith('HEAD '));
    const files = served.filter((name) => FILES.test(name));

    expect(files).toContain('GET /openapi.json');
    expect(served.filter((name) => !files.includes(name)).toSorted()).toEqual(
      [...PUBLIC_ROUTES, ...GUARDED_ROUTES].toSorted(),
    );
  });

  it('with a body is in the list of operations that bad input is sent to', () => {
    const withBody = [...PUBLIC_ROUTES, ...GUARDED_ROUTES].filter(
      (name) => /^(?:POST|PATCH) /.test(name) && name !== 'POST /api/v1/auth/logout',
    );

    expect(
      OPERATIONS.map(({ method = 'POST', path }) => `${method} /api/v1${path.replace(ID, ':id')}`).toSorted(),
    ).toEqual(withBody.toSorted());
  });

  it('is closed to a challenge, which is no session', async () => {
    const person = await (await aUser(app)).withTwoFactor();
    const token = await person.challenge();

    for (const { method, path } of routes.filter(({ isPublic }) => !isPublic)) {
      const answer = await call(app.url, path, { method, token });

      expect(expectAuthError(answer, 'AUTH_TOKEN_INVALID')).not.toHaveProperty('details');
    }
  });
});

describe('the walk over the routes', () => {
  @Controller('forgotten')
  class ForgottenController {
    @Get()
    list(): string {
      return 'open to everybody';
    }

    @Post(['one', 'two'])
    change(): string {
      return 'open to everybody';
    }
  }

  @Public()
  @Controller('meant')
  class MeantController {
    @Get()
    list(): string {
      return 'public';
    }
  }

  let unguarded: INestApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({
      controllers: [ForgottenController, MeantController],
    }).compile();
    unguarded = module.createNestApplication(new FastifyAdapter(), { logger: false });
    unguarded.setGlobalPrefix('api/v1');
    await unguarded.listen(0, '127.0.0.1');
  });
  afterAll(() => unguarded.close());

  it('finds a controller that nobody guards', async () => {
    expect(await openRoutes(await unguarded.getUrl(), routesOf(unguarded))).toEqual([
      'GET /api/v1/forgotten',
      'POST /api/v1/forgotten/one',
      'POST /api/v1/forgotten/two',
    ]);
  });
});

describe('a path that does not exist', () => {
  it.each([
    '/api',
    '/api/v1',
    '/api/v1/auth',
    '/api/v1/auth/unknown',
    '/api/v1/auth/me/',
    '/api/v1/AUTH/me',
    '/api/v2/auth/me',
    '//api/v1/auth/me',
    '/api/v1/auth/2fa/../me/..',
    '/health',
    '/metrics',
    '/.env',
    '/api/v1/auth/me%00',
    '/constructor',
    '/__proto__',
  ])('is 404: %s', async (path) => {
    const answer = await raw(app.url, [`GET ${path} HTTP/1.1`]);

    expectError(answer, 'NOT_FOUND');
    expect(answer.headers).not.toHaveProperty('allow');
  });

  it('is 404 whatever is sent to it', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await call(app.url, '/api/v1/auth/unknown', { method, body: {} });

      expect(expectAuthError(answer, 'NOT_FOUND')).not.toHaveProperty('details');
    }
  });

  it('is 404 without a body for HEAD and OPTIONS', async () => {
    const head = await raw(app.url, ['HEAD /api/v1/auth/unknown HTTP/1.1']);

    expect(head).toMatchObject({ status: 404, text: '' });
    expectAuthError(await call(app.url, '/api/v1/auth/unknown', { method: 'OPTIONS' }), 'NOT_FOUND');
  });

  it.each(['/%zz', '/api/v1/auth/%', '/api/v1/auth/%E0%A4%A'])(
    'is 400 when it cannot be read: %s',
    async (path) => {
      const answer = await raw(app.url, [`GET ${path} HTTP/1.1`]);

      expect(expectError(answer, 'VALIDATION_FAILED').details).toEqual([
        { field: 'url', message: 'is not a valid URL' },
      ]);
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );
});

describe('a method that a path does not have', () => {
  it('is 405, with those that it has', async () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    const paths = new Set(routes.map(({ path }) => path));

    for (const path of paths) {
      const own = new Set(routes.filter((route) => route.path === path).map(({ method }) => method));
      const allowed = methods.filter((method) => own.has(method === 'HEAD' ? 'GET' : method));
      for (const method of methods.filter((candidate) => !allowed.includes(candidate))) {
        const answer = await raw(app.url, [`${method} ${path} HTTP/1.1`]);

        expect({ path, method, status: answer.status, allow: answer.headers['allow'] }).toEqual({
          path,
          method,
          status: 405,
          allow: allowed.join(', '),
        });
        if (method !== 'HEAD') {
          expectError(answer, 'METHOD_NOT_ALLOWED');
        }
      }
    }
  });

  it('is 405 with any value of what stands in the path', async () => {
    for (const id of [randomUUID(), 'x', '%41']) {
      const answer = await raw(app.url, [`GET /api/v1/auth/sessions/${id} HTTP/1.1`]);

      expectAuthError(answer, 'METHOD_NOT_ALLOWED');
      expect(answer.headers['allow']).toBe('DELETE');
    }
  });

  it('is 405 with a query, with a body, and with a token', async () => {
    const person = await aUser(app);

    const answer = await person.call('/auth/me?x=1', { method: 'DELETE', body: {} });

    expectAuthError(answer, 'METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['TRACE', 'PROPFIND', 'LINK'])('is no method of any path: %s', async (method) => {
    const answer = await raw(app.url, [`${method} /api/v1/auth/me HTTP/1.1`]);

    expectAuthError(answer, 'METHOD_NOT_ALLOWED');
    expect(answer.headers['allow']).toBe('GET, HEAD');
  });
});

describe('HEAD', () => {
  it('answers as GET does, without the body', async () => {
    const authorization = `Authorization: Bearer ${(await aUser(app)).tokens.accessToken}`;
    const get = await raw(app.url, ['GET /api/v1/auth/me HTTP/1.1', authorization]);

    const head = await raw(app.url, ['HEAD /api/v1/auth/me HTTP/1.1', authorization]);

    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['content-type', 'content-length', 'cache-control']) {
      expect(head.headers[name]).toBe(get.headers[name]);
    }
  });

  it('asks for a token as GET does', async () => {
    for (const { path } of routes.filter(({ method, isPublic }) => method === 'GET' && !isPublic)) {
      const answer = await raw(app.url, [`HEAD ${path} HTTP/1.1`]);

      expect(answer).toMatchObject({ status: 401, text: '' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe('a path in another spelling', () => {
  it.each(['/api/v1/%61uth/me', '/api/v1/auth/%6de', '/%61%70%69/v1/auth/me'])(
    'is guarded, and kept by no cache: %s',
    async (path) => {
      const answer = await raw(app.url, [`GET ${path} HTTP/1.1`]);

      expect(expectAuthError(answer, 'AUTH_TOKEN_MISSING')).not.toHaveProperty('details');
    },
  );

  it('is guarded, and kept by no cache, in absolute form (RFC 9112 §3.2.2)', async () => {
    const answer = await raw(app.url, [`GET ${app.url}/api/v1/auth/me HTTP/1.1`]);

    expect(expectAuthError(answer, 'AUTH_TOKEN_MISSING')).not.toHaveProperty('details');
  });
});
