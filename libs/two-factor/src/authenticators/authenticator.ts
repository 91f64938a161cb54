export const AUTHENTICATOR_TYPES = ['passkey', 'totp'] as const;
export type AuthenticatorType = (typeof AUTHENTICATOR_TYPES)[number];

/** What an account proves its second factor with, as its owner sees it; never a secret. */
export interface Authenticator {
  readonly id: string;
  readonly type: AuthenticatorType;
  /** As the owner calls it. It stands in no log and in no event. */
  readonly name: string;
  readonly createdAt: Date;
  /** `null` when it has not been used yet. */
  readonly lastUsedAt: Date | null;
}
