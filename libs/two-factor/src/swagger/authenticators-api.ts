import { AUTHENTICATORS_SCHEMAS, type AuthenticatorRoute } from '../http/schemas/authenticators.schemas.js';
import { AUTHENTICATORS_OPERATIONS } from './authenticators.operations.js';
import { type ApiOptions, documentedBy } from './operation.js';

/** Documents the routes of `createAuthenticatorsController` for `@nestjs/swagger`: its `decorators`, ready made. */
export function authenticatorsApi({
  operations = {},
  ...options
}: ApiOptions<AuthenticatorRoute> = {}): Record<AuthenticatorRoute, readonly MethodDecorator[]> {
  const documented = (route: AuthenticatorRoute): readonly MethodDecorator[] => [
    documentedBy(AUTHENTICATORS_SCHEMAS[route], AUTHENTICATORS_OPERATIONS[route], {
      ...options,
      texts: operations[route],
    }),
  ];
  return {
    renameAuthenticator: documented('renameAuthenticator'),
    removeAuthenticator: documented('removeAuthenticator'),
  };
}
