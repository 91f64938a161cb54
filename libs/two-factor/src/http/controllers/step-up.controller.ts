import { Body, HttpCode, Inject, Post, Req, type Type } from '@nestjs/common';
import { twoFactorToken } from '../../inject-two-factor.js';
import { TwoFactorSessions } from '../../two-factor-sessions.service.js';
import { readBody } from '../request-body.js';
import type { AnswerOf } from '../schemas/route-schemas.js';
import { STEP_UP_SCHEMAS, type StepUpRoute } from '../schemas/step-up.schemas.js';
import type { TwoFactorHost } from '../two-factor-host.js';
import { type ControllerOptions, decoratorsFor } from './controller-options.js';
import { contextOf } from './host-call.js';
import { proofOf } from './proof-fields.js';

type Schemas = typeof STEP_UP_SCHEMAS;

export interface StepUpControllerOptions<Request extends object> extends ControllerOptions<
  Request,
  StepUpRoute
> {}

/** What the created controller has: one method for each route. */
export interface StepUpRoutes<Request extends object> {
  stepUp(request: Request, body: unknown): Promise<AnswerOf<Schemas['stepUp']>>;
}

/**
 * Makes the controller of the step-up for a host, beside that of `createTwoFactorController` and with the same options:
 * `POST step-up` below the host's path. A host whose `@RequireTwoFactor()` asks for a `maxAge` needs it.
 */
export function createStepUpController<Request extends object>(
  options: StepUpControllerOptions<Request>,
): Type<StepUpRoutes<Request>> {
  const { controller, guarded } = decoratorsFor(options);

  @controller
  class StepUpController implements StepUpRoutes<Request> {
    constructor(
      @Inject(
        options.name === undefined ? TwoFactorSessions : twoFactorToken(options.name, TwoFactorSessions),
      )
      private readonly sessions: TwoFactorSessions,
      @Inject(options.host) private readonly host: TwoFactorHost<Request>,
    ) {}

    @Post('step-up')
    @HttpCode(200)
    @guarded('stepUp')
    async stepUp(@Req() request: Request, @Body() body: unknown): Promise<AnswerOf<Schemas['stepUp']>> {
      const proof = proofOf(readBody(body, STEP_UP_SCHEMAS.stepUp.request));
      const { user, sessionId } = await this.host.callerOf(request);
      return this.sessions.stepUp({
        userId: user.id,
        sessionId,
        proof,
        callerIsAlive: await this.host.callerIsAlive?.(request),
        ...(await contextOf(this.host, request)),
      });
    }
  }
  return StepUpController;
}
