import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { NoticeSink } from 'nestjs-two-factor';
import { FixedClock } from 'nestjs-two-factor/testing';
import { configureApp } from '../../src/app.js';
import { AppModule } from '../../src/app.module.js';
import { type Environment, readEnvironment } from '../../src/config/environment.js';
import { createFastifyAdapter } from '../../src/http/fastify.js';
import { createLog } from '../../src/http/logging.js';
import { type TestDatabase, createDatabase } from './database.js';

/** Secrets that are only ever used in tests. */
export const TEST_SECRETS = {
  JWT_ACCESS_SECRET: 'a secret of thirty-two bytes or more',
  TWO_FACTOR_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  TWO_FACTOR_PEPPERS: `p1:${Buffer.alloc(32, 2).toString('base64')}`,
} as const;

/** The whole application on a database and a clock of its own, listening on a port of its own. */
export interface TestApp {
  readonly nest: NestFastifyApplication;
  readonly url: string;
  readonly database: TestDatabase;
  readonly clock: FixedClock;
  readonly environment: Environment;
  close(): Promise<void>;
}

export interface TestAppOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly database?: TestDatabase;
  readonly clock?: FixedClock;
  /** Where passkeys are asked for, whose pages are named beforehand. Default: any that is free. */
  readonly port?: number;
  /** Takes the notices. Default: there are none. */
  readonly noticeSink?: NoticeSink;
  /** Called before the application adds its own hooks and routes. */
  readonly prepare?: (fastify: FastifyInstance) => void;
}

export async function startApp({
  variables = {},
  database: given,
  clock = new FixedClock(),
  port = 0,
  noticeSink,
  prepare,
}: TestAppOptions = {}): Promise<TestApp> {
  const database = given ?? (await createDatabase());
  const environment = readEnvironment(
    {
      LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
      RATE_LIMIT: 'off',
      MAIL: 'off',
      ...TEST_SECRETS,
      ...variables,
    },
    () => TEST_SECRETS,
  );
  const module = await Test.createTestingModule({
    imports: [AppModule.forRoot({ environment, connection: database.connection, clock, noticeSink })],
  }).compile();
  const nest = module.createNestApplication<NestFastifyApplication>(
    createFastifyAdapter(environment, createLog(environment)),
    {
      bodyParser: false,
      logger: false,
    },
  );
  prepare?.(nest.getHttpAdapter().getInstance());
  await configureApp(nest);
  await nest.listen(port, '127.0.0.1');
  return {
    nest,
    url: await nest.getUrl(),
    database,
    clock,
    environment,
    close: async () => {
      await nest.close();
      if (given === undefined) {
        await database.drop();
      }
    },
  };
}
