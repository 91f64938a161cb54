import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FixedClock, Phone } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.js';
import { readEnvironment } from '../../src/config/environment.js';
import { TEST_SECRETS } from '../support/app.js';
import { type CallOptions, call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { Person, type SetupData, type Tokens } from '../support/people.js';
import { raw } from './support/raw.js';

interface Line {
  readonly level: number;
  readonly msg?: string;
  readonly requestId?: string;
  readonly req?: { readonly method?: string; readonly path?: string };
  readonly res?: { readonly statusCode?: number };
  readonly err?: object;
  readonly errorCode?: string;
  readonly reason?: string;
}

interface Sent {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const EMAIL = 'ann.of.the.logs@example.com';
const PASSWORD = 'correct horse battery staple';
const HUNG_UP = 'somebody-who-hung-up';
const QUERY = 'email=ann.of.the.logs%40example.com&token=a-token-in-a-query&code=123456';

let app: NestFastifyApplication;
let database: TestDatabase;
let url: string;
const clock = new FixedClock();
const written: string[] = [];
const sent: Sent[] = [];
/** Everything that must be in no line, by what it is. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  database = await createDatabase();
  const variables = { NODE_ENV: 'production', MAIL: 'off', LOG_LEVEL: 'trace', ...TEST_SECRETS };
  app = await createApp({
    environment: readEnvironment(variables, () => TEST_SECRETS),
    connection: database.connection,
    clock,
    log: { write: (line) => written.push(line) },
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await liveThroughItAll();
  // What a request wrote last is there once the server has ended it.
  await app.close();
});
afterAll(() => database.drop());

/** Calls the API, and notes what its line in the log should say. */
async function ask<Data = Record<string, unknown>>(path: string, options: CallOptions = {}): Promise<Data> {
  const requestId = randomUUID();
  const answer = await call<Data>(url, path, {
    ...options,
    headers: { ...options.headers, 'x-request-id': requestId },
  });
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  sent.push({ requestId, method, path: path.split('?', 1)[0] ?? '', status: answer.status });
  return answer.data;
}

function keep(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    secrets.set(`${name} ${secrets.size}`, value);
  }
}

function keepTokens({ accessToken, refreshToken }: Tokens): void {
  keep({ accessToken, refreshToken, signature: accessToken.split('.')[2] ?? '' });
}

/** Every call there is, right and wrong. */
async function liveThroughItAll(): Promise<void> {
  keep({ email: EMAIL, password: PASSWORD, inQuery: 'a-token-in-a-query', ...TEST_SECRETS });
  keep({ key: TEST_SECRETS.TWO_FACTOR_KEYS.slice(3), pepper: TEST_SECRETS.TWO_FACTOR_PEPPERS.slice(3) });
  const credentials = { email: EMAIL, password: PASSWORD };
  const registered = await ask<Tokens & { user: { id: string } }>('/api/v1/auth/register', {
    body: credentials,
  });
  keepTokens(registered);
  const ann = new Person({ url, clock }, registered.user.id, EMAIL, PASSWORD, registered);
  await ask('/api/v1/auth/register', { body: credentials });
  await ask('/api/v1/auth/login', { body: { ...credentials, password: 'a wrong password of ann' } });
  keep({ wrongPassword: 'a wrong password of ann' });

  await enable(ann);
  await keepWhatIsStored();
  await signIn(ann);
  await changeFactors(ann);
  await sendNonsense(ann);
  await hangUp();
  await breakTheDatabase(ann);
}

async function enable(ann: Person): Promise<void> {
  const token = ann.tokens.accessToken;
  const setup = await ask<SetupData>('/api/v1/auth/2fa/setup', { method: 'POST', token });
  const { secret, otpauthUri, qrCodeUri, backupCodes } = setup;
  keep({ secret, otpauthUri, qrCode: qrCodeUri.slice(-200) });
  keepBackupCodes(backupCodes);
  await keepWhatIsStored();
  ann.phone = await Phone.scan(qrCodeUri, clock);
  ann.backupCodes = backupCodes;
  await ask('/api/v1/auth/2fa/enable', { body: { code: kept(ann.requiredPhone.wrongCode()) }, token });
  ann.tokens = await ask<Tokens>('/api/v1/auth/2fa/enable', { body: { code: kept(ann.code) }, token });
  keepTokens(ann.tokens);
}

async function signIn(ann: Person): Promise<void> {
  const challenge = async (): Promise<string> => {
    const body = { email: EMAIL, password: PASSWORD };
    const { challengeToken } = await ask<{ challengeToken: string }>('/api/v1/auth/login', { body });
    return kept(challengeToken);
  };
  const verify = (body: object): Promise<Tokens> => ask<Tokens>('/api/v1/auth/2fa/verify', { body });

  clock.advance({ seconds: 30 });
  const challengeToken = await challenge();
  await verify({ challengeToken, code: kept(ann.requiredPhone.wrongCode()) });
  keepTokens(await verify({ challengeToken, code: kept(ann.code) }));
  await verify({ challengeToken, code: ann.code });
  const [backupCode = ''] = ann.backupCodes;
  keepTokens(await verify({ challengeToken: await challenge(), backupCode }));
  await verify({ challengeToken: await challenge(), backupCode });
  await verify({ challengeToken: await challenge(), backupCode: 'not a backup code' });
}

async function changeFactors(ann: Person): Promise<void> {
  const send = <Data>(path: string, body: object): Promise<Data> =>
    ask<Data>(`/api/v1/auth${path}`, { body, token: ann.tokens.accessToken });

  clock.advance({ seconds: 30 });
  const fresh = await send<{ backupCodes: string[] }>('/2fa/backup-codes', { code: kept(ann.code) });
  keepBackupCodes(fresh.backupCodes);
  clock.advance({ seconds: 901 });
  ann.tokens = await send<Tokens>('/refresh', { refreshToken: ann.tokens.refreshToken });
  keepTokens(ann.tokens);
  await send('/2fa/disable', { code: kept(ann.code) });
  await send('/2fa/disable', { code: ann.code, password: 'a wrong password of ann' });
  const replacement = await send<SetupData>('/2fa/setup', { code: ann.code, password: PASSWORD });
  keep({ secret: replacement.secret, otpauthUri: replacement.otpauthUri });
  keepBackupCodes(replacement.backupCodes);
  await keepWhatIsStored();
  await ask('/api/v1/auth/2fa', { token: ann.tokens.accessToken });
  await ask('/api/v1/auth/2fa/events', { token: ann.tokens.accessToken });
  clock.advance({ seconds: 30 });
  await send('/2fa/disable', { code: kept(ann.code), password: PASSWORD });
}

async function sendNonsense(ann: Person): Promise<void> {
  const token = ann.tokens.accessToken;
  await ask(`/api/v1/auth/me?${QUERY}`, { token });
  await ask(`/api/v1/auth/me?${QUERY}`, { token: 'a-token-in-a-query' });
  await ask(`/api/v1/auth/unknown?${QUERY}`);
  await ask(`/api/v1/auth/me?${QUERY}`, { method: 'DELETE' });
  await ask('/api/v1/auth/login', { body: `{"email":"${EMAIL}","password":"${PASSWORD}"` });
  await ask('/api/v1/auth/login', { body: { email: EMAIL, password: PASSWORD, [PASSWORD]: EMAIL } });
  await ask('/api/v1/auth/login', { body: JSON.stringify({ password: PASSWORD.repeat(1000) }) });
  await ask('/api/v1/auth/login', { body: PASSWORD, headers: { 'content-type': 'text/plain' } });
  await ask('/api/v1/auth/refresh', { body: { refreshToken: ann.tokens.refreshToken + PASSWORD } });
  await ask('/health/ready');
  await raw(url, [`GET /api/v1/auth/%zz?${QUERY} HTTP/1.1`]);
  await raw(url, ['GET /api/v1/auth/me HTTP/1.1', `Cookie: ${PASSWORD}`, PASSWORD]);
}

/** Hangs up while the password is hashed. */
async function hangUp(): Promise<void> {
  const aborted = new AbortController();
  setTimeout(() => aborted.abort(), 20);
  await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': HUNG_UP },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    signal: aborted.signal,
  }).catch(() => {});
}

/** The driver's errors carry the values of their statement, and the rows that offend. */
async function breakTheDatabase(ann: Person): Promise<void> {
  const { accessToken: token, refreshToken } = ann.tokens;
  await database.query('ALTER TABLE users ADD CONSTRAINT nobody CHECK (false) NOT VALID');
  await ask('/api/v1/auth/register', { body: { email: `second.${EMAIL}`, password: PASSWORD } });
  await database.query('ALTER TABLE refresh_tokens ADD CONSTRAINT none CHECK (false) NOT VALID');
  await ask('/api/v1/auth/refresh', { body: { refreshToken } });
  await database.query('ALTER TABLE two_factor_accounts RENAME TO lost_secrets');
  await ask('/api/v1/auth/2fa', { token });
  await ask('/api/v1/auth/login', { body: { email: EMAIL, password: PASSWORD } });
}

function kept(value: string): string {
  keep({ [/^\d{6}$/.test(value) ? 'code' : 'token']: value });
  return value;
}

function keepBackupCodes(codes: readonly string[]): void {
  for (const code of codes) {
    keep({ backupCode: code, plainBackupCode: code.replaceAll('-', '') });
  }
}

/** What is sealed or hashed is no secret by itself, and still has nothing to do in a log. */
async function keepWhatIsStored(): Promise<void> {
  const rows = await database.query<Record<string, string | null>>(
    `SELECT sealed_secret AS sealed, NULL AS hash FROM two_factor_secrets
    UNION ALL SELECT sealed_payload, NULL FROM two_factor_enrolments
    UNION ALL SELECT NULL, code_hash FROM two_factor_backup_codes
    UNION ALL SELECT NULL, password_hash FROM users`,
  );
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      keep(value === null ? {} : { [name]: value });
    }
  }
}

const lines = (): Line[] => written.map((line) => JSON.parse(line) as Line);
const requestLines = (): Line[] => lines().filter(({ req }) => req !== undefined);

describe('the log at its most talkative level', () => {
  it('is made of JSON lines, and of nothing else', () => {
    expect(written.length).toBeGreaterThan(sent.length);
    expect(written.every((line) => /^\{.*\}\n$/.test(line))).toBe(true);
  });

  it('holds no secret, code, token, password, sealed value or e-mail', () => {
    const log = written
      .map((line) => {
        // Numbers of the machine's own, in which six digits mean nothing.
        const { time: _, pid: __, responseTime: ___, ...said } = JSON.parse(line) as Record<string, unknown>;
        return JSON.stringify(said);
      })
      .join('\n')
      .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'uuid');

    const found = [...secrets].filter(([, value]) => {
      const isCode = /^\d{6}$/.test(value);
      return isCode ? new RegExp(`(?<!\\d)${value}(?!\\d)`).test(log) : log.includes(value);
    });

    expect(secrets.size).toBeGreaterThan(80);
    expect(found).toEqual([]);
  });

  it('holds no header, no body and no query string', () => {
    const log = written.join('');

    expect(log).not.toContain('authorization');
    expect(log).not.toContain('Bearer');
    expect(log).not.toContain('user-agent');
    expect(log).not.toContain('"parameters"');
    expect(log).not.toContain('"detail"');
    expect(log).not.toContain('Failing row');
    expect(requestLines().filter(({ req }) => req?.path?.includes('?'))).toEqual([]);
  });
});

describe('a request', () => {
  it('has one line, with its id, method, path and status', () => {
    const logged = requestLines().map(({ requestId, req, res }) => ({
      requestId,
      method: req?.method,
      path: req?.path,
      status: res?.statusCode,
    }));

    const bySent = new Set(sent.map(({ requestId }) => requestId));
    expect(logged.filter(({ requestId }) => bySent.has(requestId ?? ''))).toEqual(
      expect.arrayContaining(sent),
    );
    expect(logged.filter(({ requestId }) => bySent.has(requestId ?? ''))).toHaveLength(sent.length);
  });

  it('whose caller hung up has a line all the same', () => {
    const line = requestLines().find(({ requestId }) => requestId === HUNG_UP);

    expect(line).toMatchObject({ req: { method: 'POST', path: '/api/v1/auth/login' } });
  });

  it('that we failed has the error as well, under the same id and with its stack', () => {
    const failed = sent.filter(({ status }) => status === 500);
    expect(failed).toHaveLength(4);

    for (const { requestId } of failed) {
      const errors = lines().filter((line) => line.requestId === requestId && line.errorCode !== undefined);

      expect(errors).toMatchObject([
        {
          level: 50,
          errorCode: 'INTERNAL_ERROR',
          err: {
            type: 'QueryFailedError',
            errorCode: expect.stringMatching(/^(?:23514|42P01)$/),
            stack: expect.stringContaining('    at '),
          },
        },
      ]);
    }
  });

  it('that a wrong code ended has the reason, which the caller does not learn', () => {
    const refusals = lines().filter(({ reason }) => reason !== undefined);

    for (const [errorCode, reason] of [
      ['TWO_FACTOR_CODE_INVALID', 'wrong'],
      ['TWO_FACTOR_CODE_INVALID', 'replayed'],
      ['AUTH_REAUTHENTICATION_REQUIRED', 'wrong'],
    ]) {
      expect(refusals).toContainEqual(expect.objectContaining({ level: 30, errorCode, reason }));
    }
  });
});
