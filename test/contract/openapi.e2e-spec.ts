import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  Phone,
  type SoftCreationOptions,
  SoftPasskey,
  type SoftRequestOptions,
} from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/http/errors/error-codes.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { ADDRESS_LIMIT } from '../../src/http/rate-limit/rate-limit.guard.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Answer, type CallOptions, call } from '../support/client.js';
import { createDatabase } from '../support/database.js';
import { aClerk } from '../support/clerks.js';
import { type Person, type SetupData, type Tokens, aUser } from '../support/people.js';
import { expectAuthError } from './support/expect-error.js';
import { DocumentedAnswers, operationsOf } from './support/documented-answers.js';
import { type Route, routesOf } from './support/routes.js';

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

let app: TestApp;
let document: OpenAPIObject;
let answers: DocumentedAnswers;
beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off', TRUSTED_DEVICE_DAYS: '30' } });
  document = (await call(app.url, '/openapi.json')).body as unknown as OpenAPIObject;
  answers = new DocumentedAnswers(document);
});
afterAll(() => app.close());

/** `{id}` where Nest says `:id`. */
const documentedPath = ({ path }: Pick<Route, 'path'>): string => path.replaceAll(/:(\w+)/g, '{$1}');

describe('the document', () => {
  it('is OpenAPI 3.1.0 of the API that the seed describes', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'saas-openapi', version: '1.0.0' },
      servers: [{ url: '/' }, { url: '//localhost:8080' }],
    });
  });

  it('is the one that is committed: run `npm run openapi` after a change', () => {
    expect(JSON.parse(read('openapi.json'))).toEqual(document);
  });

  it('has nothing in it that 3.1 does not know', () => {
    const text = JSON.stringify(document);

    expect(text).not.toContain('"nullable"');
    expect(text).not.toMatch(/"exclusive(?:Minimum|Maximum)":(?:true|false)/);
  });

  it('keeps the operation of the seed', () => {
    const operation = document.paths['/api/v1/auth/2fa/setup']?.post;

    expect(operation).toMatchObject({
      operationId: 'enable-2-fa-get-qr-code',
      summary: 'Enable 2FA (get QR code)',
      description: 'Generates TOTP secret and backup codes. Returns once; store securely.',
      tags: ['subpackage_auth'],
      requestBody: { required: false },
      responses: {
        200: { description: 'data: { secret, qrCodeUri, backupCodes }' },
        401: { description: expect.stringContaining('AUTH_TOKEN_EXPIRED') },
      },
    });
  });

  it('keeps what the seed says of its answer', () => {
    expect(document.components?.schemas?.['SetupAnswer']).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['secret', 'qrCodeUri', 'backupCodes']),
      properties: {
        backupCodes: { type: 'array', items: { type: 'string' } },
        qrCodeUri: { type: 'string' },
        secret: { type: 'string' },
      },
    });
  });

  it('has every route, and no other', () => {
    const inDocument = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );

    const routes = routesOf(app.nest).map((route) => `${route.method} ${documentedPath(route)}`);
    expect(inDocument.toSorted()).toEqual(routes.toSorted());
  });

  it('asks for a token where the application does', () => {
    for (const { method, isPublic, ...route } of routesOf(app.nest)) {
      const path = documentedPath(route);
      const operations = document.paths[path] as Record<string, { security?: object[] }> | undefined;

      expect({ path, security: operations?.[method.toLowerCase()]?.security }).toEqual({
        path,
        security: isPublic ? [] : [{ bearer: [] }],
      });
    }
    expect(document.components?.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });

  it('names each operation once, and says what it is for', () => {
    const operations = operationsOf(document) as { operationId: string; summary?: string }[];

    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.filter(({ summary = '' }) => summary === '')).toEqual([]);
  });
});

describe('the error codes', () => {
  const codes = Object.keys(ERRORS).toSorted();

  it('are those of the document', () => {
    const { properties } = (document.components?.schemas?.['ErrorAnswer'] ?? {}) as {
      readonly properties: { readonly code: { readonly enum: string[] } };
    };

    expect(properties.code.enum.toSorted()).toEqual(codes);
  });

  it('are those of the README, each with its status', () => {
    const [, section = ''] = /^## Errors\n(.*?)(?=^## |(?![^]))/ms.exec(read('README.md')) ?? [];
    const rows = Array.from(section.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm), ([, code, status]) => ({
      code,
      status: Number(status),
    }));

    expect(rows).toHaveLength(codes.length);
    expect(rows).toEqual(
      expect.arrayContaining(codes.map((code) => ({ code, status: ERRORS[code as ErrorCode].status }))),
    );
  });

  it('stand at the status that they are answered with', () => {
    for (const { operationId, responses } of operationsOf(document)) {
      for (const [status, { description }] of Object.entries(responses).filter(([key]) => key >= '400')) {
        for (const code of description.split(', ')) {
          expect({ operationId, code, status: ERRORS[code as ErrorCode]?.status }).toEqual({
            operationId,
            code,
            status: Number(status),
          });
        }
      }
    }
  });

  it('are each answered by an operation, but for those of paths that are none', () => {
    const documented = new Set(
      operationsOf(document).flatMap(({ responses }) =>
        Object.values(responses).flatMap(({ description }) => description.split(', ')),
      ),
    );

    expect(codes.filter((code) => !documented.has(code))).toEqual(['METHOD_NOT_ALLOWED']);
  });
});

/** What the document does not say of the answers that a test got. */
let faults: string[] = [];
beforeEach(() => {
  faults = [];
});

/** Calls an operation, and holds its answer to the document. */
async function checked<Data>(
  operationId: string,
  status: number,
  request: Promise<Answer<Data>>,
): Promise<Answer<Data>> {
  const answer = await request;
  if (answer.status !== status) {
    faults.push(`${operationId} answered ${answer.status} instead of ${status}: ${answer.text}`);
  }
  faults.push(...answers.faultsOf(operationId, answer as Answer));
  return answer;
}

function post<Data = Record<string, unknown>>(
  path: string,
  body: unknown,
  options: CallOptions = {},
): Promise<Answer<Data>> {
  return call<Data>(app.url, `/api/v1${path}`, { body, ...options });
}

/** What every operation with a body refuses before it looks at it. */
async function checkBodyErrors(operationId: string, path: string, token?: string): Promise<void> {
  const text = { headers: { 'content-type': 'text/plain' }, token };
  await checked(operationId, 400, post(path, '{', { token }));
  await checked(operationId, 413, post(path, JSON.stringify({ code: 'x'.repeat(17_000) }), { token }));
  await checked(operationId, 415, post(path, 'x', text));
}

describe('every answer is documented', () => {
  it('of accounts and sessions', async () => {
    const ann = await aUser(app);
    const { email, password } = ann;
    const other = { email: `other-${email}`, password };

    await checked('register', 201, post('/auth/register', other));
    await checked('register', 409, post('/auth/register', other));
    await checked('register', 400, post('/auth/register', { email: 'x', password: 'x', more: 1 }));
    await checkBodyErrors('register', '/auth/register');

    await checked('login', 200, post('/auth/login', { email, password }));
    await checked('login', 401, post('/auth/login', { email, password: 'wrong' }));
    await checkBodyErrors('login', '/auth/login');

    const { refreshToken } = ann.tokens;
    const { data } = await checked('refresh', 200, ann.post<Tokens>('/auth/refresh', { refreshToken }));
    await checked('me', 200, ann.call('/auth/me'));
    await checked(
      'logout',
      415,
      post('/auth/logout', 'x', { token: data.accessToken, headers: { 'content-type': 'text/plain' } }),
    );
    await checked('logout', 400, post('/auth/logout', '[]', { token: data.accessToken }));
    await checked('logout', 204, ann.call('/auth/logout', { method: 'POST' }));
    await checked('logout', 401, ann.call('/auth/logout', { method: 'POST' }));
    await checked('me', 401, call(app.url, '/api/v1/auth/me'));
    await checked('refresh', 401, post('/auth/refresh', { refreshToken }));
    await checkBodyErrors('refresh', '/auth/refresh');

    expect(faults).toEqual([]);
  });

  it('of a change of the password', async () => {
    const ann = await (await aUser(app)).withTwoFactor();
    const { password: currentPassword } = ann;
    const body = { currentPassword, newPassword: 'another horse, another battery' };
    const path = '/auth/password';
    const code = ann.requiredPhone.wrongCode();

    await checkBodyErrors('change-password', path, ann.tokens.accessToken);
    await checked('change-password', 401, post(path, body));
    await checked('change-password', 403, ann.post(path, { ...body, currentPassword: 'wrong' }));
    await checked('change-password', 422, ann.post(path, { ...body, code }));
    await checked('change-password', 204, ann.post(path, { ...body, code: ann.code }));
    await checked('change-password', 409, (await aUser(app)).post(path, { ...body, code }));

    expect(faults).toEqual([]);
  });

  it('of the sessions of an account', async () => {
    const ann = await aUser(app);
    const { data: other } = await ann.login<Tokens>();
    const { data } = await checked('list-sessions', 200, ann.call<{ id: string }[]>('/auth/sessions'));
    const end = { method: 'DELETE', headers: { 'content-type': 'text/plain' } };

    await checked('end-session', 204, ann.call(`/auth/sessions/${data[1]?.id}`, { method: 'DELETE' }));
    await checked('end-session', 404, ann.call(`/auth/sessions/${data[1]?.id}`, { method: 'DELETE' }));
    await checked('end-session', 415, ann.call('/auth/sessions/x', { ...end, body: 'x' }));
    await checked('end-session', 401, ann.call('/auth/sessions/x', { ...end, token: other.accessToken }));
    await checked('end-other-sessions', 204, ann.call('/auth/sessions', { method: 'DELETE' }));
    await checked('end-other-sessions', 415, ann.call('/auth/sessions', { ...end, body: 'x' }));
    await checked('end-other-sessions', 401, ann.call('/auth/sessions', { ...end, token: 'x' }));
    await checked('list-sessions', 401, ann.call('/auth/sessions', { token: 'x' }));

    expect(faults).toEqual([]);
  });

  it('of the second factor, from the first setup to the last code', async () => {
    const bob = await aUser(app);
    const setup = 'enable-2-fa-get-qr-code';

    await checked('get-2-fa-status', 200, bob.call('/auth/2fa'));
    await checked('confirm-2-fa', 409, bob.post('/auth/2fa/enable', { code: '123456' }));
    await checked('disable-2-fa', 409, bob.post('/auth/2fa/disable', { code: '123456' }));
    await checked('step-up-2-fa', 409, bob.post('/auth/2fa/step-up', { code: '123456' }));
    await checked('export-account', 403, bob.call('/account/export'));
    await checked(
      'regenerate-2-fa-backup-codes',
      409,
      bob.post('/auth/2fa/backup-codes', { code: '123456' }),
    );
    await checked(setup, 200, bob.call('/auth/2fa/setup', { method: 'POST' }));
    await checked(setup, 409, bob.post('/auth/2fa/setup', { code: '123456' }));
    const { phone } = await bob.scan();
    await checked('get-2-fa-status', 200, bob.call('/auth/2fa'));
    await checked('confirm-2-fa', 422, bob.post('/auth/2fa/enable', { code: phone.wrongCode() }));
    const enabled = await checked(
      'confirm-2-fa',
      200,
      bob.post<Tokens>('/auth/2fa/enable', { code: phone.code() }),
    );
    bob.tokens = enabled.data;
    bob.phone = phone;
    app.clock.advance({ seconds: 30 });
    await checkSecondFactor(bob);

    expect(faults).toEqual([]);
  });

  it('of an enrolment that a policy requires, by a phone and by a passkey', async () => {
    const users = app.nest.get(UsersRepository, { strict: false });
    const [ann, bob] = [await aUser(app), await aUser(app)];
    const passkey = new SoftPasskey('http://localhost:8080');
    const path = '/auth/2fa/enrolment';
    const [setUp, confirm] = ['enrol-2-fa-get-qr-code', 'enrol-2-fa-confirm'];
    const [creation, register] = ['enrol-2-fa-draw-passkey-creation', 'enrol-2-fa-register-passkey'];
    await checked('get-2-fa-status', 200, ann.call('/auth/2fa'));
    for (const { email } of [ann, bob]) {
      await users.setRole(email, 'support');
    }
    await checked('export-account', 403, ann.call('/account/export'));

    const byPhone = (await checked('login', 200, ann.login<{ enrolmentToken: string }>())).data;
    const { enrolmentToken } = byPhone;
    const { data: setup } = await checked(
      setUp,
      200,
      post<SetupData>(`${path}/setup`, { enrolmentToken, name: 'Phone' }),
    );
    const phone = Phone.of(setup.otpauthUri, app.clock);
    await checked(confirm, 422, post(`${path}/enable`, { enrolmentToken, code: phone.wrongCode() }));
    const answer = { enrolmentToken, code: phone.code() };
    const enabled = await checked(confirm, 200, post<Tokens>(`${path}/enable`, answer));
    ann.tokens = enabled.data;
    await checked('get-2-fa-status', 200, ann.call('/auth/2fa'));
    await checked(confirm, 401, post(`${path}/enable`, answer));
    await checked(setUp, 401, post(`${path}/setup`, { enrolmentToken }));
    app.clock.advance({ seconds: 30 });
    await checked('disable-2-fa', 409, ann.post('/auth/2fa/disable', { code: phone.code() }));

    const { data } = await bob.login<{ enrolmentToken: string }>();
    const token = { enrolmentToken: data.enrolmentToken };
    const drawn = await checked(
      creation,
      200,
      post<{ publicKey: SoftCreationOptions }>(`${path}/passkeys/options`, token),
    );
    const response = passkey.create(drawn.data.publicKey);
    await checked(register, 200, post(`${path}/passkeys`, { ...token, response, name: 'Blue' }));
    await checked(register, 401, post(`${path}/passkeys`, { ...token, response }));
    await checked(creation, 401, post(`${path}/passkeys/options`, token));
    for (const [operation, subpath] of [
      [setUp, 'setup'],
      [confirm, 'enable'],
      [creation, 'passkeys/options'],
      [register, 'passkeys'],
    ] as const) {
      await checkBodyErrors(operation, `${path}/${subpath}`, ann.tokens.accessToken);
    }

    expect(faults).toEqual([]);
  });

  it('of passkeys, from the first one to a sign-in', async () => {
    const [ann, passkey] = [await aUser(app), new SoftPasskey('http://localhost:8080')];
    const [creation, request] = ['draw-2-fa-passkey-creation', 'draw-2-fa-passkey-request'];
    const [register, signIn] = ['register-2-fa-passkey', 'draw-2-fa-passkey-sign-in'];
    const options = (path: string, body: object = {}) =>
      ann.post<{ publicKey: SoftCreationOptions & SoftRequestOptions }>(path, body);

    await checked(request, 409, ann.post('/auth/2fa/passkeys/challenge'));
    const first = await checked(creation, 200, options('/auth/2fa/passkeys/options'));
    const response = passkey.create(first.data.publicKey);
    ann.tokens = (
      await checked(register, 200, ann.post<Tokens>('/auth/2fa/passkeys', { response, name: 'Blue' }))
    ).data;
    await checked(register, 422, ann.post('/auth/2fa/passkeys', { response }));
    await checked('get-2-fa-status', 200, ann.call('/auth/2fa'));
    await checked(creation, 409, ann.post('/auth/2fa/passkeys/options'));
    const asked = await checked(request, 200, options('/auth/2fa/passkeys/challenge'));
    const proof = { passkey: passkey.get(asked.data.publicKey) };
    const second = await checked(creation, 200, options('/auth/2fa/passkeys/options', proof));
    await checked(creation, 422, ann.post('/auth/2fa/passkeys/options', proof));
    await checked(
      register,
      409,
      ann.post('/auth/2fa/passkeys', { response: passkey.createAgain(second.data.publicKey) }),
    );

    const { data: login } = await checked('login', 200, ann.login<{ challengeToken: string }>());
    const { challengeToken } = login;
    const drawn = await checked(signIn, 200, options('/auth/2fa/verify/options', { challengeToken }));
    const answer = passkey.get(drawn.data.publicKey);
    await checked('verify-2-fa', 200, ann.verify({ challengeToken, passkey: answer }));
    await checked(signIn, 401, post('/auth/2fa/verify/options', { challengeToken }));
    for (const [operation, path] of [
      [creation, 'passkeys/options'],
      [register, 'passkeys'],
      [request, 'passkeys/challenge'],
      [signIn, 'verify/options'],
    ] as const) {
      await checkBodyErrors(operation, `/auth/2fa/${path}`, ann.tokens.accessToken);
    }

    expect(faults).toEqual([]);
  });

  it('of the support desk', async () => {
    const [clerk, boss] = [await aClerk(app), await aClerk(app)];
    const ann = await (await aUser(app)).withTwoFactor();
    const resets = '/admin/2fa/resets';
    const reason = 'ticket 4711';

    await checked('find-account', 200, clerk.call(`/admin/users?email=${ann.email}`));
    await checked('find-account', 403, ann.call(`/admin/users?email=${ann.email}`));
    await checked('find-account', 401, call(app.url, '/api/v1/admin/users'));
    await checked('view-account', 200, clerk.call(`/admin/2fa/users/${ann.id}`));
    await checked('view-account', 403, ann.call(`/admin/2fa/users/${ann.id}`));
    const asked = await checked(
      'request-reset',
      200,
      clerk.post<{ id: string }>(resets, { userId: ann.id, reason }),
    );
    await checked('request-reset', 409, clerk.post(resets, { userId: ann.id, reason }));
    await checked('request-reset', 403, clerk.post(resets, { userId: clerk.id, reason }));
    await checkBodyErrors('request-reset', resets, clerk.tokens.accessToken);
    await checked('list-resets', 200, clerk.call(resets));
    await checked('list-resets', 403, ann.call(resets));
    const [approve, cancel] = ['approve', 'cancel'].map((action) => `${resets}/${asked.data.id}/${action}`);
    await checked('approve-reset', 403, clerk.post(`${approve}`, { reason }));
    await checked('approve-reset', 200, boss.post(`${approve}`, { reason }));
    await checked('approve-reset', 409, boss.post(`${approve}`, { reason }));
    await checked('approve-reset', 404, boss.post(`${resets}/x/approve`, { reason }));
    await checkBodyErrors('approve-reset', `${approve}`, clerk.tokens.accessToken);
    await checked('cancel-reset', 200, clerk.post(`${cancel}`, { reason }));
    await checked('cancel-reset', 409, clerk.post(`${cancel}`, { reason }));
    await checked('cancel-reset', 404, clerk.post(`${resets}/x/cancel`, { reason }));
    await checkBodyErrors('cancel-reset', `${cancel}`, clerk.tokens.accessToken);
    app.clock.advance({ seconds: 901 });
    clerk.tokens = (
      await checked(
        'refresh',
        200,
        clerk.post<Tokens>('/auth/refresh', { refreshToken: clerk.tokens.refreshToken }),
      )
    ).data;
    await checked('list-resets', 403, clerk.call(resets));

    expect(faults).toEqual([]);
  });

  it('of what support has given', async () => {
    const [clerk, boss] = [await aClerk(app), await aClerk(app)];
    const ann = await (await aUser(app)).withTwoFactor();
    const [resets, path] = ['/admin/2fa/resets', '/auth/2fa/recovery'];
    const reason = 'ticket 4711';
    const { data: asked } = await clerk.post<{ id: string }>(resets, { userId: ann.id, reason });
    const approving = boss.post<{ resetCode: string }>(`${resets}/${asked.id}/approve`, { reason });
    const { resetCode } = (await approving).data;
    const body = { email: ann.email, password: ann.password, resetCode };

    await checked('recover-2-fa', 422, post(path, body));
    app.clock.advance({ seconds: 86_400 });
    await checked('recover-2-fa', 401, post(path, { ...body, password: 'not the password of ann' }));
    await checked('recover-2-fa', 200, post(path, body));
    await checked('recover-2-fa', 422, post(path, body));
    await checkBodyErrors('recover-2-fa', path);

    expect(faults).toEqual([]);
  });

  async function checkSecondFactor(bob: Person): Promise<void> {
    await checked('get-2-fa-status', 200, bob.call('/auth/2fa'));
    await checked('me', 200, bob.call('/auth/me'));
    const fresh = await checked<{ backupCodes: string[] }>(
      'regenerate-2-fa-backup-codes',
      200,
      bob.post('/auth/2fa/backup-codes', { code: bob.code }),
    );
    app.clock.advance({ seconds: 30 });
    await checked(
      'regenerate-2-fa-backup-codes',
      422,
      bob.post('/auth/2fa/backup-codes', { code: bob.requiredPhone.wrongCode() }),
    );

    const { data } = await checked('login', 200, bob.login<{ challengeToken: string }>());
    const { challengeToken } = data;
    await checked('verify-2-fa', 400, bob.verify({ challengeToken }));
    await checked('verify-2-fa', 422, bob.verify({ challengeToken, code: bob.requiredPhone.wrongCode() }));
    await checked('verify-2-fa', 200, bob.verify({ challengeToken, code: bob.code }));
    await checked('verify-2-fa', 401, bob.verify({ challengeToken, code: bob.code }));
    await checkBodyErrors('verify-2-fa', '/auth/2fa/verify');
    await checkTrustedDevices(bob);
    const [backupCode = ''] = fresh.data.backupCodes;
    await checked('verify-2-fa', 200, bob.verify({ challengeToken: await bob.challenge(), backupCode }));

    await checked('enable-2-fa-get-qr-code', 409, bob.post('/auth/2fa/setup'));
    await checked('enable-2-fa-get-qr-code', 422, bob.post('/auth/2fa/setup', { backupCode }));
    app.clock.advance({ seconds: 30 });
    await checked('enable-2-fa-get-qr-code', 200, bob.post('/auth/2fa/setup', { code: bob.code }));
    await checked('list-2-fa-events', 200, bob.call('/auth/2fa/events'));
    await checkRecentSignIn(bob);
  }

  async function checkTrustedDevices(bob: Person): Promise<void> {
    app.clock.advance({ seconds: 30 });
    const { email, password, code } = bob;
    const headers = { 'two-factor-trust': 'none' };
    const body = { challengeToken: await bob.challenge(), code, trustDevice: true };
    const { data } = await checked(
      'verify-2-fa',
      200,
      call<{ trustedDevice: { token: string } }>(app.url, '/api/v1/auth/2fa/verify', { body, headers }),
    );
    const trusting = { 'two-factor-trust': data.trustedDevice.token };
    await checked(
      'login',
      200,
      call(app.url, '/api/v1/auth/login', { body: { email, password }, headers: trusting }),
    );
    const path = '/auth/2fa/trusted-devices';
    const { data: devices } = await checked(
      'list-trusted-devices',
      200,
      bob.call<{ id: string }[]>(path, { headers: trusting }),
    );
    expect(devices).toHaveLength(1);
    await checked('list-trusted-devices', 401, call(app.url, `/api/v1${path}`));
    await checked('remove-trusted-device', 400, bob.call(`${path}/x`, { method: 'DELETE' }));
    await checked('remove-trusted-device', 401, call(app.url, `/api/v1${path}/x`, { method: 'DELETE' }));
    await checked('remove-trusted-device', 200, bob.call(`${path}/${devices[0]?.id}`, { method: 'DELETE' }));
    await checked('remove-all-trusted-devices', 200, bob.call(path, { method: 'DELETE' }));
    await checked('remove-all-trusted-devices', 401, call(app.url, `/api/v1${path}`, { method: 'DELETE' }));
  }

  async function checkRecentSignIn(bob: Person): Promise<void> {
    await checked('export-account', 200, bob.call('/account/export'));
    app.clock.advance({ seconds: 901 });
    const { refreshToken } = bob.tokens;
    bob.tokens = (await checked('refresh', 200, bob.post<Tokens>('/auth/refresh', { refreshToken }))).data;
    const { code, password } = bob;
    await checked('enable-2-fa-get-qr-code', 403, bob.post('/auth/2fa/setup', { code }));
    await checked('confirm-2-fa', 403, bob.post('/auth/2fa/enable', { code }));
    await checked('regenerate-2-fa-backup-codes', 403, bob.post('/auth/2fa/backup-codes', { code }));
    await checked('disable-2-fa', 403, bob.post('/auth/2fa/disable', { code, password: 'not the password' }));
    await checked(
      'disable-2-fa',
      422,
      bob.post('/auth/2fa/disable', { code: bob.requiredPhone.wrongCode(), password }),
    );
    await checked('export-account', 403, bob.call('/account/export'));
    await checked(
      'step-up-2-fa',
      422,
      bob.post('/auth/2fa/step-up', { code: bob.requiredPhone.wrongCode() }),
    );
    await checked('step-up-2-fa', 200, bob.post('/auth/2fa/step-up', { code }));
    await checked('panic-2-fa', 400, call(app.url, '/api/v1/auth/2fa/panic', { body: {} }));
    await checked('panic-2-fa', 200, call(app.url, '/api/v1/auth/2fa/panic', { body: { token: 'x' } }));
    await checked('export-account', 200, bob.call('/account/export'));
    app.clock.advance({ seconds: 30 });
    await checked('disable-2-fa', 200, bob.post('/auth/2fa/disable', { code: bob.code, password }));
    await checked('list-2-fa-events', 200, bob.call('/auth/2fa/events'));
  }

  it('of bodies and tokens that are not good, at every call of the second factor', async () => {
    const carol = await aUser(app);
    const token = carol.tokens.accessToken;
    const calls = [
      ['enable-2-fa-get-qr-code', '/auth/2fa/setup'],
      ['confirm-2-fa', '/auth/2fa/enable'],
      ['regenerate-2-fa-backup-codes', '/auth/2fa/backup-codes'],
      ['disable-2-fa', '/auth/2fa/disable'],
      ['step-up-2-fa', '/auth/2fa/step-up'],
    ] as const;

    for (const [operationId, path] of calls) {
      await checkBodyErrors(operationId, path, token);
      await checked(operationId, 401, post(path, {}));
      await checked(operationId, 401, post(path, {}, { token: 'x' }));
    }
    await checked('get-2-fa-status', 401, call(app.url, '/api/v1/auth/2fa'));
    await checked('list-2-fa-events', 401, call(app.url, '/api/v1/auth/2fa/events'));

    expect(faults).toEqual([]);
  });

  it('of several authenticators, from the second to the last', async () => {
    const fay = await (await aUser(app)).withTwoFactor();
    const rename = (id: string, body: unknown): Promise<Answer> =>
      fay.call(`/auth/2fa/authenticators/${id}`, { method: 'PATCH', body });
    const remove = (id: string, code: string): Promise<Answer> =>
      fay.post(`/auth/2fa/authenticators/${id}/remove`, { code });

    const setup = await checked<SetupData>(
      'enable-2-fa-get-qr-code',
      200,
      fay.post<SetupData>('/auth/2fa/setup', { code: fay.code, add: true, name: 'Phone at work' }),
    );
    app.clock.advance({ seconds: 30 });
    const second = Phone.of(setup.data.otpauthUri, app.clock);
    fay.tokens = (
      await checked('confirm-2-fa', 200, fay.post<Tokens>('/auth/2fa/enable', { code: second.code() }))
    ).data;
    app.clock.advance({ seconds: 30 });
    const status = await checked<{ authenticators: { id: string; name: string }[] }>(
      'get-2-fa-status',
      200,
      fay.call('/auth/2fa'),
    );
    const [first, added] = status.data.authenticators;
    await checked('enable-2-fa-get-qr-code', 409, fay.post('/auth/2fa/setup', { code: fay.code }));
    await checked(
      'enable-2-fa-get-qr-code',
      404,
      fay.post('/auth/2fa/setup', { code: fay.code, replaces: randomUUID() }),
    );
    await checked('rename-2-fa-authenticator', 200, rename(added!.id, { name: 'Phone at home' }));
    await checked('rename-2-fa-authenticator', 404, rename(randomUUID(), { name: 'Phone at home' }));
    await checked('rename-2-fa-authenticator', 400, rename(added!.id, { name: '' }));
    await checked('remove-2-fa-authenticator', 404, remove(randomUUID(), fay.code));
    await checked('remove-2-fa-authenticator', 422, remove(first!.id, second.wrongCode()));
    await checked('remove-2-fa-authenticator', 200, remove(first!.id, second.code()));
    app.clock.advance({ seconds: 30 });
    await checked('remove-2-fa-authenticator', 409, remove(added!.id, second.code()));
    await checked('list-2-fa-events', 200, fay.call('/auth/2fa/events'));

    expect(added?.name).toBe('Phone at work');
    expect(setup.data.backupCodes).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('of too many attempts', async () => {
    const dave = await (await aUser(app)).withTwoFactor();
    const code = dave.requiredPhone.wrongCode();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await dave.post('/auth/2fa/backup-codes', { code });
    }

    await checked('regenerate-2-fa-backup-codes', 429, dave.post('/auth/2fa/backup-codes', { code }));
    await checked('disable-2-fa', 429, dave.post('/auth/2fa/disable', { code }));
    await checked('enable-2-fa-get-qr-code', 429, dave.post('/auth/2fa/setup', { code }));
    await checked('verify-2-fa', 429, dave.verify({ challengeToken: await dave.challenge(), code }));

    expect(faults).toEqual([]);
  });

  it('of the limits by address', async () => {
    const limited = await startApp({ variables: { RATE_LIMIT: 'on' } });
    const refresh = (): Promise<Answer> =>
      call(limited.url, '/api/v1/auth/refresh', { body: { refreshToken: 'unknown' } });
    try {
      await Promise.all(Array.from({ length: ADDRESS_LIMIT.points }, refresh));

      const answer = await checked('refresh', 429, refresh());

      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
    } finally {
      await limited.close();
    }

    expect(faults).toEqual([]);
  });

  it('of health, and of a database that is gone', async () => {
    await checked('health-live', 200, call(app.url, '/health/live'));
    await checked('health-ready', 200, call(app.url, '/health/ready'));

    const database = await createDatabase();
    const lost = await startApp({ database, variables: { RATE_LIMIT: 'off' } });
    try {
      await database.drop();

      await checked('health-live', 200, call(lost.url, '/health/live'));
      await checked('health-ready', 503, call(lost.url, '/health/ready'));
    } finally {
      await lost.close();
    }

    expect(faults).toEqual([]);
  });

  it('of faults of our own, and says nothing of what is inside', async () => {
    const broken = await startApp({ variables: { RATE_LIMIT: 'off' } });
    try {
      const eve = await aUser(broken);
      await broken.database.query('ALTER TABLE two_factor_accounts RENAME TO lost_secrets');

      const status = await checked('get-2-fa-status', 500, eve.call('/auth/2fa'));
      const login = await checked('login', 500, eve.login());

      expectAuthError(status, 'INTERNAL_ERROR');
      expectAuthError(login, 'INTERNAL_ERROR');
    } finally {
      await broken.close();
    }

    expect(faults).toEqual([]);
  });

  it('and every operation has been seen to succeed and to fail', () => {
    const lacking = answers.operations
      .filter(({ operationId }) => operationId !== 'health-live')
      .filter(({ operationId, responses }) => {
        const seen = Object.keys(responses).filter((status) => answers.seen.has(`${operationId} ${status}`));
        return !seen.some((status) => status < '400') || !seen.some((status) => status >= '400');
      });

    expect(lacking.map(({ operationId }) => operationId)).toEqual([]);
  });
});
