import 'reflect-metadata';
import {
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  Injectable,
  type ModuleMetadata,
  type Type,
  UnauthorizedException,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type HostSession,
  type TwoFactorCaller,
  type TwoFactorHost,
  TwoFactorModule,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import type { FixedClock } from 'nestjs-two-factor/testing';
import type { TestDatabase } from '../support/database.js';
import { PLAIN } from './start-module.js';

export interface SmallRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  session: { readonly id: string; readonly userId: string; readonly signedInAt: Date };
}

/** The token of a session that was signed in then. */
export function tokenOf(userId: string, sessionId: string, signedInAt: Date): string {
  return `${userId} ${sessionId} ${signedInAt.toISOString()}`;
}

/** Takes a token for what it says. */
@Injectable()
export class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SmallRequest>();
    const [, userId, id, signedInAt] = request.headers['authorization']?.split(' ') ?? [];
    if (userId === undefined || id === undefined) {
      throw new UnauthorizedException();
    }
    request.session = {
      id,
      userId,
      signedInAt: signedInAt === undefined ? new Date() : new Date(signedInAt),
    };
    return true;
  }
}

/** The least that a host can say. */
@Injectable()
export class SmallHost implements TwoFactorHost<SmallRequest> {
  callerOf({ session: { id, userId, signedInAt } }: SmallRequest): TwoFactorCaller {
    return { user: { id: userId, label: 'ann@example.com' }, sessionId: id, authenticatedAt: signedInAt };
  }

  prepareSession(): HostSession | Promise<HostSession> {
    return { id: 'next', answerFor: (userId) => ({ accessToken: `${userId} next` }) };
  }
}

export interface SmallApp {
  readonly nest: INestApplication;
  readonly url: string;
  /** What was logged as an error: each call's arguments. */
  readonly logged: unknown[][];
  close(): Promise<void>;
}

/** The library's controller in an application on Express that has nothing else. */
export async function startSmallApp(
  { connection }: TestDatabase,
  {
    host,
    clock,
    entities = [],
    ...parts
  }: {
    readonly host: Type<TwoFactorHost<SmallRequest>>;
    readonly clock: FixedClock;
    readonly entities?: readonly Type[];
  } & Pick<ModuleMetadata, 'controllers' | 'providers'>,
): Promise<SmallApp> {
  const dataSource = { type: 'postgres', ...connection, retryAttempts: 0 } as const;
  const logged: unknown[][] = [];
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...dataSource, entities: [...entities, ...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({ ...PLAIN, clock }),
    ],
    controllers: [
      createTwoFactorController({ path: 'auth/2fa', host, guards: [TokenGuard] }),
      ...(parts.controllers ?? []),
    ],
    providers: [host, ...(parts.providers ?? [])],
  })
    .setLogger({ log: () => {}, warn: () => {}, error: (...line: unknown[]) => logged.push(line) })
    .compile();
  const nest = module.createNestApplication();
  await nest.listen(0, '127.0.0.1');
  return { nest, url: await nest.getUrl(), logged, close: () => nest.close() };
}
