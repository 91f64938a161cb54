import type { Authenticator } from '../authenticators/authenticator.js';
import type { FactorMethod } from '../options/factor-method.js';
import type { AccountStatus } from './account.repository.js';

/** What a user may see of its own second factor; never a secret. */
export interface TwoFactorStatus {
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

export function statusOf(
  { enabledAt, isPending, hasPasskey, hasTotp, ...codes }: AccountStatus,
  authenticators: readonly Authenticator[],
): TwoFactorStatus {
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
