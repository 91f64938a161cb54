import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type Type,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { twoFactorToken } from '../inject-two-factor.js';
import { TwoFactorService } from '../two-factor.service.js';
import type { TwoFactorCaller, TwoFactorHost } from './two-factor-host.js';

export interface RequireTwoFactorOptions<Request extends object> {
  /** The class that the controller has: it says who calls, and in which session. */
  readonly host: Type<TwoFactorHost<Request>>;
  /**
   * The guards that put the caller on the request. The decorator runs them first, wherever it stands, so that
   * `@UseGuards()` beside it is not needed, and no order of the two is wrong. Empty when they are global.
   */
  readonly guards: readonly Type<CanActivate>[];
  /** The `name` of the module that it asks, when that has one. */
  readonly name?: string;
}

/**
 * Makes the host's `@RequireTwoFactor()`: it lets in only sessions that have passed a second factor, and only while
 * that factor is still the user's. What the library remembers of the session decides, and nothing in its token.
 */
export function createRequireTwoFactor<Request extends object>({
  host,
  guards,
  name,
}: RequireTwoFactorOptions<Request>): () => MethodDecorator & ClassDecorator {
  const service = name === undefined ? TwoFactorService : twoFactorToken(name);

  @Injectable()
  class RequireTwoFactorGuard implements CanActivate {
    // The controllers that it guards are in any module of the host's, and import none of ours.
    constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const asked: TwoFactorHost<Request> = this.modules.get(host, { strict: false });
      const { user, sessionId } = await callerOf(asked, context.switchToHttp().getRequest<Request>());
      const twoFactor: TwoFactorService = this.modules.get(service, { strict: false });
      const passed = await twoFactor.passedFactors({ userId: user.id, sessionId });
      if (passed.length === 0) {
        throw new TwoFactorException('TWO_FACTOR_REQUIRED');
      }
      return true;
    }
  }

  return () => applyDecorators(UseGuards(...guards, RequireTwoFactorGuard));
}

async function callerOf<Request extends object>(
  host: TwoFactorHost<Request>,
  request: Request,
): Promise<TwoFactorCaller> {
  try {
    return await host.callerOf(request);
  } catch (error) {
    throw error instanceof TypeError ? noCaller(error) : error;
  }
}

function noCaller(cause: TypeError): TwoFactorHostError {
  return new TwoFactorHostError(
    '@RequireTwoFactor() finds no caller on the request: give the guard that puts it there to createRequireTwoFactor, ' +
      'as { guards: [YourGuard] }',
    { cause },
  );
}
