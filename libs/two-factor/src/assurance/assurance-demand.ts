import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import { AUTHENTICATOR_METHODS, type AuthenticatorMethod } from '../options/factor-method.js';
import { MAX_AGE_RULE, type MaxAge, secondsOf } from '../options/max-age.js';
import type { AssuranceDemand } from './assurance.repository.js';

/** What a route asks of the session that calls it. With neither, any factor will do that counts, by whichever method. */
export interface TwoFactorDemand {
  /** How long ago the session has proved a factor at most: `'5m'`. Exactly that old is not too old. */
  readonly maxAge?: MaxAge;
  /** By which authenticators. Default: with `maxAge` by any; a backup code is none. */
  readonly methods?: readonly AuthenticatorMethod[];
}

/** A demand that was read. */
export interface ReadDemand extends AssuranceDemand {
  readonly methods?: readonly AuthenticatorMethod[] | undefined;
}

/** @throws TwoFactorHostError for a `maxAge` that is none, and for methods that are none, or of which there are none */
export function readDemand({ maxAge, methods }: TwoFactorDemand): ReadDemand {
  const maxAgeSeconds = secondsOf(maxAge);
  if (maxAge !== undefined && maxAgeSeconds === undefined) {
    throw new TwoFactorHostError(MAX_AGE_RULE);
  }
  if (methods !== undefined && !areAuthenticators(methods)) {
    throw new TwoFactorHostError(
      `methods must be a list of ${AUTHENTICATOR_METHODS.join(', ')}, and not empty`,
    );
  }
  return { maxAgeSeconds, methods };
}

/** A host in JavaScript may say anything. */
function areAuthenticators(methods: unknown): boolean {
  const known: ReadonlySet<unknown> = new Set(AUTHENTICATOR_METHODS);
  return Array.isArray(methods) && methods.length > 0 && methods.every((method) => known.has(method));
}
