import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import {
  type ArgumentsHost,
  Body,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, BaseExceptionFilter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Response } from 'express';
import {
  type EnrolmentHost,
  type HostSession,
  type InSameCommit,
  TrustDelivery,
  type TwoFactorCaller,
  TwoFactorException,
  TwoFactorModule,
  type TwoFactorPolicy,
  TwoFactorService,
  type TwoFactorUser,
  createAuthenticatorsController,
  createEnrolmentController,
  createPasskeysController,
  createRequireTwoFactor,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { TWO_FACTOR_ENTITIES } from 'nestjs-two-factor/typeorm';
import type { FixedClock } from 'nestjs-two-factor/testing';
import { type Observable, catchError, of, tap, throwError } from 'rxjs';
import type { TestDatabase } from '../support/database.js';
import { WEBAUTHN } from '../support/passkeys.js';
import { PLAIN } from './start-module.js';

/** What the hosts of other people get wrong. Each is one mistake in a host that has no other. */
export type Mistake =
  | 'the magic link does not ask'
  | 'a refresh takes the challenge for a session'
  | 'the guard takes the challenge for a session'
  | 'the session is opened before the challenge is answered'
  | 'a right code is answered alike when it comes again'
  | 'sessions are not ended'
  | 'the guard remembers sessions that have ended'
  | 'a wrong code is a 401'
  | 'codes of errors are swallowed by a filter'
  | 'answers may be cached'
  | 'Retry-After is taken off'
  | 'numbers become texts'
  | 'a setup counts before it is confirmed'
  | 'the app shows an id for the account'
  | 'the login does not ask'
  | '@RequireTwoFactor() stands without its guard'
  | 'who is gone gets a session'
  | 'whoever is asked for no code is let in'
  | 'a token of a trusted device is trusted unseen';

interface Session {
  readonly id: string;
  readonly userId: string;
  readonly signedInAt: Date;
}

interface SignedInRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  session: Session;
}

export interface RunningHost {
  readonly url: string;
  remove(label: string): void;
  /** The policy for one user: so many days from now. */
  require(label: string, graceDays: number): void;
  close(): Promise<void>;
}

/** A small application with sessions in memory, right in everything but the mistake. */
export async function startHost(
  database: TestDatabase,
  { clock, mistake }: { readonly clock: FixedClock; readonly mistake?: Mistake },
): Promise<RunningHost> {
  const has = (other: Mistake): boolean => other === mistake;
  const users = new Map<string, string>();
  const policies = new Map<string, TwoFactorPolicy>();
  const sessions = new Map<string, Session>();
  const ofChallenges = new Map<string, string>();
  const remembered = new Map<string, Session>();

  const open = (userId: string, id: string = randomUUID()): string => {
    const token = randomUUID();
    sessions.set(token, { id, userId, signedInAt: clock.now() });
    return token;
  };
  const find = (token: string): Session | undefined => {
    const challenged = has('the guard takes the challenge for a session')
      ? ofChallenges.get(token)
      : undefined;
    const found =
      sessions.get(token) ??
      (challenged === undefined ? undefined : { id: 'half', userId: challenged, signedInAt: clock.now() });
    if (found !== undefined && has('the guard remembers sessions that have ended')) {
      remembered.set(token, found);
    }
    return found ?? remembered.get(token);
  };

  @Injectable()
  class SessionGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<SignedInRequest>();
      const session = find(request.headers['authorization']?.replace('Bearer ', '') ?? '');
      if (session === undefined) {
        throw new UnauthorizedException();
      }
      request.session = session;
      return true;
    }
  }

  @Injectable()
  class Host implements EnrolmentHost<SignedInRequest> {
    userOf(id: string): TwoFactorUser | undefined {
      const [label] = Array.from(users).find(([, each]) => each === id) ?? [];
      return label === undefined ? undefined : { id, label };
    }

    callerOf({ session: { id, userId, signedInAt } }: SignedInRequest): TwoFactorCaller {
      const [label = ''] = Array.from(users).find(([, each]) => each === userId) ?? [];
      const shown = has('the app shows an id for the account') ? userId : label;
      return { user: { id: userId, label: shown }, sessionId: id, authenticatedAt: signedInAt };
    }

    prepareSession(): HostSession {
      const id = randomUUID();
      return {
        id,
        inSameCommit: async (_, userId) => {
          const isThere = Array.from(users.values()).includes(userId);
          if (!isThere && !has('who is gone gets a session')) {
            throw new UnauthorizedException();
          }
        },
        answerFor: (userId) => ({ accessToken: open(userId, id) }),
      };
    }

    endSessions({ session }: SignedInRequest, { keepCurrent }: { keepCurrent: boolean }): InSameCommit {
      if (has('sessions are not ended')) {
        return [];
      }
      return async (_, userId) => {
        for (const [token, each] of sessions) {
          if (each.userId === userId && !(keepCurrent && each.id === session.id)) {
            sessions.delete(token);
          }
        }
      };
    }
  }

  const guards = has('@RequireTwoFactor() stands without its guard') ? [] : [SessionGuard];
  const RequireTwoFactor = createRequireTwoFactor({ host: Host, guards });

  @Controller()
  class App {
    constructor(
      private readonly twoFactor: TwoFactorService,
      private readonly trust: TrustDelivery,
    ) {}

    @Post('register')
    register(@Body() { label }: { label: string }): void {
      users.set(label, randomUUID());
    }

    @Post('login')
    async login(
      @Body() { label }: { label: string },
      @Req() request: object,
      @Res({ passthrough: true }) response: Response,
    ): Promise<object> {
      const userId = idOf(label);
      if (has('the login does not ask')) {
        return { accessToken: open(userId) };
      }
      const trustToken = this.trust.tokenOf(request, userId);
      return trustToken !== undefined && has('a token of a trusted device is trusted unseen')
        ? { accessToken: open(userId) }
        : this.#signIn(userId, { trustToken, request, response });
    }

    @Post('magic-link')
    async magicLink(@Body() { label }: { label: string }): Promise<object> {
      const userId = idOf(label);
      return has('the magic link does not ask') ? { accessToken: open(userId) } : this.#signIn(userId);
    }

    @Post('refresh')
    refresh(@Body() { token }: { token: string }): object {
      const challenged = has('a refresh takes the challenge for a session')
        ? ofChallenges.get(token)
        : undefined;
      const userId = sessions.get(token)?.userId ?? challenged;
      if (userId === undefined) {
        throw new UnauthorizedException();
      }
      return { accessToken: open(userId) };
    }

    @Get('me')
    @UseGuards(SessionGuard)
    me(@Req() { session }: SignedInRequest): object {
      return { id: session.userId };
    }

    @Get('vault')
    @RequireTwoFactor()
    vault(): object {
      return { gold: 7 };
    }

    async #signIn(
      userId: string,
      from?: {
        readonly trustToken: string | undefined;
        readonly request: object;
        readonly response: Response;
      },
    ): Promise<object> {
      if (has('a setup counts before it is confirmed') && (await this.twoFactor.status(userId)).pending) {
        return { challengeToken: 'of a setup' };
      }
      const decision = await this.twoFactor.beginSignIn({ userId, trustToken: from?.trustToken });
      if (decision.status === 'complete') {
        const { trusted } = decision;
        return { accessToken: open(userId), ...(from && this.trust.deliver(trusted, { userId, ...from })) };
      }
      if (decision.status === 'enrolment_required') {
        const { enrolmentToken } = decision.enrolment;
        return has('whoever is asked for no code is let in')
          ? { accessToken: open(userId) }
          : { enrolmentToken };
      }
      const { challengeToken } = decision.challenge;
      ofChallenges.set(challengeToken, userId);
      const early = has('the session is opened before the challenge is answered') && {
        pending: open(userId),
      };
      return { challengeToken, ...early };
    }
  }

  function idOf(label: string): string {
    const userId = users.get(label);
    if (userId === undefined) {
      throw new UnauthorizedException();
    }
    return userId;
  }

  const providers = [
    ...(has('numbers become texts') ? [{ provide: APP_PIPE, useValue: textsForNumbers }] : []),
    ...(has('a right code is answered alike when it comes again')
      ? [{ provide: APP_INTERCEPTOR, useClass: AnswersAlike }]
      : []),
    ...(has('answers may be cached') ? [{ provide: APP_GUARD, useValue: letsCachesKeep }] : []),
    ...(has('Retry-After is taken off') ? [{ provide: APP_GUARD, useValue: takesRetryAfterOff }] : []),
    ...(has('codes of errors are swallowed by a filter')
      ? [{ provide: APP_FILTER, useClass: Swallowing }]
      : []),
    ...(has('a wrong code is a 401') ? [{ provide: APP_FILTER, useClass: Unauthorized }] : []),
  ];
  const calls = { path: 'auth/2fa', host: Host, guards: [SessionGuard] };
  const connection = { type: 'postgres', ...database.connection, retryAttempts: 0 } as const;
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRoot({ ...connection, entities: [...TWO_FACTOR_ENTITIES] }),
      TwoFactorModule.forRoot({
        ...PLAIN,
        clock,
        webauthn: WEBAUTHN,
        trustedDevices: { days: 30 },
        policyOf: async (userId) => policies.get(userId) ?? [],
      }),
    ],
    controllers: [
      App,
      createTwoFactorController(calls),
      createPasskeysController(calls),
      createAuthenticatorsController(calls),
      createEnrolmentController(calls),
    ],
    providers: [Host, ...providers],
  })
    .setLogger({ log: () => {}, warn: () => {}, error: () => {} })
    .compile();
  const app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    remove: (label) => void users.delete(label),
    require: (label, graceDays) => void policies.set(users.get(label) ?? '', { required: true, graceDays }),
    close: () => app.close(),
  };
}

const textsForNumbers: PipeTransform = {
  transform: (value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([name, each]) => [name, typeof each === 'number' ? String(each) : each]),
        )
      : value,
};

/** Means well: a client that has lost the answer may send the same once more. */
@Injectable()
class AnswersAlike implements NestInterceptor {
  readonly #answers = new Map<string, unknown>();

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const { body } = context.switchToHttp().getRequest<{ body?: Readonly<Record<string, unknown>> }>();
    const token = body?.['challengeToken'];
    const [user = ''] = typeof token === 'string' ? token.split('.') : [];
    if (user === '') {
      return next.handle();
    }
    const key = JSON.stringify([user, body?.['code'], body?.['backupCode'], body?.['passkey']]);
    return next.handle().pipe(
      tap((answer) => this.#answers.set(key, answer)),
      catchError((error: unknown) =>
        this.#answers.has(key) ? of(this.#answers.get(key)) : throwError(() => error),
      ),
    );
  }
}

/** Sets what a proxy in front would: after everybody else has set theirs. */
function changesHeaders(change: (response: Response) => void): CanActivate {
  return {
    canActivate: (context) => {
      const response = context.switchToHttp().getResponse<Response>();
      const { writeHead } = response;
      Reflect.set(response, 'writeHead', (...rest: unknown[]): unknown => {
        change(response);
        return Reflect.apply(writeHead, response, rest);
      });
      return true;
    },
  };
}
const letsCachesKeep = changesHeaders((response) => response.setHeader('Cache-Control', 'max-age=60'));
const takesRetryAfterOff = changesHeaders((response) => response.removeHeader('Retry-After'));

@Catch(HttpException)
class Swallowing implements ExceptionFilter {
  catch(error: HttpException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(error.getStatus()).json({ error: 'Something went wrong' });
  }
}

@Catch(TwoFactorException)
class Unauthorized extends BaseExceptionFilter {
  override catch(error: TwoFactorException, host: ArgumentsHost): void {
    const isWrong = error.code === 'TWO_FACTOR_CODE_INVALID';
    // oxlint-disable-next-line promise/valid-params, promise/no-promise-in-callback -- a filter's catch, and no promise's
    super.catch(isWrong ? new HttpException(error.getResponse(), 401) : error, host);
  }
}
