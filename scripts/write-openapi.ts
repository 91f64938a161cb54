// Writes openapi.json from the built code. Nest's preview mode makes no instance of anything: no database is needed.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';

const ROOT = new URL('..', import.meta.url);

// From dist, for tsx does not emit the decorators' metadata. The file is not there when types are checked.
const built = (file: string): string => new URL(`dist/${file}`, ROOT).href;
const { AppModule }: typeof import('../src/app.module.js') = await import(built('app.module.js'));
const { readEnvironment }: typeof import('../src/config/environment.js') = await import(
  built('config/environment.js')
);
const { createFastifyAdapter }: typeof import('../src/http/fastify.js') = await import(
  built('http/fastify.js')
);
const { createOpenApiDocument }: typeof import('../src/http/openapi.js') = await import(
  built('http/openapi.js')
);

const key = `preview:${Buffer.alloc(32, 1).toString('base64')}`;
const environment = readEnvironment({}, () => ({
  JWT_ACCESS_SECRET: key,
  TWO_FACTOR_KEYS: key,
  TWO_FACTOR_PEPPERS: key,
}));
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule.forRoot({ environment, connection: { url: 'postgres://none' } }),
  createFastifyAdapter(environment, pino({ level: 'silent' })),
  { preview: true, logger: false, abortOnError: false },
);
app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready'] });

const document = JSON.stringify(createOpenApiDocument(app), null, 2);
writeFileSync(fileURLToPath(new URL('openapi.json', ROOT)), `${document}\n`);
