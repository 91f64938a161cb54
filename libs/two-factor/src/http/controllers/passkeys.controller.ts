import { Body, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { inTurn } from '../../sql/in-same-commit.js';
import { TwoFactorAuthenticators } from '../../two-factor-authenticators.service.js';
import { answerOf } from '../answer-of-session.js';
import { readBody } from '../request-body.js';
import { PASSKEYS_SCHEMAS, type PasskeysRoute } from '../schemas/passkeys.schemas.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { contextOf, signInOf } from './host-call.js';
import { proofOf } from './proof-fields.js';

type Schemas = typeof PASSKEYS_SCHEMAS;

export interface PasskeysControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  PasskeysRoute
> {}

/** What the created controller has: one method for each route. */
export interface PasskeysRoutes<Request extends object> {
  passkeyCreationOptions(
    request: Request,
    body: unknown,
  ): Promise<AnswerOf<Schemas['passkeyCreationOptions']>>;
  registerPasskey(request: Request, body: unknown): Promise<AnswerOf<Schemas['registerPasskey']>>;
  passkeyRequestOptions(request: Request, body: unknown): Promise<AnswerOf<Schemas['passkeyRequestOptions']>>;
  passkeySignInOptions(request: Request, body: unknown): Promise<AnswerOf<Schemas['passkeySignInOptions']>>;
}

/**
 * Makes the controller of passkeys for a host, beside that of `createTwoFactorController` and with the same options. A
 * module without the option `webauthn` refuses its calls.
 */
export function createPasskeysController<Request extends object>(
  options: PasskeysControllerOptions<Request>,
): Type<PasskeysRoutes<Request>> {
  const { controller, guarded, open } = decoratorsFor(options);

  @controller
  class PasskeysController implements PasskeysRoutes<Request> {
    constructor(
      @Inject(
        options.name === undefined
          ? TwoFactorAuthenticators
          : twoFactorToken(options.name, TwoFactorAuthenticators),
      )
      private readonly authenticators: TwoFactorAuthenticators,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Post('passkeys/options')
    @HttpCode(200)
    @guarded('passkeyCreationOptions')
    async passkeyCreationOptions(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['passkeyCreationOptions']>> {
      const { password, ...fields } = readBody(body, PASSKEYS_SCHEMAS.passkeyCreationOptions.request);
      const caller = await this.host.callerOf(request);
      return this.authenticators.passkeyCreationOptions({
        user: caller.user,
        proof: proofOf(fields),
        signIn: await signInOf(this.host, request, { caller, password }),
        ...(await contextOf(this.host, request)),
      });
    }

    @Post('passkeys')
    @HttpCode(200)
    @guarded('registerPasskey')
    async registerPasskey(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['registerPasskey']>> {
      const { response, name, password } = readBody(body, PASSKEYS_SCHEMAS.registerPasskey.request);
      const session = await this.host.prepareSession(request, 'passkey');
      const ended = (await this.host.endSessions?.(request, { keepCurrent: false })) ?? [];
      const caller = await this.host.callerOf(request);
      const { enabled, isUserVerified, ...passkey } = await this.authenticators.registerPasskey({
        userId: caller.user.id,
        response,
        name,
        sessionId: session.id,
        inSameCommit: inTurn(ended, session.inSameCommit ?? []),
        signIn: await signInOf(this.host, request, { caller, password }),
        ...(await contextOf(this.host, request)),
      });
      const shown = { ...passkey, type: 'passkey', lastUsedAt: null } as const;
      if (enabled === undefined) {
        return shown;
      }
      const { enabledAt, backupCodes } = enabled;
      const opened = await answerOf(session, caller.user.id, { method: 'passkey', isUserVerified });
      return {
        ...shown,
        enabled: true,
        enabledAt,
        backupCodes,
        backupCodesRemaining: backupCodes.length,
        ...opened,
      };
    }

    @Post('passkeys/challenge')
    @HttpCode(200)
    @guarded('passkeyRequestOptions')
    async passkeyRequestOptions(
      @Req() request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['passkeyRequestOptions']>> {
      readBody(body, PASSKEYS_SCHEMAS.passkeyRequestOptions.request);
      const caller = await this.host.callerOf(request);
      const signIn = await signInOf(this.host, request, { caller });
      return this.authenticators.passkeyRequestOptions(caller.user.id, { signIn });
    }

    @Post('verify/options')
    @HttpCode(200)
    @open('passkeySignInOptions')
    async passkeySignInOptions(
      @Req() _request: Request,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['passkeySignInOptions']>> {
      const { challengeToken } = readBody(body, PASSKEYS_SCHEMAS.passkeySignInOptions.request);
      return this.authenticators.passkeySignInOptions(challengeToken);
    }
  }
  return PasskeysController;
}
