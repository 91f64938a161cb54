import { TWO_FACTOR_SCHEMAS, type TwoFactorRoute } from '../http/schemas/two-factor.schemas.js';
import { type ApiOptions, documentedBy } from './operation.js';
import { TWO_FACTOR_OPERATIONS } from './two-factor.operations.js';

/**
 * Documents the routes of `createTwoFactorController` for `@nestjs/swagger`: its `decorators`, ready made.
 *
 * ```ts
 * createTwoFactorController({ …, decorators: twoFactorApi({ session: SessionAnswer }) })
 * ```
 */
export function twoFactorApi({ operations = {}, ...options }: ApiOptions<TwoFactorRoute> = {}): Record<
  TwoFactorRoute,
  readonly MethodDecorator[]
> {
  const documented = (route: TwoFactorRoute): readonly MethodDecorator[] => [
    documentedBy(TWO_FACTOR_SCHEMAS[route], TWO_FACTOR_OPERATIONS[route], {
      ...options,
      texts: operations[route],
    }),
  ];
  return {
    status: documented('status'),
    setup: documented('setup'),
    enable: documented('enable'),
    verify: documented('verify'),
    regenerateBackupCodes: documented('regenerateBackupCodes'),
    disable: documented('disable'),
    events: documented('events'),
  };
}
