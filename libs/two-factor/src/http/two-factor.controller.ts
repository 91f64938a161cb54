import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Req,
  SerializeOptions,
  type Type,
  UseGuards,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { SecurityEvent } from '../events/security-event.js';
import { twoFactorToken } from '../inject-two-factor.js';
import type { TwoFactorStatus } from '../account/status.js';
import { TwoFactorService } from '../two-factor.service.js';
import type { TwoFactorSetup } from '../factors/totp/totp-setup.js';
import type { FactorMethod } from '../options/factor-method.js';
import { inTurn } from '../sql/in-same-commit.js';
import type { SignIn } from '../verification/re-authentication.js';
import type { FactorChange, UseCase } from '../verification/use-case.js';
import { AnswerHeaders } from './answer-headers.interceptor.js';
import { answerOf } from './answer-of-session.js';
import { RequestBody } from './request-body.js';
import type { TwoFactorCaller, TwoFactorHost } from './two-factor-host.js';

/** The routes of the controller, by the name of their method. */
export type TwoFactorRoute =
  | 'status'
  | 'setup'
  | 'enable'
  | 'verify'
  | 'regenerateBackupCodes'
  | 'disable'
  | 'events';

export interface TwoFactorControllerOptions<Request extends object> {
  /** Where the calls are: `auth/2fa`. */
  readonly path: string;
  /** The host's side, an injectable class of the module that holds the controller. */
  readonly host: Type<TwoFactorHost<Request>>;
  /** The `name` of the module it calls, when that has one. */
  readonly name?: string;
  /** Guards every call but `verify`, which is called before there is a session. Leave out what is global. */
  readonly guards?: readonly Type<CanActivate>[];
  /** More decorators: to document a route, to limit it, to open `verify` under a global guard. */
  readonly decorators?: Partial<Record<TwoFactorRoute, readonly MethodDecorator[]>>;
}

/** An event as its account may see it. */
export interface ShownSecurityEvent extends Pick<SecurityEvent, 'at' | 'type' | 'method' | 'outcome'> {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** What the created controller has: one method for each route. */
export interface TwoFactorRoutes<Request extends object> {
  status(request: Request): Promise<TwoFactorStatus>;
  setup(request: Request, body: unknown): Promise<TwoFactorSetup>;
  enable(request: Request, body: unknown): Promise<object>;
  verify(request: Request, body: unknown): Promise<object>;
  regenerateBackupCodes(
    request: Request,
    body: unknown,
  ): Promise<{ readonly backupCodes: readonly string[] }>;
  disable(request: Request, body: unknown): Promise<{ readonly enabled: false }>;
  events(request: Request): Promise<readonly ShownSecurityEvent[]>;
}

/**
 * Makes the controller of the second factor for a host: the calls under the host's path, behind the host's
 * guard, on Express and on Fastify. Each answers with its plain data, for the host's own envelope to wrap.
 */
export function createTwoFactorController<Request extends object>({
  path,
  host: hostClass,
  name,
  guards = [],
  decorators = {},
}: TwoFactorControllerOptions<Request>): Type<TwoFactorRoutes<Request>> {
  const guarded = UseGuards(...guards);
  const own = (route: TwoFactorRoute): MethodDecorator => applyDecorators(...(decorators[route] ?? []));

  @Controller(path)
  @UseInterceptors(AnswerHeaders)
  // Under a ClassSerializerInterceptor that shows nothing which is not exposed, the answers would be empty.
  @SerializeOptions({ strategy: 'exposeAll' })
  class TwoFactorController implements TwoFactorRoutes<Request> {
    constructor(
      @Inject(name === undefined ? TwoFactorService : twoFactorToken(name))
      private readonly twoFactor: TwoFactorService,
      @Inject(hostClass) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Get()
    @guarded
    @own('status')
    async status(@Req() request: Request): Promise<TwoFactorStatus> {
      const { user } = await this.host.callerOf(request);
      return this.twoFactor.status(user.id);
    }

    @Post('setup')
    @HttpCode(200)
    @guarded
    @own('setup')
    async setup(@Req() request: Request, @Body() body: unknown): Promise<TwoFactorSetup> {
      const fields = new RequestBody(body);
      const proof = { code: fields.optional('code'), backupCode: fields.optional('backupCode') };
      const password = fields.optional('password');
      fields.end();
      const caller = await this.host.callerOf(request);
      return this.twoFactor.setup({
        user: caller.user,
        proof,
        signIn: await this.#signIn(request, { caller, password }),
        ...(await this.#context(request)),
      });
    }

    @Post('enable')
    @HttpCode(200)
    @guarded
    @own('enable')
    async enable(@Req() request: Request, @Body() body: unknown): Promise<object> {
      const change = await this.#factorChange(request, body);
      const session = await this.host.prepareSession(request, 'totp');
      const ended = (await this.host.endSessions?.(request, { keepCurrent: false })) ?? [];
      const { enabledAt, backupCodesRemaining } = await this.twoFactor.enable({
        ...change,
        sessionId: session.id,
        inSameCommit: inTurn(ended, session.inSameCommit ?? []),
      });
      const answer = await answerOf(session, change.userId);
      return { enabled: true, enabledAt, backupCodesRemaining, ...answer };
    }

    @Post('verify')
    @HttpCode(200)
    @own('verify')
    async verify(@Req() request: Request, @Body() body: unknown): Promise<object> {
      const fields = new RequestBody(body);
      const challengeToken = fields.required('challengeToken');
      const proof = { code: fields.optional('code'), backupCode: fields.optional('backupCode') };
      fields.end();
      const expected: FactorMethod = proof.backupCode === undefined ? 'totp' : 'backup_code';
      const session = await this.host.prepareSession(request, expected);
      const { userId, method, backupCodes } = await this.twoFactor.completeSignIn({
        challengeToken,
        proof,
        sessionId: session.id,
        inSameCommit: session.inSameCommit,
        ...(await this.#context(request)),
      });
      const issued = backupCodes === undefined ? {} : { backupCodes };
      return { status: 'authenticated', method, ...issued, ...(await answerOf(session, userId)) };
    }

    @Post('backup-codes')
    @HttpCode(200)
    @guarded
    @own('regenerateBackupCodes')
    async regenerateBackupCodes(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<{ readonly backupCodes: readonly string[] }> {
      const change = await this.#factorChange(request, body);
      return { backupCodes: await this.twoFactor.regenerateBackupCodes(change) };
    }

    @Post('disable')
    @HttpCode(200)
    @guarded
    @own('disable')
    async disable(@Req() request: Request, @Body() body: unknown): Promise<{ readonly enabled: false }> {
      const change = await this.#factorChange(request, body);
      const inSameCommit = await this.host.endSessions?.(request, { keepCurrent: true });
      await this.twoFactor.disable({ ...change, inSameCommit });
      return { enabled: false };
    }

    @Get('events')
    @guarded
    @own('events')
    async events(@Req() request: Request): Promise<readonly ShownSecurityEvent[]> {
      const { user } = await this.host.callerOf(request);
      const events = await this.twoFactor.latestEvents(user.id);
      return events.map(({ at, type, method, outcome, ip = null, userAgent = null }) => ({
        at,
        type,
        method,
        outcome,
        ip,
        userAgent,
      }));
    }

    async #factorChange(request: Request, body: unknown): Promise<FactorChange> {
      const fields = new RequestBody(body);
      const code = fields.required('code');
      const password = fields.optional('password');
      fields.end();
      const caller = await this.host.callerOf(request);
      return {
        userId: caller.user.id,
        code,
        signIn: await this.#signIn(request, { caller, password }),
        ...(await this.#context(request)),
      };
    }

    async #signIn(
      request: Request,
      {
        caller: { authenticatedAt },
        password,
      }: { readonly caller: TwoFactorCaller; readonly password: string | undefined },
    ): Promise<SignIn> {
      const { host } = this;
      const reauthenticate =
        password === undefined || host.isPassword === undefined
          ? undefined
          : async (room: Argon2Room) => (await host.isPassword?.(request, password, room)) ?? false;
      const hasPassword = (): boolean | Promise<boolean> =>
        host.isPassword !== undefined && (host.hasPassword?.(request) ?? true);
      const callerIsAlive = await host.callerIsAlive?.(request);
      return { authenticatedAt, reauthenticate, hasPassword, callerIsAlive };
    }

    async #context(request: Request): Promise<Pick<UseCase, 'context'>> {
      return { context: (await this.host.contextOf?.(request)) ?? {} };
    }
  }

  return TwoFactorController;
}
