import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  Post,
  Req,
  type Type,
  UnauthorizedException,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type HostSession,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorModule,
  TwoFactorService,
} from 'nestjs-two-factor';
import { FixedClock } from 'nestjs-two-factor/testing';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import type { TestDatabase } from '../../support/database.js';
import { PLAIN } from '../start-module.js';

export interface PlainRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  caller: { readonly id: string; readonly sessionId: string };
}

/** Takes a token for what it says: `user session`. */
@Injectable()
export class PlainGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<PlainRequest>();
    const [, id, sessionId] = request.headers['authorization']?.split(' ') ?? [];
    if (id === undefined || sessionId === undefined) {
      throw new UnauthorizedException();
    }
    request.caller = { id, sessionId };
    return true;
  }
}

const clock = new FixedClock();

/** Tokens and nothing else: no sessions that can be ended, no password, no envelope. */
@Injectable()
export class PlainHost implements TwoFactorHost<PlainRequest> {
  callerOf({ caller: { id, sessionId } }: PlainRequest): TwoFactorCaller {
    return { user: { id, label: `${id}@example.com` }, sessionId, authenticatedAt: clock.now() };
  }

  prepareSession(): HostSession {
    const id = randomUUID();
    return { id, answerFor: (userId) => ({ accessToken: `${userId} ${id}` }) };
  }
}

/** The first half of a sign-in, for whoever says who it is. */
@Controller('login')
class LoginController {
  constructor(private readonly twoFactor: TwoFactorService) {}

  @Post()
  async login(@Req() { headers }: PlainRequest): Promise<object> {
    return this.twoFactor.beginSignIn({ userId: headers['x-user'] ?? '' });
  }
}

export const PLATFORMS = { express: ExpressAdapter, fastify: FastifyAdapter } as const;
export type Platform = keyof typeof PLATFORMS;

export interface PlainApp {
  readonly nest: INestApplication;
  readonly url: string;
  readonly clock: FixedClock;
  close(): Promise<void>;
}

/** An application that is the library, a guard and these controllers. */
export async function startPlainApp(
  { connection }: TestDatabase,
  {
    platform,
    controllers,
    prepare = () => {},
  }: {
    readonly platform: Platform;
    readonly controllers: readonly Type[];
    /** What is done with the application before it listens. */
    readonly prepare?: (nest: INestApplication) => void;
  },
): Promise<PlainApp> {
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', ...connection, entities: [...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({ ...PLAIN, clock }),
    ],
    controllers: [LoginController, ...controllers],
    providers: [PlainHost],
  }).compile();
  const nest = module.createNestApplication(new PLATFORMS[platform](), { logger: false });
  prepare(nest);
  await nest.listen(0, '127.0.0.1');
  return { nest, url: await nest.getUrl(), clock, close: () => nest.close() };
}
