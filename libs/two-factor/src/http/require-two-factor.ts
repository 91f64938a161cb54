import { type CanActivate, type ExecutionContext, UseGuards, applyDecorators } from '@nestjs/common';
import { TwoFactorException } from '../errors/two-factor.errors.js';

/**
 * Makes the host's `@RequireTwoFactor()`: it lets in only sessions that passed a second factor.
 *
 * @param hasSecondFactor what the host's guard has put on the request says it, the `amr` of a token for
 *   instance; it runs after that guard
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the host names the type of its requests
export function createRequireTwoFactor<Request extends object>(
  hasSecondFactor: (request: Request) => boolean,
): () => MethodDecorator & ClassDecorator {
  const guard: CanActivate = {
    canActivate: (context: ExecutionContext): boolean => {
      if (!hasSecondFactor(context.switchToHttp().getRequest<Request>())) {
        throw new TwoFactorException('TWO_FACTOR_REQUIRED');
      }
      return true;
    },
  };
  return () => applyDecorators(UseGuards(guard));
}
