import { Body, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { TwoFactorPanic } from '../../panic/panic.service.js';
import { inTurn } from '../../sql/in-same-commit.js';
import { readBody } from '../request-body.js';
import { PANIC_SCHEMAS, type PanicRoute } from '../schemas/panic.schemas.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { contextOf } from './host-call.js';

type Schemas = typeof PANIC_SCHEMAS;

export interface PanicControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  PanicRoute
> {}

/** What the created controller has: one method for each route. */
export interface PanicRoutes<Request extends object> {
  panic(request: Request, body: unknown): Promise<AnswerOf<Schemas['panic']>>;
}

/**
 * Makes the controller of the panic link for a host: `POST panic` below the host's path, without a session. It is never a
 * `GET`, for mail scanners follow links: the link leads to a page with a button. It takes what `createTwoFactorController` takes.
 */
export function createPanicController<Request extends object>(
  options: PanicControllerOptions<Request>,
): Type<PanicRoutes<Request>> {
  const { controller, open } = decoratorsFor(options);

  @controller
  class PanicController implements PanicRoutes<Request> {
    constructor(
      @Inject(options.name === undefined ? TwoFactorPanic : twoFactorToken(options.name, TwoFactorPanic))
      private readonly panics: TwoFactorPanic,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Post('panic')
    @HttpCode(200)
    @open('panic')
    async panic(@Req() request: Request, @Body() body: unknown): Promise<AnswerOf<Schemas['panic']>> {
      const { token } = readBody(body, PANIC_SCHEMAS.panic.request);
      await this.panics.run({
        token,
        inSameCommit: inTurn(
          (await this.host.endSessions?.(request, { keepCurrent: false })) ?? [],
          (await this.host.onPanic?.(request)) ?? [],
        ),
        ...(await contextOf(this.host, request)),
      });
      return { received: true };
    }
  }
  return PanicController;
}
