import type { PolicyReason } from '../errors/two-factor.errors.js';
import type { AuthenticatorMethod } from '../options/factor-method.js';
import type { TwoFactorPolicy } from '../options/policy.js';

/** What is demanded of a user after all policies: of each field the strictest. */
export interface PolicyDemand {
  /** The authenticators of which one is enough, in the library's order. */
  readonly methods: readonly AuthenticatorMethod[];
  readonly graceDays: number;
  readonly enforceFrom: Date | undefined;
  /** Which policy has said what counts. */
  readonly reasons: readonly PolicyReason[];
}

/** All policies of a user as one. */
export interface StrictestPolicy {
  /** `undefined`: nothing is required. */
  readonly demand: PolicyDemand | undefined;
  readonly trustedDeviceDays: number | undefined;
  /** The scopes whose `methods` leave none that all of them take, and that this application has: they are passed over. */
  readonly contradicting: readonly string[];
}

/**
 * Of several policies the strictest of each field.
 *
 * Methods that contradict each other demand what nobody can have. They are passed over and named, and a factor of any
 * method is required still: nobody is locked out by it, and nobody is let off.
 *
 * @param known the methods that the application has, in the library's order
 */
export function strictestOf(
  policies: readonly TwoFactorPolicy[],
  known: readonly AuthenticatorMethod[],
): StrictestPolicy {
  const requiring = policies.filter(({ required }) => required);
  const trustDays = policies.flatMap(({ trustedDeviceDays }) => trustedDeviceDays ?? []);
  const trustedDeviceDays = trustDays.length === 0 ? undefined : Math.min(...trustDays);
  if (requiring.length === 0) {
    return { demand: undefined, trustedDeviceDays, contradicting: [] };
  }
  const choosing = requiring.filter(({ methods }) => methods !== undefined);
  const common = known.filter((method) => choosing.every(({ methods = [] }) => methods.includes(method)));
  const isPossible = common.length > 0;
  const graceDays = Math.min(...requiring.map((policy) => policy.graceDays));
  const from = Math.min(...requiring.map(({ enforceFrom }) => enforceFrom?.getTime() ?? -Infinity));
  const counting: Readonly<Record<PolicyReason['field'], readonly TwoFactorPolicy[]>> = {
    required: requiring,
    methods: isPossible ? choosing : [],
    graceDays: requiring.filter((policy) => policy.graceDays === graceDays),
    enforceFrom: requiring.filter(({ enforceFrom }) => enforceFrom?.getTime() === from),
  };
  return {
    demand: {
      methods: isPossible ? common : known,
      graceDays,
      enforceFrom: from === -Infinity ? undefined : new Date(from),
      reasons: [
        ...reasonsOf('required', counting),
        ...reasonsOf('methods', counting),
        ...reasonsOf('graceDays', counting),
        ...reasonsOf('enforceFrom', counting),
      ],
    },
    trustedDeviceDays,
    contradicting: isPossible ? [] : choosing.map(scopeOf),
  };
}

function reasonsOf(
  field: PolicyReason['field'],
  counting: Readonly<Record<PolicyReason['field'], readonly TwoFactorPolicy[]>>,
): PolicyReason[] {
  return counting[field].map((policy) => ({ scope: scopeOf(policy), field }));
}

function scopeOf({ scope = 'policy' }: TwoFactorPolicy): string {
  return scope;
}
