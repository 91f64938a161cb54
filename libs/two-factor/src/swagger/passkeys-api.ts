import { PASSKEYS_SCHEMAS, type PasskeysRoute } from '../http/schemas/passkeys.schemas.js';
import { type ApiOptions, documentedBy } from './operation.js';
import { PASSKEYS_OPERATIONS } from './passkeys.operations.js';

/**
 * Documents the routes of `createPasskeysController` for `@nestjs/swagger`: its `decorators`, ready made.
 *
 * Only a first passkey opens a session: give as `session` a class whose properties are optional,
 * `PartialType(SessionAnswer)`.
 */
export function passkeysApi({ operations = {}, ...options }: ApiOptions<PasskeysRoute> = {}): Record<
  PasskeysRoute,
  readonly MethodDecorator[]
> {
  const documented = (route: PasskeysRoute): readonly MethodDecorator[] => [
    documentedBy(PASSKEYS_SCHEMAS[route], PASSKEYS_OPERATIONS[route], {
      ...options,
      texts: operations[route],
    }),
  ];
  return {
    passkeyCreationOptions: documented('passkeyCreationOptions'),
    registerPasskey: documented('registerPasskey'),
    passkeyRequestOptions: documented('passkeyRequestOptions'),
    passkeySignInOptions: documented('passkeySignInOptions'),
  };
}
