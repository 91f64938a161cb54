import { Body, Get, HttpCode, Inject, Post, Req, Res, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { inTurn } from '../../sql/in-same-commit.js';
import { TwoFactorService } from '../../two-factor.service.js';
import { answerOf } from '../answer-of-session.js';
import { readBody } from '../request-body.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import { TWO_FACTOR_SCHEMAS, type TwoFactorRoute } from '../schemas/two-factor.schemas.js';
import { TrustDelivery } from '../trust-delivery.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { factorChangeOf } from './factor-change.js';
import { contextOf, signInOf } from './host-call.js';
import { methodOf, proofOf } from './proof-fields.js';

type Schemas = typeof TWO_FACTOR_SCHEMAS;

export interface TwoFactorControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  TwoFactorRoute
> {}

/** An event as its account may see it. */
export type ShownSecurityEvent = AnswerOf<Schemas['events']>[number];

/** What the created controller has: one method for each route. */
export interface TwoFactorRoutes<Request extends object> {
  status(request: Request): Promise<AnswerOf<Schemas['status']>>;
  setup(request: Request, body: unknown): Promise<AnswerOf<Schemas['setup']>>;
  enable(request: Request, body: unknown): Promise<AnswerOf<Schemas['enable']>>;
  verify(request: Request, body: unknown, response: unknown): Promise<AnswerOf<Schemas['verify']>>;
  regenerateBackupCodes(request: Request, body: unknown): Promise<AnswerOf<Schemas['regenerateBackupCodes']>>;
  disable(request: Request, body: unknown): Promise<AnswerOf<Schemas['disable']>>;
  events(request: Request): Promise<AnswerOf<Schemas['events']>>;
}

/**
 * Makes the controller of the second factor for a host: the calls under the host's path, behind the host's
 * guard, on Express and on Fastify. Each answers with its plain data, for the host's own envelope to wrap.
 */
export function createTwoFactorController<Request extends object>(
  options: TwoFactorControllerOptions<Request>,
): Type<TwoFactorRoutes<Request>> {
  const { controller, guarded, open } = decoratorsFor(options);

  @controller
  class TwoFactorController implements TwoFactorRoutes<Request> {
    constructor(
      @Inject(options.name === undefined ? TwoFactorService : twoFactorToken(options.name))
      private readonly twoFactor: TwoFactorService,
      @Inject(options.name === undefined ? TrustDelivery : twoFactorToken(options.name, TrustDelivery))
      private readonly trust: TrustDelivery,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Get()
    @guarded('status')
    async status(@Req() request: Request): Promise<AnswerOf<Schemas['status']>> {
      const { user, sessionId } = await this.host.callerOf(request);
      return this.twoFactor.status(user.id, { sessionId });
    }

    @Post('setup')
    @HttpCode(200)
    @guarded('setup')
    async setup(@Req() request: Request, @Body() body: unknown): Promise<AnswerOf<Schemas['setup']>> {
      const { password, add, replaces, name, ...fields } = readBody(body, TWO_FACTOR_SCHEMAS.setup.request);
      const caller = await this.host.callerOf(request);
      return this.twoFactor.setup({
        user: caller.user,
        proof: proofOf(fields),
        add,
        replaces,
        name,
        signIn: await signInOf(this.host, request, { caller, password }),
        ...(await contextOf(this.host, request)),
      });
    }

    @Post('enable')
    @HttpCode(200)
    @guarded('enable')
    async enable(@Req() request: Request, @Body() body: unknown): Promise<AnswerOf<Schemas['enable']>> {
      const { code, password } = readBody(body, TWO_FACTOR_SCHEMAS.enable.request);
      const caller = await this.host.callerOf(request);
      const userId = caller.user.id;
      const session = await this.host.prepareSession(request, 'totp');
      const ended = (await this.host.endSessions?.(request, { keepCurrent: false })) ?? [];
      const { enabledAt, backupCodesRemaining } = await this.twoFactor.enable({
        userId,
        code,
        sessionId: session.id,
        inSameCommit: inTurn(ended, session.inSameCommit ?? []),
        signIn: await signInOf(this.host, request, { caller, password }),
        ...(await contextOf(this.host, request)),
      });
      const answer = await answerOf(session, userId, { method: 'totp', isUserVerified: false });
      return { enabled: true, enabledAt, backupCodesRemaining, ...answer };
    }

    @Post('verify')
    @HttpCode(200)
    @open('verify')
    async verify(
      @Req() request: Request,
      @Body() body: unknown,
      @Res({ passthrough: true }) response: unknown,
    ): Promise<AnswerOf<Schemas['verify']>> {
      const { challengeToken, trustDevice, ...fields } = readBody(body, TWO_FACTOR_SCHEMAS.verify.request);
      const proof = proofOf(fields);
      const session = await this.host.prepareSession(request, methodOf(proof));
      const outcome = await this.twoFactor.completeSignIn({
        challengeToken,
        proof,
        sessionId: session.id,
        trustDevice,
        inSameCommit: session.inSameCommit,
        ...(await contextOf(this.host, request)),
      });
      if (outcome.status === 'enrolment_required') {
        const { enrolmentToken, expiresInSeconds: expiresIn, methods } = outcome.enrolment;
        return { status: 'two_factor_enrolment_required', enrolmentToken, expiresIn, methods };
      }
      const { userId, method, isUserVerified, backupCodes, trustedDevice, enrolment = null } = outcome;
      const issued = backupCodes === undefined ? {} : { backupCodes };
      const answer = await answerOf(session, userId, { method, isUserVerified });
      const trust = this.trust.deliver(trustedDevice, { userId, request, response });
      return { status: 'authenticated', method, enrolment, ...issued, ...trust, ...answer };
    }

    @Post('backup-codes')
    @HttpCode(200)
    @guarded('regenerateBackupCodes')
    async regenerateBackupCodes(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['regenerateBackupCodes']>> {
      const change = await factorChangeOf(this.host, request, body);
      return { backupCodes: await this.twoFactor.regenerateBackupCodes(change) };
    }

    @Post('disable')
    @HttpCode(200)
    @guarded('disable')
    async disable(@Req() request: Request, @Body() body: unknown): Promise<AnswerOf<Schemas['disable']>> {
      const change = await factorChangeOf(this.host, request, body);
      const inSameCommit = await this.host.endSessions?.(request, { keepCurrent: true });
      await this.twoFactor.disable({ ...change, inSameCommit });
      return { enabled: false };
    }

    @Get('events')
    @guarded('events')
    async events(@Req() request: Request): Promise<AnswerOf<Schemas['events']>> {
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
  }
  return TwoFactorController;
}
