import { Body, HttpCode, Inject, Param, Patch, Post, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { TwoFactorAuthenticators } from '../../two-factor-authenticators.service.js';
import { readBody } from '../request-body.js';
import { AUTHENTICATORS_SCHEMAS, type AuthenticatorRoute } from '../schemas/authenticators.schemas.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { factorChangeOf } from './factor-change.js';
import { contextOf } from './host-call.js';

type Schemas = typeof AUTHENTICATORS_SCHEMAS;

export interface AuthenticatorsControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  AuthenticatorRoute
> {}

/** What the created controller has: one method for each route. */
export interface AuthenticatorRoutes<Request extends object> {
  renameAuthenticator(
    request: Request,
    id: string,
    body: unknown,
  ): Promise<AnswerOf<Schemas['renameAuthenticator']>>;
  removeAuthenticator(
    request: Request,
    id: string,
    body: unknown,
  ): Promise<AnswerOf<Schemas['removeAuthenticator']>>;
}

/**
 * Makes the controller of the authenticators for a host: their names, and the removal of one of several, under
 * `authenticators` below the host's path. It takes what `createTwoFactorController` takes.
 */
export function createAuthenticatorsController<Request extends object>(
  options: AuthenticatorsControllerOptions<Request>,
): Type<AuthenticatorRoutes<Request>> {
  const { controller, guarded } = decoratorsFor(options, { subpath: 'authenticators' });

  @controller
  class AuthenticatorsController implements AuthenticatorRoutes<Request> {
    constructor(
      @Inject(
        options.name === undefined
          ? TwoFactorAuthenticators
          : twoFactorToken(options.name, TwoFactorAuthenticators),
      )
      private readonly authenticators: TwoFactorAuthenticators,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Patch(':id')
    @guarded('renameAuthenticator')
    async renameAuthenticator(
      @Req() request: Request,
      @Param('id') id: string,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['renameAuthenticator']>> {
      const { name } = readBody(body, AUTHENTICATORS_SCHEMAS.renameAuthenticator.request);
      const { user } = await this.host.callerOf(request);
      return this.authenticators.rename({
        userId: user.id,
        id,
        name,
        callerIsAlive: await this.host.callerIsAlive?.(request),
        ...(await contextOf(this.host, request)),
      });
    }

    @Post(':id/remove')
    @HttpCode(200)
    @guarded('removeAuthenticator')
    async removeAuthenticator(
      @Req() request: Request,
      @Param('id') id: string,
      @Body() body: unknown,
    ): Promise<AnswerOf<Schemas['removeAuthenticator']>> {
      const change = await factorChangeOf(this.host, request, body);
      const inSameCommit = (await this.host.endSessions?.(request, { keepCurrent: true })) ?? [];
      return { authenticators: await this.authenticators.remove({ ...change, id, inSameCommit }) };
    }
  }
  return AuthenticatorsController;
}
