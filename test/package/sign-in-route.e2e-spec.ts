import 'reflect-metadata';
import { Readable } from 'node:stream';
import { setImmediate as aMoment } from 'node:timers/promises';
import {
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Post,
  StreamableFile,
  type Type,
  UnauthorizedException,
} from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InjectTwoFactor, SignInRoute, TwoFactorModule, TwoFactorService } from 'nestjs-two-factor';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../support/client.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PLAIN } from './start-module.js';

@Controller()
class Doors {
  constructor(
    @InjectTwoFactor('left') private readonly left: TwoFactorService,
    @InjectTwoFactor('right') private readonly right: TwoFactorService,
  ) {}

  @Post('asks')
  @SignInRoute({ asksForSecondFactor: true })
  asks(): Promise<object> {
    return this.left.beginSignIn({ userId: 'ann' });
  }

  @Post('asks-another-module-late')
  @SignInRoute({ asksForSecondFactor: true })
  async asksLate(): Promise<object> {
    await aMoment();
    await Promise.all([aMoment(), this.right.beginSignIn({ userId: 'ann' })]);
    return { accessToken: 'a token' };
  }

  @Post('completes')
  @HttpCode(200)
  @SignInRoute({ asksForSecondFactor: true })
  async completes(): Promise<object> {
    const answer = { challengeToken: 'unknown', proof: { code: '123456' }, sessionId: 's1' };
    return this.left.completeSignIn(answer).catch(() => ({}));
  }

  @Post('forgets')
  @SignInRoute({ asksForSecondFactor: true })
  forgets(): object {
    return { accessToken: 'a token' };
  }

  @Post('forgets-late')
  @HttpCode(200)
  @SignInRoute({ asksForSecondFactor: true })
  async forgetsLate(): Promise<object> {
    await aMoment();
    return { accessToken: 'a token' };
  }

  @Get('streams')
  @SignInRoute({ asksForSecondFactor: true })
  streams(): StreamableFile {
    return new StreamableFile(Readable.from(['one', 'two']));
  }

  @Post('refuses')
  @SignInRoute({ asksForSecondFactor: true })
  refuses(): object {
    throw new UnauthorizedException();
  }

  @Post('says-so')
  @SignInRoute({ asksForSecondFactor: false })
  saysSo(): object {
    return { accessToken: 'a token' };
  }
}

@Controller()
class Undeclared {
  @Post('login')
  login(): object {
    return { accessToken: 'a token' };
  }
}

const PLATFORMS: readonly (readonly [string, () => AbstractHttpAdapter])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** Starts an application with this controller and two modules of the library's. */
async function start(
  controller: Type,
  adapter: AbstractHttpAdapter,
  logger: { warn(message: unknown): void; error(message: unknown): void },
): Promise<INestApplication> {
  const connection = { type: 'postgres', ...database.connection, retryAttempts: 0 } as const;
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...connection, entities: [...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({ name: 'left', ...PLAIN }),
      TwoFactorModule.forRoot({ name: 'right', ...PLAIN }),
    ],
    controllers: [controller],
  })
    .setLogger({ log: () => {}, ...logger })
    .compile();
  const app = module.createNestApplication(adapter);
  await app.listen(0, '127.0.0.1');
  return app;
}

describe.each(PLATFORMS)('a declared sign-in route on %s', (_, adapter) => {
  let app: INestApplication;
  const errors: unknown[] = [];
  const warnings: unknown[] = [];
  beforeAll(async () => {
    const logger = {
      warn: (line: unknown) => warnings.push(line),
      error: (line: unknown) => errors.push(line),
    };
    app = await start(Doors, adapter(), logger);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    errors.length = 0;
  });

  it.each([
    ['POST', '/asks', 201],
    ['POST', '/asks-another-module-late', 201],
    ['POST', '/completes', 200],
    ['POST', '/refuses', 401],
    ['POST', '/says-so', 201],
  ])('is named by nobody at %s %s', async (method, path, status) => {
    const answer = await call(await app.getUrl(), path, { method });

    expect(answer.status).toBe(status);
    expect(errors).toEqual([]);
  });

  it.each([
    ['POST', '/forgets', 'forgets', 201],
    ['POST', '/forgets-late', 'forgetsLate', 200],
  ])('is named when %s %s answers without having asked', async (method, path, handler, status) => {
    const answer = await call(await app.getUrl(), path, { method });

    expect(answer).toMatchObject({ status, body: { accessToken: 'a token' } });
    expect(errors).toEqual([
      `The sign-in route Doors.${handler} answered ${status} and had not asked for the second factor: ` +
        'call beginSignIn before a session is opened',
    ]);
  });

  it('is named as well when it answers by a stream, which comes whole', async () => {
    const answer = await call(await app.getUrl(), '/streams');

    expect(answer).toMatchObject({ status: 200, text: 'onetwo' });
    expect(errors).toEqual([expect.stringContaining('Doors.streams answered 200')]);
  });

  it('is told apart from others that come at the same moment', async () => {
    const url = await app.getUrl();
    const paths = Array.from({ length: 20 }, (__, turn) =>
      turn % 2 ? '/forgets-late' : '/asks-another-module-late',
    );

    await Promise.all(paths.map((path) => call(url, path, { method: 'POST' })));

    expect(errors).toHaveLength(10);
    expect(errors.every((line) => String(line).includes('Doors.forgetsLate'))).toBe(true);
  });

  it('is named at start when it says that it does not ask, and no other', () => {
    expect(warnings).toEqual(['The sign-in route Doors.saysSo does not ask for the second factor']);
  });
});

describe('an application that declares no sign-in route', () => {
  it('is told so at start, once', async () => {
    const warnings: unknown[] = [];
    const logger = { warn: (line: unknown) => warnings.push(line), error: () => {} };

    const app = await start(Undeclared, new ExpressAdapter(), logger);
    await app.close();

    expect(warnings).toEqual([expect.stringMatching(/^No sign-in route is declared: put @SignInRoute/)]);
  });
});
