import {
  type CanActivate,
  type ExecutionContext,
  type Type,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';

export interface RequireTwoFactorOptions {
  /**
   * The guards that put the caller on the request. The decorator runs them first, wherever it stands, so that
   * `@UseGuards()` beside it is not needed, and no order of the two is wrong. Empty when they are global.
   */
  readonly guards: readonly Type<CanActivate>[];
}

/**
 * Makes the host's `@RequireTwoFactor()`: it lets in only sessions that passed a second factor.
 *
 * @param hasSecondFactor says it of a request, by what the guards have put there, the `amr` of a token for
 *   instance. Only `true` lets in
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the host names the type of its requests
export function createRequireTwoFactor<Request extends object>(
  hasSecondFactor: (request: Request) => boolean | Promise<boolean>,
  { guards }: RequireTwoFactorOptions,
): () => MethodDecorator & ClassDecorator {
  const guard: CanActivate = {
    canActivate: async (context: ExecutionContext): Promise<boolean> => {
      if (!(await isTrue(hasSecondFactor, context.switchToHttp().getRequest<Request>()))) {
        throw new TwoFactorException('TWO_FACTOR_REQUIRED');
      }
      return true;
    },
  };
  return () => applyDecorators(UseGuards(...guards, guard));
}

async function isTrue<Request extends object>(
  hasSecondFactor: (request: Request) => boolean | Promise<boolean>,
  request: Request,
): Promise<boolean> {
  try {
    // Tokens from before there was a second factor lack the claim, whatever their type says.
    const said: unknown = await hasSecondFactor(request);
    return said === true;
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
