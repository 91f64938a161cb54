import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from '../contract/support/raw.js';
import { dataSourceOptions } from '../package/readme-app/data-source.js';
import { TEST_SECRETS } from '../support/app.js';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

const FORM = ['a form', ['Content-Type: application/x-www-form-urlencoded']] as const;
const TEXT = ['text', ['Content-Type: text/plain;charset=UTF-8']] as const;
const JSON_TYPE = ['JSON', ['Content-Type: application/json']] as const;
const BYTES = ['bytes', ['Content-Type: application/octet-stream']] as const;
const UNTYPED = ['no type', []] as const;

/** Fastify itself refuses what it has no parser for, and an empty body that is called JSON. The host can tell it not to. */
const PLATFORMS = [
  {
    platform: 'Express',
    adapter: () => new ExpressAdapter(),
    accepted: [UNTYPED, FORM, TEXT, JSON_TYPE, BYTES],
    refused: [],
  },
  {
    platform: 'Fastify',
    adapter: () => new FastifyAdapter(),
    accepted: [FORM, TEXT],
    refused: [
      [...UNTYPED, [200, 200, 415]],
      [...JSON_TYPE, [400, 400, 400]],
      [...BYTES, [415, 415, 415]],
    ],
  },
] as const;

describe.each(PLATFORMS)('the library on $platform, as Nest sets it up', ({ adapter, accepted, refused }) => {
  let database: TestDatabase;
  let app: INestApplication;
  let url: string;
  let token: string;

  beforeAll(async () => {
    database = await createDatabase({ template: 'template1' });
    process.env.TWO_FACTOR_KEYS = TEST_SECRETS.TWO_FACTOR_KEYS;
    process.env.TWO_FACTOR_PEPPERS = TEST_SECRETS.TWO_FACTOR_PEPPERS;
    // After the variables are there: the module reads them when it is loaded.
    const { AuthModule } = await import('../package/readme-app/auth/auth.module.js');
    const module = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot(dataSourceOptions(database.url)), AuthModule],
    }).compile();
    app = module.createNestApplication(adapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    const body = { email: 'ann@example.com', password: 'correct horse' };
    await call(url, '/auth/register', { body });
    token = String((await call(url, '/auth/login', { body })).body['accessToken']);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** The answer's status to a setup in each framing of no body. */
  async function statusesOfNothing(type: readonly string[]): Promise<number[]> {
    const line = ['POST /auth/2fa/setup HTTP/1.1', `Authorization: Bearer ${token}`, ...type];
    const answers = [
      await raw(url, line),
      await raw(url, [...line, 'Content-Length: 0']),
      await raw(url, [...line, 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    ];
    return answers.map(({ status }) => status);
  }

  it.each(accepted)('takes an empty body for none: %s', async (_name, type) => {
    expect(await statusesOfNothing(type)).toEqual([200, 200, 200]);
  });

  it.each(refused)('is not asked about %s', async (_name, type, statuses) => {
    expect(await statusesOfNothing(type)).toEqual(statuses);
  });
});
