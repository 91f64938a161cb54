import type { AccountStatus } from '../account/account.repository.js';
import type { Authenticator } from '../authenticators/authenticator.js';
import type { AuthenticatorMethod, FactorMethod } from '../options/factor-method.js';
import type { MethodLock } from '../options/method-lock.js';
import type { DueEnrolment } from '../policy/policies.service.js';

/** What a user has; never a secret. */
export interface AccountState {
  readonly enabled: boolean;
  readonly pending: boolean;
  readonly enabledAt: Date | null;
  readonly methods: readonly FactorMethod[];
  /** Oldest first. */
  readonly authenticators: readonly Authenticator[];
  readonly backupCodes: {
    readonly total: number;
    readonly remaining: number;
    readonly generatedAt: Date | null;
  };
}

/** What a user may see of its own second factor. */
export interface TwoFactorStatus extends AccountState {
  /** What authenticators can be added here: no `passkey` without the option `webauthn`. */
  readonly available: readonly AuthenticatorMethod[];
  /**
   * Until when the session that asks may replace an authenticator without a proof, for it was signed in by a backup code.
   * `null`: it may not.
   */
  readonly recoveryUntil: Date | null;
  /** The methods that take no attempt yet: to be said before a code is typed. */
  readonly locks: readonly MethodLock[];
  /** For so many days devices can be trusted here. 0: not at all. */
  readonly trustedDeviceDays: number;
  /** What a policy wants of the account and it has not; `null` when nothing is missing. */
  readonly enrolment: DueEnrolment | null;
}

export function stateOf(
  { enabledAt, isPending, hasPasskey, hasTotp, ...codes }: AccountStatus,
  authenticators: readonly Authenticator[],
): AccountState {
  return {
    enabled: enabledAt !== null,
    pending: isPending,
    enabledAt,
    methods: [
      ...(hasPasskey ? ['passkey' as const] : []),
      ...(hasTotp ? ['totp' as const] : []),
      ...(codes.backupCodesRemaining > 0 ? ['backup_code' as const] : []),
    ],
    authenticators,
    backupCodes: {
      total: codes.backupCodesTotal,
      remaining: codes.backupCodesRemaining,
      generatedAt: codes.backupCodesGeneratedAt,
    },
  };
}
