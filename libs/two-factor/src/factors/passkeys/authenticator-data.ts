import { createHash } from 'node:crypto';
import type { RefusalReason } from '../../errors/two-factor.errors.js';

/** The part that all authenticator data begin with (WebAuthn Level 3 §6.1). */
export interface AuthenticatorData {
  readonly rpIdHash: Buffer;
  readonly isUserPresent: boolean;
  readonly isUserVerified: boolean;
  /** Whether the passkey may leave its device. It never changes. */
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  readonly counter: number;
}

export interface ExpectedAuthenticatorData {
  readonly rpId: string;
  readonly isUserVerificationRequired: boolean;
}

const SHORTEST = 37;

/** @returns `undefined` when it is too short to be any */
export function readAuthenticatorData(data: Buffer): AuthenticatorData | undefined {
  if (data.length < SHORTEST) {
    return undefined;
  }
  const flags = data.readUInt8(32);
  const has = (bit: number): boolean => ((flags >> bit) & 1) === 1;
  return {
    rpIdHash: data.subarray(0, 32),
    isUserPresent: has(0),
    isUserVerified: has(2),
    isBackupEligible: has(3),
    isBackedUp: has(4),
    counter: data.readUInt32BE(33),
  };
}

/** What is wrong with it (WebAuthn Level 3 §7.1 steps 14 to 18, §7.2 steps 15 to 19). */
export function authenticatorDataFault(
  data: AuthenticatorData,
  { rpId, isUserVerificationRequired }: ExpectedAuthenticatorData,
): RefusalReason | undefined {
  if (!data.rpIdHash.equals(createHash('sha256').update(rpId).digest())) {
    return 'rp_id';
  }
  if (!data.isUserPresent) {
    return 'user_absent';
  }
  if (isUserVerificationRequired && !data.isUserVerified) {
    return 'user_unverified';
  }
  return data.isBackedUp && !data.isBackupEligible ? 'backup_flags' : undefined;
}
