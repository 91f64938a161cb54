import { generateKeyPairSync, randomUUID, sign as signRsa } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_SECRETS, type TestApp, startApp } from '../support/app.js';
import { type Answer, call } from '../support/client.js';
import { type Person, type Tokens, aUser } from '../support/people.js';
import { expectAuthError } from './support/expect-error.js';
import { type Jwt, decode, sign, signingInput } from './support/jwt.js';
import { tables } from './support/tables.js';

/** Every route that asks for a token; a test in routes.e2e-spec.ts holds this list to the application. */
const GUARDED = [
  ['POST', '/auth/logout'],
  ['GET', '/auth/me'],
  ['GET', '/auth/2fa'],
  ['POST', '/auth/2fa/setup'],
  ['POST', '/auth/2fa/enable'],
  ['POST', '/auth/2fa/backup-codes'],
  ['POST', '/auth/2fa/disable'],
  ['GET', '/auth/2fa/events'],
  ['PATCH', '/auth/2fa/authenticators/unknown'],
  ['POST', '/auth/2fa/authenticators/unknown/remove'],
  ['GET', '/auth/2fa/trusted-devices'],
  ['DELETE', '/auth/2fa/trusted-devices/x'],
  ['DELETE', '/auth/2fa/trusted-devices'],
] as const;

/** RFC 6750 §3.1: an error only when there were credentials. */
const NO_CREDENTIALS = 'Bearer';
const BAD_TOKEN = 'Bearer error="invalid_token"';

const secret = TEST_SECRETS.JWT_ACCESS_SECRET;
let app: TestApp;
let ann: Person;
let bob: Person;
/** What the server itself has signed for Ann. */
let genuine: Jwt;

beforeAll(async () => {
  app = await startApp({ variables: { RATE_LIMIT: 'off' } });
  ann = await aUser(app);
  bob = await (await aUser(app)).withTwoFactor();
  await ann.scan();
  genuine = decode(ann.tokens.accessToken);
});
afterAll(() => app.close());

describe('two applications in one process', () => {
  it('each look for a session in a database of their own, also once the other one is closed', async () => {
    const other = await startApp({ variables: { RATE_LIMIT: 'off' } });
    const cora = await aUser(other);
    const statusAt = async ({ url }: TestApp, { tokens }: Person): Promise<number> =>
      (await call(url, '/api/v1/auth/me', { token: tokens.accessToken })).status;

    const each = [await statusAt(app, ann), await statusAt(other, cora)];
    const crossed = [await statusAt(app, cora), await statusAt(other, ann)];
    await other.close();

    expect({ each, crossed }).toEqual({ each: [200, 200], crossed: [401, 401] });
    expect(await statusAt(app, ann)).toBe(200);
  });
});

/** Sends one Authorization header to every guarded route, with a body that would pass. */
async function knock(authorization: string | undefined): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [method, path] of GUARDED) {
    const body = path === '/auth/2fa/setup' ? {} : { code: '123456' };
    const headers = authorization === undefined ? {} : { authorization };
    const options = method === 'POST' ? { method, body, headers } : { method, headers };
    answers.push(await call(app.url, `/api/v1${path}`, options));
  }
  return answers;
}

interface Refusal {
  readonly code: 'AUTH_TOKEN_MISSING' | 'AUTH_TOKEN_INVALID' | 'AUTH_TOKEN_EXPIRED';
  readonly challenge: string;
}
const MISSING: Refusal = { code: 'AUTH_TOKEN_MISSING', challenge: NO_CREDENTIALS };
const INVALID: Refusal = { code: 'AUTH_TOKEN_INVALID', challenge: BAD_TOKEN };
const EXPIRED: Refusal = { code: 'AUTH_TOKEN_EXPIRED', challenge: BAD_TOKEN };

/** What the guarded routes say to an Authorization header: one answer, if they agree, and nothing has changed. */
async function refusalOf(authorization: string | undefined): Promise<Refusal> {
  const before = await tables(app.database);
  const answers = await knock(authorization);
  expect(await tables(app.database)).toEqual(before);
  const refusals = answers.map((answer) => {
    const code = answer.body['code'] as Refusal['code'];
    expectAuthError(answer, code);
    return { code, challenge: answer.headers.get('www-authenticate') ?? '' };
  });
  const [first = MISSING] = refusals;
  expect(refusals).toEqual(GUARDED.map(() => first));
  return first;
}

/** Ann's token with something else in it, signed with the server's own secret. */
function forged({ header = {}, claims = {} }: { header?: object; claims?: object } = {}): string {
  return sign(
    { header: { ...genuine.header, ...header }, claims: { ...genuine.claims, ...claims } },
    { secret },
  );
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

describe('an access token', () => {
  it('says who has signed in, how, when and for how long', () => {
    const now = seconds(app.clock.now()) - 30;

    expect(genuine).toEqual({
      header: { alg: 'HS256', typ: 'at+jwt' },
      claims: {
        iss: 'nestjs-two-factor',
        aud: 'saas-api',
        sub: ann.id,
        sid: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        iat: now,
        exp: now + 900,
        auth_time: now,
        amr: ['pwd'],
        acr: 'aal1',
      },
    });
  });

  it('has one factor in it after a login without a second one', async () => {
    const carol = await aUser(app);
    app.clock.advance({ seconds: 5 });

    const { data } = await carol.login<Tokens>();

    const now = seconds(app.clock.now());
    expect(decode(data.accessToken).claims).toMatchObject({
      sub: carol.id,
      amr: ['pwd'],
      acr: 'aal1',
      auth_time: now,
      iat: now,
    });
  });

  it('keeps the time of the sign-in when it is refreshed, and what was given then', async () => {
    const carol = await aUser(app);
    const signedInAt = seconds(app.clock.now());
    app.clock.advance({ seconds: 60 });

    const { data } = await carol.post<Tokens>('/auth/refresh', { refreshToken: carol.tokens.refreshToken });

    expect(decode(data.accessToken).claims).toMatchObject({
      sid: decode(carol.tokens.accessToken).claims['sid'],
      auth_time: signedInAt,
      iat: signedInAt + 60,
      amr: ['pwd'],
    });
  });

  it.each(['Bearer', 'bearer', 'BEARER'])(
    'opens a route behind the scheme %s (RFC 9110 §11.1)',
    async (scheme) => {
      const answer = await call(app.url, '/api/v1/auth/me', {
        headers: { authorization: `${scheme} ${ann.tokens.accessToken}` },
      });

      expect(answer).toMatchObject({ status: 200, data: { id: ann.id } });
    },
  );

  it('opens a route when it is put together by hand as it should be', async () => {
    const answer = await call(app.url, '/api/v1/auth/me', { token: forged() });

    expect(answer).toMatchObject({ status: 200, data: { id: ann.id } });
  });
});

describe('no access token', () => {
  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['another scheme', `Basic ${Buffer.from('ann:swordfish').toString('base64')}`],
    ['a scheme that begins alike', 'BearerToken abc'],
  ])('is AUTH_TOKEN_MISSING, without an error in the challenge: %s', async (_, authorization) => {
    expect(await refusalOf(authorization)).toEqual(MISSING);
  });

  it('is AUTH_TOKEN_MISSING when the token comes behind another scheme', async () => {
    expect(await refusalOf(`Basic ${ann.tokens.accessToken}`)).toEqual(MISSING);
    expect(await refusalOf(ann.tokens.accessToken)).toEqual(MISSING);
  });

  it('is AUTH_TOKEN_MISSING when the token comes in the query or the body (RFC 6750 §2.2, §2.3)', async () => {
    const { accessToken } = ann.tokens;

    const inQuery = await call(app.url, `/api/v1/auth/me?access_token=${accessToken}`);
    const inBody = await call(app.url, '/api/v1/auth/2fa/setup', { body: { access_token: accessToken } });

    expect(expectAuthError(inQuery, 'AUTH_TOKEN_MISSING')).not.toContain(accessToken);
    expect(expectAuthError(inBody, 'AUTH_TOKEN_MISSING')).not.toContain(accessToken);
  });
});

describe('a malformed access token', () => {
  it.each([
    ['only the scheme', () => 'Bearer'],
    ['three words', () => 'Bearer a.b.c d'],
    ['a good token and another word', () => `Bearer ${ann.tokens.accessToken} x`],
    ['two good tokens', () => `Bearer ${ann.tokens.accessToken}, Bearer ${ann.tokens.accessToken}`],
    ['quotes', () => `Bearer "${ann.tokens.accessToken}"`],
    ['without its last character', () => `Bearer ${ann.tokens.accessToken.slice(0, -1)}`],
    ['with one character more', () => `Bearer ${ann.tokens.accessToken}A`],
    ['without its signature', () => `Bearer ${ann.tokens.accessToken.split('.').slice(0, 2).join('.')}`],
    ['with an empty signature', () => `Bearer ${ann.tokens.accessToken.split('.').slice(0, 2).join('.')}.`],
    ['its header alone', () => `Bearer ${ann.tokens.accessToken.split('.')[0] ?? ''}`],
    ['a header that is no JSON', () => 'Bearer e30x.e30.e30'],
    ['a header that is null', () => 'Bearer bnVsbA.e30.e30'],
    ['a header that is an array', () => 'Bearer WzEsMl0.e30.e30'],
    ['of 8 KiB', () => `Bearer ${'A'.repeat(8192)}`],
    ['an unknown word', () => 'Bearer undefined'],
  ])('is AUTH_TOKEN_INVALID: %s', async (_, authorization) => {
    expect(await refusalOf(authorization())).toEqual(INVALID);
  });
});

describe('an access token that somebody else has signed', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it('is AUTH_TOKEN_INVALID without a signature (RFC 8725 §3.1)', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const input = signingInput({ header: { alg, typ: 'at+jwt' }, claims: genuine.claims });

      expect(await refusalOf(`Bearer ${input}.`)).toEqual(INVALID);
    }
  });

  it('is AUTH_TOKEN_INVALID with another secret, or an empty one', async () => {
    for (const other of ['another secret of thirty-two bytes or more', `${secret} `, '']) {
      expect(await refusalOf(`Bearer ${sign(genuine, { secret: other })}`)).toEqual(INVALID);
    }
  });

  it('is AUTH_TOKEN_INVALID with another digest of the right secret', async () => {
    for (const [alg, digest] of [
      ['HS512', 'sha512'],
      ['HS384', 'sha384'],
    ] as const) {
      const token = sign({ header: { ...genuine.header, alg }, claims: genuine.claims }, { secret, digest });

      expect(await refusalOf(`Bearer ${token}`)).toEqual(INVALID);
    }
  });

  it('is AUTH_TOKEN_INVALID with an RSA key, also when the public key is taken for a secret', async () => {
    const header = { alg: 'RS256', typ: 'at+jwt' };
    const input = signingInput({ header, claims: genuine.claims });
    const signature = signRsa('sha256', Buffer.from(input), rsa.privateKey).toString('base64url');
    const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

    expect(await refusalOf(`Bearer ${input}.${signature}`)).toEqual(INVALID);
    expect(await refusalOf(`Bearer ${sign(genuine, { secret: publicKey })}`)).toEqual(INVALID);
    expect(await refusalOf(`Bearer ${sign({ header, claims: genuine.claims }, { secret })}`)).toEqual(
      INVALID,
    );
  });
});

describe('an access token with the right signature', () => {
  it.each([
    ['kid', { kid: '../../../../dev/null' }],
    ['jku', { jku: 'https://example.com/keys.json' }],
    ['jwk', { jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } }],
    ['x5u', { x5u: 'https://example.com/cert.pem' }],
    ['crit', { crit: ['exp'] }],
    ['b64', { b64: false, crit: ['b64'] }],
    ['zip', { zip: 'DEF' }],
    ['another type', { typ: 'JWT' }],
    ['the type of another kind of token', { typ: 'refresh+jwt' }],
    ['no type', { typ: undefined }],
    ['a type that is no text', { typ: ['at+jwt'] }],
  ])('is AUTH_TOKEN_INVALID with %s in its header', async (_, header) => {
    expect(await refusalOf(`Bearer ${forged({ header })}`)).toEqual(INVALID);
  });

  it.each<[string, object]>([
    ['no end', { exp: undefined }],
    ['an end that is text', { exp: '9999999999' }],
    ['an end that is null', { exp: null }],
    ['another issuer', { iss: 'nestjs-two-factor.example.com' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another-api' }],
    ['no audience', { aud: undefined }],
    ['no user', { sub: undefined }],
    ['a user that is no text', { sub: 1 }],
    ['an unknown user', { sub: randomUUID() }],
    ['no session', { sid: undefined }],
    ['a session that is no uuid', { sid: `' OR '1'='1` }],
    ['a session that is nearly a uuid', { sid: `${randomUUID()}0` }],
    ['a session with a line feed behind it', { sid: `${randomUUID()}\n` }],
    ['a session that is a list', { sid: [randomUUID()] }],
    ['a session that is an object', { sid: {} }],
    ['an unknown session', { sid: randomUUID() }],
  ])('is AUTH_TOKEN_INVALID with %s', async (_, claims) => {
    expect(await refusalOf(`Bearer ${forged({ claims })}`)).toEqual(INVALID);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['text', 'ann'],
    ['nothing', {}],
  ])('is AUTH_TOKEN_INVALID when its claims are %s', async (_, claims) => {
    expect(await refusalOf(`Bearer ${sign({ header: genuine.header, claims }, { secret })}`)).toEqual(
      INVALID,
    );
  });

  it('is AUTH_TOKEN_INVALID with the session of another user', async () => {
    const { sid } = decode(bob.tokens.accessToken).claims;

    expect(await refusalOf(`Bearer ${forged({ claims: { sid } })}`)).toEqual(INVALID);
    expect(await refusalOf(`Bearer ${forged({ claims: { sub: bob.id } })}`)).toEqual(INVALID);
  });

  it('is AUTH_TOKEN_INVALID once its session has ended', async () => {
    const carol = await aUser(app);
    expect((await carol.call('/auth/logout', { method: 'POST' })).status).toBe(204);

    expect(await refusalOf(`Bearer ${carol.tokens.accessToken}`)).toEqual(INVALID);
  });

  it('is AUTH_TOKEN_INVALID once its user is gone', async () => {
    const carol = await aUser(app);
    await app.database.query('DELETE FROM users WHERE id = $1', [carol.id]);

    expect(await refusalOf(`Bearer ${carol.tokens.accessToken}`)).toEqual(INVALID);
  });

  it('is AUTH_TOKEN_INVALID once its session is as old as a session can be, however long it says it lives', async () => {
    const carol = await aUser(app);
    const { header, claims } = decode(carol.tokens.accessToken);
    await app.database.query('UPDATE sessions SET expires_at = $2 WHERE user_id = $1', [
      carol.id,
      app.clock.now(),
    ]);

    const token = sign({ header, claims: { ...claims, exp: 9_999_999_999 } }, { secret });
    expect(await refusalOf(`Bearer ${token}`)).toEqual(INVALID);
  });

  it('is AUTH_TOKEN_EXPIRED from the second on that stands in it', async () => {
    const carol = await aUser(app);
    const { accessToken } = carol.tokens;
    app.clock.advance({ seconds: 899 });
    expect((await carol.call('/auth/me')).status).toBe(200);

    app.clock.advance({ seconds: 1 });

    expect(await refusalOf(`Bearer ${accessToken}`)).toEqual(EXPIRED);
  });

  it('is AUTH_TOKEN_INVALID, and not expired, when it is expired and not genuine', async () => {
    const { header, claims } = genuine;
    const stale = { header, claims: { ...claims, exp: 1 } };

    expect(await refusalOf(`Bearer ${sign(stale, { secret: 'x'.repeat(32) })}`)).toEqual(INVALID);
  });
});

describe('a token that is no access token', () => {
  it('is AUTH_TOKEN_INVALID: a refresh token', async () => {
    expect(await refusalOf(`Bearer ${ann.tokens.refreshToken}`)).toEqual(INVALID);
  });

  it('is AUTH_TOKEN_INVALID: a challenge token', async () => {
    expect(await refusalOf(`Bearer ${await bob.challenge()}`)).toEqual(INVALID);
  });

  it('refreshes nothing: an access token, a challenge token', async () => {
    for (const refreshToken of [ann.tokens.accessToken, await bob.challenge()]) {
      const answer = await call(app.url, '/api/v1/auth/refresh', { body: { refreshToken } });

      // An access token is longer than any refresh token.
      expect(answer.status).toBe(refreshToken.length > 256 ? 400 : 401);
    }
  });

  it('completes no sign-in: an access token, a refresh token', async () => {
    const { refreshToken } = bob.tokens;

    const answer = await bob.verify({ challengeToken: refreshToken, code: bob.code });

    expect(expectAuthError(answer, 'TWO_FACTOR_CHALLENGE_INVALID')).not.toHaveProperty('details');
    expect(answer.headers.get('www-authenticate')).toBe(NO_CREDENTIALS);
  });
});
