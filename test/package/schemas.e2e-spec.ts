import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { TWO_FACTOR_SCHEMAS, type TwoFactorRoute, createTwoFactorController } from 'nestjs-two-factor';
import { FixedClock, Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { type Answer, type CallOptions, call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { aUser } from '../support/people.js';
import { PlainGuard, PlainHost, startPlainApp } from './support/plain-app.js';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajvFormats.default(ajv, ['date-time', 'password']);
// Read by the library; to a validator they are texts.
ajv.addFormat('one-time-code', true);
ajv.addFormat('backup-code', true);
ajv.addFormat('authenticator-name', true);

/** The properties of the library's answers, and no other; a host may add a session to some. */
function answerValidatorOf(route: TwoFactorRoute): ValidateFunction {
  const { answer } = TWO_FACTOR_SCHEMAS[route];
  const hasSession = route === 'enable' || route === 'verify';
  return ajv.compile(hasSession ? answer : (closed(answer) as object));
}

function closed(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type === 'object' && 'properties' in value ? { ...value, additionalProperties: false } : value,
  );
}

const PATHS: Readonly<Record<TwoFactorRoute, string>> = {
  status: '',
  setup: '/setup',
  enable: '/enable',
  verify: '/verify',
  regenerateBackupCodes: '/backup-codes',
  disable: '/disable',
  events: '/events',
};

/** A host, as far as the walk needs it. */
interface Walked {
  readonly clock: FixedClock;
  call(path: string, options: CallOptions): Promise<Answer>;
  dataOf(answer: Answer): Record<string, unknown>;
  /** The whole token of somebody new, and what opens a challenge later. */
  newcomer(): Promise<{ readonly token: string; challenge(): Promise<string> }>;
}

const HOSTS: readonly (readonly [string, () => Promise<Walked & { close(): Promise<void> }>])[] = [
  ['the reference backend', startReference],
  ['a plain application on Express', () => startPlain('express')],
  ['a plain application on Fastify', () => startPlain('fastify')],
];

describe.each(HOSTS)('%s', (_, start) => {
  let host: Walked & { close(): Promise<void> };
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.close());

  const seen = new Set<TwoFactorRoute>();

  /** Calls a route; its request and its answer have to fit. @returns the answer's data */
  async function fitting(
    route: TwoFactorRoute,
    { token }: { readonly token: string | undefined },
    body?: object,
  ): Promise<Record<string, unknown>> {
    const schemas = TWO_FACTOR_SCHEMAS[route];
    const isTaken = !('request' in schemas) || ajv.validate(schemas.request, body ?? {});
    const method = 'request' in schemas ? 'POST' : 'GET';
    const answer = await host.call(PATHS[route], { method, token, ...(body && { body }) });
    const data = host.dataOf(answer);
    const validate = answerValidatorOf(route);
    validate(data);
    expect({ route, isTaken, status: answer.status, errors: validate.errors }).toEqual({
      route,
      isTaken: true,
      status: 200,
      errors: null,
    });
    seen.add(route);
    return data;
  }

  it('answers on every route as its schema says, and takes what its schema says', async () => {
    const { token, challenge } = await host.newcomer();
    await fitting('status', { token });
    await fitting('events', { token });
    const setup = await fitting('setup', { token });
    await fitting('status', { token });
    const phone = Phone.of(String(setup['otpauthUri']), host.clock);
    const enabled = await fitting('enable', { token }, { code: phone.freshCode() });
    const session = { token: String(enabled['accessToken']) };
    await fitting('status', session);
    const fresh = await fitting('regenerateBackupCodes', session, { code: phone.freshCode() });
    const [first, second] = fresh['backupCodes'] as string[];
    host.clock.advance({ seconds: 60 });
    const open = { token: undefined };
    await fitting('verify', open, { challengeToken: await challenge(), code: phone.freshCode() });
    await fitting('verify', open, { challengeToken: await challenge(), backupCode: first });
    await fitting('setup', session, { backupCode: second });
    await fitting('disable', session, { code: phone.freshCode() });
    await fitting('status', session);
    await fitting('events', session);

    expect([...seen].toSorted()).toEqual(Object.keys(TWO_FACTOR_SCHEMAS).toSorted());
  });

  it('refuses what the schema of a request refuses', async () => {
    const { token } = await host.newcomer();
    const wrong = [
      { code: 1 },
      { code: null },
      { password: 'x'.repeat(129) },
      { challengeToken: 'x'.repeat(1537) },
      { challengeToken: ['x'] },
      { unknown: 1 },
      [],
    ];

    for (const [route, schemas] of Object.entries(TWO_FACTOR_SCHEMAS)) {
      for (const body of 'request' in schemas ? wrong : []) {
        const answer = await host.call(PATHS[route as TwoFactorRoute], { method: 'POST', token, body });

        expect(ajv.validate((schemas as { request: object }).request, body)).toBe(false);
        expect({ route, body, status: answer.status }).toEqual({ route, body, status: 400 });
        expect(answer.body).toMatchObject({
          code: 'VALIDATION_FAILED',
          details: expect.arrayContaining([{ field: expect.any(String), message: expect.any(String) }]),
        });
      }
    }
  });
});

async function startReference(): Promise<Walked & { close(): Promise<void> }> {
  const app = await startApp({ variables: { RATE_LIMIT: 'off' } });
  return {
    clock: app.clock,
    call: (path, options) => call(app.url, `/api/v1/auth/2fa${path}`, options),
    dataOf: ({ data }) => data,
    newcomer: async () => {
      const person = await aUser(app);
      return { token: person.tokens.accessToken, challenge: () => person.challenge() };
    },
    close: () => app.close(),
  };
}

async function startPlain(platform: 'express' | 'fastify'): Promise<Walked & { close(): Promise<void> }> {
  const database: TestDatabase = await createDatabase();
  const TwoFactorController = createTwoFactorController({
    path: 'auth/2fa',
    host: PlainHost,
    guards: [PlainGuard],
  });
  const app = await startPlainApp(database, { platform, controllers: [TwoFactorController] });
  let users = 0;
  return {
    clock: app.clock,
    call: (path, options) => call(app.url, `/auth/2fa${path}`, options),
    dataOf: ({ text }) => JSON.parse(text) as Record<string, unknown>,
    newcomer: async () => {
      users += 1;
      const user = `user-${users}`;
      return { token: `${user} first`, challenge: () => challengeOf(app.url, user) };
    },
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

async function challengeOf(url: string, user: string): Promise<string> {
  const { body } = await call(url, '/login', { method: 'POST', headers: { 'x-user': user } });
  return (body['challenge'] as { challengeToken: string }).challengeToken;
}
