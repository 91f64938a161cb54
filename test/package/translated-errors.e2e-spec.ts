import { APP_FILTER } from '@nestjs/core';
import { TwoFactorService } from 'nestjs-two-factor';
import { FixedClock, enrol } from 'nestjs-two-factor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { challengeTokenOf } from '../support/challenge.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { TranslatedErrors } from './readme-app/http/translated-errors.filter.js';
import { type SmallApp, SmallHost, startSmallApp } from './small-host.js';

const clock = new FixedClock();
let database: TestDatabase;
let app: SmallApp;
beforeAll(async () => {
  database = await createDatabase();
  const providers = [{ provide: APP_FILTER, useClass: TranslatedErrors }];
  app = await startSmallApp(database, { host: SmallHost, clock, providers });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('the filter of the README', () => {
  it.each([
    ['de-AT,de;q=0.9', 'Dieser Code ist falsch oder schon verbraucht.'],
    ['en', 'That code is not valid, or has been used already.'],
  ])('tells who reads %s: %s', async (language, message) => {
    const { phone } = await enrol(app.nest, { id: language, label: 'ann' }, { clock });
    const challengeToken = await challengeTokenOf(app.nest.get(TwoFactorService), language);

    const answer = await call(app.url, '/auth/2fa/verify', {
      body: { challengeToken, code: phone.wrongCode() },
      headers: { 'accept-language': language },
    });

    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      statusCode: 422,
      error: 'Unprocessable Entity',
      code: 'TWO_FACTOR_CODE_INVALID',
      message,
    });
  });

  it('leaves what it has no words for, and the headers, as they are', async () => {
    const answer = await call(app.url, '/auth/2fa/verify', {
      body: { challengeToken: 'unknown', code: '123456' },
      headers: { 'accept-language': 'de' },
    });

    expect(answer).toMatchObject({ status: 401, body: { code: 'TWO_FACTOR_CHALLENGE_INVALID' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});
