import { type RequestListener, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TwoFactorApi, call } from '../src/client/index.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** @returns the base URL of a server that answers so */
async function serve(answer: RequestListener): Promise<string> {
  const one = createServer(answer);
  server = one;
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}/api/v1`;
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

describe('a call', () => {
  it('sends what the contract says, and gives the data of the answer', async () => {
    const seen: unknown[] = [];
    const baseUrl = await serve((request, response) => {
      let sent = '';
      request.on('data', (chunk) => (sent += String(chunk)));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push([method, url, headers.authorization, headers['content-type'], headers.cookie, sent]);
        json(200, { data: [{ id: 'a' }] })(request, response);
      });
    });

    const body = { name: 'Phone at work' };
    const data = await call(`${baseUrl}/`, 'PATCH', '/auth/2fa/authenticators/{id}', {
      accessToken: 'token',
      id: 'a/b?c',
      body,
    });
    await call(baseUrl, 'GET', '/auth/2fa', {});

    expect(data).toEqual([{ id: 'a' }]);
    expect(seen).toEqual([
      [
        'PATCH',
        '/api/v1/auth/2fa/authenticators/a%2Fb%3Fc',
        'Bearer token',
        'application/json',
        undefined,
        JSON.stringify(body),
      ],
      ['GET', '/api/v1/auth/2fa', undefined, undefined, undefined, ''],
    ]);
  });

  it('is typed: its path, its method, its body and its answer', async () => {
    const baseUrl = await serve(json(200, { data: { publicKey: {} } }));
    const path = '/auth/2fa/verify/options';

    const { publicKey } = await call(baseUrl, 'POST', path, { body: { challengeToken: 'c' } });
    // @ts-expect-error -- there is no such member
    await call(baseUrl, 'POST', path, { body: { token: 'c' } });
    // @ts-expect-error -- it takes a body
    await call(baseUrl, 'POST', path, {});
    // @ts-expect-error -- there is no such path
    await call(baseUrl, 'POST', '/auth/2fa/verify/option', {});
    // @ts-expect-error -- its path has an `id`
    await call(baseUrl, 'DELETE', '/auth/2fa/trusted-devices/{id}', {});
    // @ts-expect-error -- it looks for an address
    await call(baseUrl, 'GET', '/admin/users', {});

    expect(publicKey).toEqual({});
  });

  it('puts into its address what it looks for', async () => {
    const seen: unknown[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(request.url);
      json(200, { data: [] })(request, response);
    });

    await call(baseUrl, 'GET', '/admin/users', { query: { email: 'ann+1@example.com' } });

    expect(seen).toEqual(['/api/v1/admin/users?email=ann%2B1%40example.com']);
  });

  it('gives nothing where the answer is 204', async () => {
    const baseUrl = await serve((_, response) => response.writeHead(204).end());

    expect(await call(baseUrl, 'POST', '/auth/logout', { accessToken: 'token' })).toBeUndefined();
  });

  it.each([
    {
      of: 'an error of the contract, with its time',
      answer: json(429, { code: 'TWO_FACTOR_LOCKED', requestId: 'r' }, { 'Retry-After': '30' }),
      failure: { code: 'TWO_FACTOR_LOCKED', requestId: 'r', retryAfterSeconds: 30 },
    },
    {
      of: 'the page of a gateway',
      answer: ((_, response) =>
        response.writeHead(503, { 'Retry-After': '20' }).end('<html>')) as RequestListener,
      failure: { code: 'SERVICE_UNAVAILABLE', requestId: undefined, retryAfterSeconds: 20 },
    },
    {
      of: 'a gateway that says nothing',
      answer: ((_, response) => response.writeHead(502).end()) as RequestListener,
      failure: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: undefined },
    },
    {
      of: 'an error that is not of the contract',
      answer: json(500, { message: 'no' }),
      failure: { code: 'UNEXPECTED' },
    },
    {
      of: 'a success that is a page',
      answer: ((_, response) => response.end('<html>')) as RequestListener,
      failure: { code: 'UNEXPECTED' },
    },
    { of: 'a success without data', answer: json(200, {}), failure: { code: 'UNEXPECTED' } },
    {
      of: 'a success that is no object',
      answer: ((_, response) => response.end('null')) as RequestListener,
      failure: { code: 'UNEXPECTED' },
    },
    {
      of: 'an answer that breaks off',
      answer: ((_, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('{"data":');
        setTimeout(() => response.destroy(), 50);
      }) as RequestListener,
      failure: { code: 'OFFLINE' },
    },
  ])('fails by code: $of', async ({ answer, failure }) => {
    const baseUrl = await serve(answer);

    await expect(call(baseUrl, 'GET', '/auth/2fa', {})).rejects.toMatchObject({
      name: 'CallFailure',
      ...failure,
    });
  });

  it('fails as offline where nobody listens', async () => {
    const baseUrl = await serve(json(200, {}));
    await new Promise((resolve) => server?.close(resolve));

    await expect(call(baseUrl, 'GET', '/auth/2fa', {})).rejects.toMatchObject({ code: 'OFFLINE' });
  });
});

describe('a call of a session', () => {
  it('is made once more, with another token, when the first one is refused', async () => {
    const seen: unknown[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(request.headers.authorization);
      json(seen.length === 1 ? 401 : 200, { code: 'AUTH_TOKEN_EXPIRED', requestId: 'r', data: [] })(
        request,
        response,
      );
    });
    const api = new TwoFactorApi(baseUrl, ({ refresh }) => (refresh ? 'new' : 'old'));

    expect(await api.events()).toEqual([]);
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is not made without a token, and fails by code when there is none to be had', async () => {
    const seen: unknown[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(request.url);
      json(200, { data: [] })(request, response);
    });
    const away = (): Promise<string> => Promise.reject(new TypeError('Failed to fetch'));

    await expect(new TwoFactorApi(baseUrl).events()).rejects.toMatchObject({ code: 'AUTH_TOKEN_MISSING' });
    await expect(new TwoFactorApi(baseUrl, away).events()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(seen).toEqual([]);
  });
});
