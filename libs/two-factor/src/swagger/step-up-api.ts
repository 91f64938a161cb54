import { STEP_UP_SCHEMAS, type StepUpRoute } from '../http/schemas/step-up.schemas.js';
import { type ApiOptions, documentedBy } from './operation.js';
import { STEP_UP_OPERATIONS } from './step-up.operations.js';

/** Documents the route of `createStepUpController` for `@nestjs/swagger`, as `twoFactorApi` does for its own. */
export function stepUpApi({ operations = {}, ...options }: ApiOptions<StepUpRoute> = {}): Record<
  StepUpRoute,
  readonly MethodDecorator[]
> {
  const documented = documentedBy(STEP_UP_SCHEMAS.stepUp, STEP_UP_OPERATIONS.stepUp, {
    ...options,
    texts: operations.stepUp,
  });
  return { stepUp: [documented] };
}
