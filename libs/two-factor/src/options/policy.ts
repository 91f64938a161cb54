import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import type { AuthenticatorMethod } from './factor-method.js';

/** What an organisation, a role or the whole host wants of a user. */
export interface TwoFactorPolicy {
  /** Whose rule it is, for the reasons that a refusal gives: `org:7`, `role:admin`. Default: `policy`. */
  readonly scope?: string | undefined;
  /** Whether the user must have a factor. Of a policy that says no, `trustedDeviceDays` alone counts. */
  readonly required: boolean;
  /** Days from the first time that this is asked of the user until it must be done, 0 to 90. */
  readonly graceDays: number;
  /** The days do not begin before. Default: with the first time that it is asked. */
  readonly enforceFrom?: Date | undefined;
  /** The authenticators of which the user must have one: `['passkey']` where a phone is too weak. Default: any. */
  readonly methods?: readonly AuthenticatorMethod[] | undefined;
  /** Days for which a device of the user can be trusted at most, 0 to 90. Default: as the module's option says. */
  readonly trustedDeviceDays?: number | undefined;
}

/** What a host wants of a user, by its id. */
export type PolicyOf = (
  userId: string,
) => TwoFactorPolicy | readonly TwoFactorPolicy[] | Promise<TwoFactorPolicy | readonly TwoFactorPolicy[]>;

const MOST_DAYS = 90;

/**
 * Reads what the host has answered: a policy, or several.
 *
 * @throws TwoFactorHostError for what is none, with its scope: one that cannot be read is not taken for none
 */
export function readPolicies(
  answer: TwoFactorPolicy | readonly TwoFactorPolicy[],
): readonly TwoFactorPolicy[] {
  const policies: readonly TwoFactorPolicy[] = [answer].flat();
  const faults = policies.flatMap((policy: unknown) => faultsOf(policy));
  if (faults.length > 0) {
    throw new TwoFactorHostError(`policyOf has answered what is no policy: ${faults.join('; ')}`);
  }
  return policies;
}

/** A host in JavaScript may say anything. */
function faultsOf(policy: unknown): string[] {
  if (typeof policy !== 'object' || policy === null) {
    return ['a policy must be an object'];
  }
  const given = new Map<string, unknown>(Object.entries(policy));
  const days = `must be a whole number from 0 to ${MOST_DAYS}`;
  const from = given.get('enforceFrom');
  const methods = given.get('methods');
  const rules: readonly (readonly [field: string, isKept: boolean, rule: string])[] = [
    ['scope', isNoneOr(given.get('scope'), 'string'), 'must be a text'],
    ['required', typeof given.get('required') === 'boolean', 'must be true or false'],
    ['graceDays', isDays(given.get('graceDays')), days],
    ['enforceFrom', from === undefined || isTime(from), 'must be a Date'],
    [
      'methods',
      methods === undefined || (Array.isArray(methods) && methods.length > 0),
      'must be a list, and not empty',
    ],
    [
      'trustedDeviceDays',
      isNoneOr(given.get('trustedDeviceDays'), 'number') && isDays(given.get('trustedDeviceDays') ?? 0),
      days,
    ],
  ];
  const scope = given.get('scope');
  const prefix = typeof scope === 'string' ? `${scope}: ` : '';
  return rules.filter(([, isKept]) => !isKept).map(([field, , rule]) => `${prefix}${field} ${rule}`);
}

function isNoneOr(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type;
}

function isDays(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_DAYS;
}

function isTime(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
