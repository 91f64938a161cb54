// Writes openapi.json from the built code. Nest's preview mode makes no instance of anything: no database is needed.
// It is no script for tsx, which loads Nest twice, once for `import` and once for `require`.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { AppModule } from '../app.module.js';
import { readEnvironment } from '../config/environment.js';
import { createFastifyAdapter } from '../http/fastify.js';
import { createOpenApiDocument } from '../http/openapi.js';

/** From `dist/server`. */
const ROOT = new URL('../..', import.meta.url);

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
