import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Req,
  type Type,
  UseGuards,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { SecurityEvent } from '../events/security-event.js';
import { twoFactorToken } from '../inject-two-factor.js';
import { TwoFactorService } from '../two-factor.service.js';
import type {
  SignIn,
  TwoFactorSetup,
  TwoFactorStatus,
  TwoFactorMethod,
  UseCase,
} from '../two-factor.types.js';
import { AnswerHeaders } from './answer-headers.interceptor.js';
import { RequestBody } from './request-body.js';
import type { TwoFactorHost } from './two-factor-host.js';

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
  class TwoFactorController implements TwoFactorRoutes<Request> {
    constructor(
      @Inject(name === undefined ? TwoFactorService : twoFactorToken(name))
      private readonly twoFactor: TwoFactorService,
      @Inject(hostClass) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Get()
    @guarded
    @own('status')
    status(@Req() request: Request): Promise<TwoFactorStatus> {
      return this.twoFactor.status(this.host.callerOf(request).user.id);
    }

    @Post('setup')
    @HttpCode(200)
    @guarded
    @own('setup')
    setup(@Req() request: Request, @Body() body: unknown): Promise<TwoFactorSetup> {
      const fields = new RequestBody(body);
      const proof = { code: fields.optional('code'), backupCode: fields.optional('backupCode') };
      const password = fields.optional('password');
      fields.end();
      const { user } = this.host.callerOf(request);
      return this.twoFactor.setup({
        user,
        proof,
        signIn: this.#signIn(request, password),
        ...this.#context(request),
      });
    }

    @Post('enable')
    @HttpCode(200)
    @guarded
    @own('enable')
    async enable(@Req() request: Request, @Body() body: unknown): Promise<object> {
      const session = this.host.prepareSession(request, 'totp');
      const ended = this.host.endSessions?.(request, { keepCurrent: false }) ?? [];
      const change = this.#factorChange(request, body, [...ended, ...(session.statements ?? [])]);
      const { enabledAt, backupCodesRemaining } = await this.twoFactor.enable(change);
      return { enabled: true, enabledAt, backupCodesRemaining, ...(await session.answerFor(change.userId)) };
    }

    @Post('verify')
    @HttpCode(200)
    @own('verify')
    async verify(@Req() request: Request, @Body() body: unknown): Promise<object> {
      const fields = new RequestBody(body);
      const challengeToken = fields.required('challengeToken');
      const proof = { code: fields.optional('code'), backupCode: fields.optional('backupCode') };
      fields.end();
      const expected: TwoFactorMethod = proof.backupCode === undefined ? 'totp' : 'backup_code';
      const session = this.host.prepareSession(request, expected);
      const { userId, method, backupCodes } = await this.twoFactor.answerChallenge({
        challengeToken,
        proof,
        inSameCommit: session.statements ?? [],
        ...this.#context(request),
      });
      const issued = backupCodes === undefined ? {} : { backupCodes };
      return { status: 'authenticated', method, ...issued, ...(await session.answerFor(userId)) };
    }

    @Post('backup-codes')
    @HttpCode(200)
    @guarded
    @own('regenerateBackupCodes')
    async regenerateBackupCodes(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<{ readonly backupCodes: readonly string[] }> {
      return { backupCodes: await this.twoFactor.regenerateBackupCodes(this.#factorChange(request, body)) };
    }

    @Post('disable')
    @HttpCode(200)
    @guarded
    @own('disable')
    async disable(@Req() request: Request, @Body() body: unknown): Promise<{ readonly enabled: false }> {
      const ended = this.host.endSessions?.(request, { keepCurrent: true }) ?? [];
      await this.twoFactor.disable(this.#factorChange(request, body, ended));
      return { enabled: false };
    }

    @Get('events')
    @guarded
    @own('events')
    async events(@Req() request: Request): Promise<readonly ShownSecurityEvent[]> {
      const events = await this.twoFactor.latestEvents(this.host.callerOf(request).user.id);
      return events.map(({ at, type, method, outcome, ip = null, userAgent = null }) => ({
        at,
        type,
        method,
        outcome,
        ip,
        userAgent,
      }));
    }

    #factorChange(request: Request, body: unknown, inSameCommit: NonNullable<UseCase['inSameCommit']> = []) {
      const fields = new RequestBody(body);
      const code = fields.required('code');
      const password = fields.optional('password');
      fields.end();
      const userId = this.host.callerOf(request).user.id;
      return {
        userId,
        code,
        inSameCommit,
        signIn: this.#signIn(request, password),
        ...this.#context(request),
      };
    }

    #signIn(request: Request, password: string | undefined): SignIn {
      const { host } = this;
      const { authenticatedAt } = host.callerOf(request);
      const reauthenticate =
        password === undefined || host.isPassword === undefined
          ? undefined
          : async (room: Argon2Room) => (await host.isPassword?.(request, password, room)) ?? false;
      return { authenticatedAt, reauthenticate, callerIsAlive: host.callerIsAlive?.(request) };
    }

    #context(request: Request): Pick<UseCase, 'context'> {
      return { context: this.host.contextOf?.(request) ?? {} };
    }
  }

  return TwoFactorController;
}
