import { PANIC_SCHEMAS, type PanicRoute } from '../http/schemas/panic.schemas.js';
import { type ApiOptions, documentedBy } from './operation.js';
import { PANIC_OPERATIONS } from './panic.operations.js';

/** Documents the route of `createPanicController` for `@nestjs/swagger`, as `twoFactorApi` does for its own. */
export function panicApi({ operations = {}, ...options }: ApiOptions<PanicRoute> = {}): Record<
  PanicRoute,
  readonly MethodDecorator[]
> {
  const documented = documentedBy(PANIC_SCHEMAS.panic, PANIC_OPERATIONS.panic, {
    ...options,
    texts: operations.panic,
  });
  return { panic: [documented] };
}
