import type { FactorMethod } from '../../options/factor-method.js';
import type { ProofInput } from '../../verification/proof-input.js';

// The one place that knows which fields of a body prove a factor; `schemas/fields.ts` says what they look like.

/** The proof in a body. That it is exactly one is for the use-cases to say. */
export function proofOf({ code, backupCode, passkey, authenticatorId }: ProofInput): ProofInput {
  return { code, backupCode, passkey, authenticatorId };
}

/** The method that a proof will be checked by, if it is one. */
export function methodOf({ backupCode, passkey }: ProofInput): FactorMethod {
  if (passkey !== undefined) {
    return 'passkey';
  }
  return backupCode === undefined ? 'totp' : 'backup_code';
}
