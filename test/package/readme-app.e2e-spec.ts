import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Phone, enrol, enrolOverHttp } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_SECRETS } from '../support/app.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { dataSourceOptions } from './readme-app/data-source.js';
import { PayoutsController } from './readme-app/payouts.controller.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const blocks = Array.from(
  read('../../libs/two-factor/README.md').matchAll(/```ts\n(.*?)```/gs),
  ([, code = '']) => code,
);

/** Code as it is, however it is broken into lines. */
function squeezed(code: string): string {
  return code.replaceAll(/\s+/g, '').replaceAll(/,(?=[\]})])/g, '');
}

describe('an application made from the lines of the README', () => {
  let database: TestDatabase;
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    database = await createDatabase({ template: 'template1' });
    process.env.TWO_FACTOR_KEYS = TEST_SECRETS.TWO_FACTOR_KEYS;
    process.env.TWO_FACTOR_PEPPERS = TEST_SECRETS.TWO_FACTOR_PEPPERS;
    // After the variables are there: the module reads them when it is loaded.
    const { AuthModule } = await import('./readme-app/auth/auth.module.js');
    const module = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot(dataSourceOptions(database.url)), AuthModule],
      controllers: [PayoutsController],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ['// data-source.ts', 'data-source.ts'],
    ['// auth/two-factor.ts', 'auth/two-factor.ts'],
    ['// auth/auth.module.ts', 'auth/auth.module.ts'],
    ['const decision', 'auth/auth.service.ts'],
    ['// http/translated-errors.filter.ts', 'http/translated-errors.filter.ts'],
  ])('has the lines that begin with %s', (start, path) => {
    const block = blocks.find((code) => code.startsWith(start)) ?? '';
    const file = squeezed(read(`readme-app/${path}`));

    const lines = block.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('// '));
    // Of a list only what the README adds is compared: an application has more in it.
    const parts = lines.map((line) => squeezed(line).replace(/^imports:\[(.*)\],$/, '$1'));
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.filter((part) => !file.includes(part.replace(/,$/, '')))).toEqual([]);
  });

  it('has the guard as it stands there, whole', () => {
    const block = blocks.find((code) => code.startsWith('// payouts.controller.ts\n')) ?? '';
    const code = block.slice(block.indexOf('\n'));

    expect(squeezed(code)).toBe(squeezed(read('readme-app/payouts.controller.ts')));
  });

  it('answers with a QR code, and from then on asks for a code at the login', async () => {
    const body = { email: 'ann@example.com', password: 'correct horse' };
    await call(url, '/auth/register', { body });
    const { body: session } = await call(url, '/auth/login', { body });
    const token = String(session['accessToken']);

    const { body: setup } = await call(url, '/auth/2fa/setup', { method: 'POST', token });
    const phone = await Phone.scan(String(setup['qrCodeUri']));
    await call(url, '/auth/2fa/enable', { body: { code: phone.freshCode() }, token });
    const { body: half } = await call(url, '/auth/login', { body });
    const whole = await call(url, '/auth/2fa/verify', {
      body: { challengeToken: half['challengeToken'], code: phone.freshCode() },
    });

    expect(phone).toMatchObject({ issuer: 'Acme', account: 'ann@example.com' });
    expect(half).toMatchObject({ status: 'two_factor_required' });
    expect(whole).toMatchObject({ status: 200, body: { status: 'authenticated', method: 'totp' } });
    const after = String(whole.body['accessToken']);
    expect((await call(url, '/me', { token: after })).status).toBe(200);
    const payouts = [{}, { token }, { token: after }].map((options) => call(url, '/payouts', options));
    expect(await Promise.all(payouts)).toMatchObject([
      { status: 401 },
      { status: 403, body: { code: 'TWO_FACTOR_STEP_UP_REQUIRED' } },
      { status: 200, body: [] },
    ]);
  });

  it('answers with the headers that belong to it, under no filter but that of Nest', async () => {
    const body = { email: 'cleo@example.com', password: 'correct horse' };
    await call(url, '/auth/register', { body });
    const { body: session } = await call(url, '/auth/login', { body });
    const token = String(session['accessToken']);
    const setup = await call(url, '/auth/2fa/setup', { method: 'POST', token });
    const phone = await Phone.scan(String(setup.body['qrCodeUri']));
    await call(url, '/auth/2fa/enable', { body: { code: phone.freshCode() }, token });
    const guess = async () => {
      const { body: half } = await call(url, '/auth/login', { body });
      const { challengeToken } = half;
      return call(url, '/auth/2fa/verify', { body: { challengeToken, code: phone.wrongCode() } });
    };

    const unknown = await call(url, '/auth/2fa/verify', {
      body: { challengeToken: 'unknown', code: '123456' },
    });
    const wrong = await guess();
    let locked = wrong;
    for (let guesses = 1; guesses < 6; guesses += 1) {
      locked = await guess();
    }

    for (const { headers } of [setup, unknown, wrong, locked]) {
      expect(headers.get('cache-control')).toBe('no-store');
    }
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([422, null]);
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^[1-9]\d?$/),
    ]);
  });

  it('enrols a user for a test about something else', async () => {
    const body = { email: 'bob@example.com', password: 'correct horse' };
    await call(url, '/auth/register', { body });
    const [user] = await database.query<{ id: number }>('SELECT id FROM users WHERE email = $1', [
      body.email,
    ]);

    const { phone, backupCodes } = await enrol(app, { id: String(user?.id), label: body.email });

    const { body: half } = await call(url, '/auth/login', { body });
    const { challengeToken } = half;
    const whole = await call(url, '/auth/2fa/verify', { body: { challengeToken, code: phone.freshCode() } });
    expect(backupCodes).toHaveLength(10);
    expect(whole.status).toBe(200);
    expect(() => phone.freshCode()).toThrow('advance the clock by 30 seconds');
  });

  it('enrols one by its own calls, for a test that has nothing but its address', async () => {
    const body = { email: 'dora@example.com', password: 'correct horse' };
    await call(url, '/auth/register', { body });
    const { body: session } = await call(url, '/auth/login', { body });
    const headers = { authorization: `Bearer ${String(session['accessToken'])}` };

    const { phone, backupCodes, answer } = await enrolOverHttp({ url: `${url}/auth/2fa`, headers });

    const { body: half } = await call(url, '/auth/login', { body });
    const { challengeToken } = half;
    const proof = { challengeToken, backupCode: backupCodes[0] };
    expect(await call(url, '/auth/2fa/verify', { body: proof })).toMatchObject({ status: 200 });
    expect(phone.account).toBe('dora@example.com');
    expect(answer).toMatchObject({ enabled: true, accessToken: expect.any(String) });
    await expect(enrolOverHttp({ url: `${url}/auth/2fa`, headers: {} })).rejects.toThrow('answered 401');
  });
});
