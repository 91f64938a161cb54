import { Body, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import type { FactorMethod } from '../../options/factor-method.js';
import type { TwoFactorUser } from '../../options/two-factor.options.js';
import { TwoFactorEnrolment } from '../../required-enrolment/enrolment.service.js';
import { inTurn } from '../../sql/in-same-commit.js';
import type { UseCase } from '../../verification/use-case.js';
import { answerOf } from '../answer-of-session.js';
import { readBody } from '../request-body.js';
import { ENROLMENT_SCHEMAS, type EnrolmentRoute } from '../schemas/enrolment.schemas.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import type { HostSession, TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { contextOf } from './host-call.js';

type Schemas = typeof ENROLMENT_SCHEMAS;

/** What a host that requires a factor says beside the rest. Its `endSessions` is called without a caller here. */
export interface EnrolmentHost<Request extends object> extends TwoFactorHost<Request> {
  /** The user of an id, as `callerOf` gives it; `undefined` when nobody has it any more. */
  userOf(userId: string): TwoFactorUser | undefined | Promise<TwoFactorUser | undefined>;
}

export interface EnrolmentControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  EnrolmentRoute
> {
  readonly host: Type<EnrolmentHost<Request>>;
}

/** What the created controller has: one method for each route. */
export interface EnrolmentRoutes<Request extends object> {
  enrolSetup(request: Request, body: unknown): Promise<AnswerOf<Schemas['enrolSetup']>>;
  enrolEnable(request: Request, body: unknown): Promise<AnswerOf<Schemas['enrolEnable']>>;
  enrolPasskeyOptions(request: Request, body: unknown): Promise<AnswerOf<Schemas['enrolPasskeyOptions']>>;
  enrolPasskey(request: Request, body: unknown): Promise<AnswerOf<Schemas['enrolPasskey']>>;
}

/**
 * Makes the controller for sign-ins that a policy has stopped, for a host with the option `policyOf`. All of its calls come
 * before there is a session: under a global guard each has to be opened, as `verify` has.
 */
export function createEnrolmentController<Request extends object>(
  options: EnrolmentControllerOptions<Request>,
): Type<EnrolmentRoutes<Request>> {
  const { controller, open } = decoratorsFor(options, { subpath: 'enrolment' });

  @controller
  class EnrolmentController implements EnrolmentRoutes<Request> {
    constructor(
      @Inject(
        options.name === undefined ? TwoFactorEnrolment : twoFactorToken(options.name, TwoFactorEnrolment),
      )
      private readonly enrolment: TwoFactorEnrolment,
      @Inject(options.host) private readonly host: EnrolmentHost<Request>,
    ) {}

    @Post('setup')
    @HttpCode(200)
    @open('enrolSetup')
    async enrolSetup(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['enrolSetup']>> {
      const { enrolmentToken, name } = readBody(body, ENROLMENT_SCHEMAS.enrolSetup.request);
      const userOf = (userId: string): ReturnType<EnrolmentHost<Request>['userOf']> =>
        this.host.userOf(userId);
      return this.enrolment.setup({ enrolmentToken, name, userOf, ...(await contextOf(this.host, request)) });
    }

    @Post('enable')
    @HttpCode(200)
    @open('enrolEnable')
    async enrolEnable(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['enrolEnable']>> {
      const { enrolmentToken, code } = readBody(body, ENROLMENT_SCHEMAS.enrolEnable.request);
      const { session, opening } = await this.#prepare(request, 'totp');
      const enabled = await this.enrolment.enable({ enrolmentToken, code, ...opening });
      const { userId, enabledAt, backupCodesRemaining } = enabled;
      const answer = await answerOf(session, userId, { method: 'totp', isUserVerified: false });
      return { status: 'authenticated', enabled: true, enabledAt, backupCodesRemaining, ...answer };
    }

    @Post('passkeys/options')
    @HttpCode(200)
    @open('enrolPasskeyOptions')
    async enrolPasskeyOptions(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['enrolPasskeyOptions']>> {
      const { enrolmentToken } = readBody(body, ENROLMENT_SCHEMAS.enrolPasskeyOptions.request);
      const userOf = (userId: string): ReturnType<EnrolmentHost<Request>['userOf']> =>
        this.host.userOf(userId);
      const context = await contextOf(this.host, request);
      return this.enrolment.passkeyCreationOptions({ enrolmentToken, userOf, ...context });
    }

    @Post('passkeys')
    @HttpCode(200)
    @open('enrolPasskey')
    async enrolPasskey(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['enrolPasskey']>> {
      const { enrolmentToken, response, name } = readBody(body, ENROLMENT_SCHEMAS.enrolPasskey.request);
      const { session, opening } = await this.#prepare(request, 'passkey');
      const registered = await this.enrolment.registerPasskey({ enrolmentToken, response, name, ...opening });
      const { userId, isUserVerified, enabled, ...passkey } = registered;
      const answer = await answerOf(session, userId, { method: 'passkey', isUserVerified });
      const first =
        enabled === undefined
          ? {}
          : { enabled: true as const, ...enabled, backupCodesRemaining: enabled.backupCodes.length };
      return { status: 'authenticated', ...passkey, type: 'passkey', lastUsedAt: null, ...first, ...answer };
    }

    /** The session that a factor opens. The others of the user end, as with every first factor. */
    async #prepare(
      request: Request,
      method: FactorMethod,
    ): Promise<{
      readonly session: HostSession;
      readonly opening: Pick<UseCase, 'inSameCommit' | 'context'> & { readonly sessionId: HostSession['id'] };
    }> {
      const session = await this.host.prepareSession(request, method);
      const ended = (await this.host.endSessions?.(request, { keepCurrent: false })) ?? [];
      const inSameCommit = inTurn(ended, session.inSameCommit ?? []);
      const context = await contextOf(this.host, request);
      return { session, opening: { sessionId: session.id, inSameCommit, ...context } };
    }
  }
  return EnrolmentController;
}
