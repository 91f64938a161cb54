import {
  AUTHENTICATOR_NAME_RULE,
  DEFAULT_AUTHENTICATOR_NAME,
  parseAuthenticatorName,
} from '../../authenticators/authenticator-name.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import type { SetupRequest } from './totp-setup.js';

/** What a setup shall become. */
export interface Wish {
  readonly name: string;
  readonly adds: boolean;
  readonly replaces: string | undefined;
}

/** @throws TwoFactorException `VALIDATION_FAILED`; it costs no attempt */
export function readWish({
  name = DEFAULT_AUTHENTICATOR_NAME,
  add = false,
  replaces,
}: Pick<SetupRequest, 'name' | 'add' | 'replaces'>): Wish {
  const read = parseAuthenticatorName(name);
  if (read === undefined) {
    throw invalid('name', AUTHENTICATOR_NAME_RULE);
  }
  if (add && replaces !== undefined) {
    throw invalid('replaces', 'give either add or replaces, not both');
  }
  return { name: read, adds: add, replaces: replaces?.toLowerCase() };
}

function invalid(field: string, message: string): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details: [{ field, message }] });
}
