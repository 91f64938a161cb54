import type { Method } from '../api/contract.js';
import { backupCodeField } from './backup-code-field.js';
import { passkeyField } from './passkey-field.js';
import type { ProofField } from './proof-field.js';
import { totpField } from './totp-field.js';

const FIELDS: Readonly<Record<Method, ProofField>> = {
  passkey: passkeyField,
  totp: totpField,
  backup_code: backupCodeField,
};

/** The fields of these methods, in their order; a method of a server that is newer than this has none. */
export function fieldsOf(methods: readonly string[]): readonly ProofField[] {
  return methods.flatMap((method) => Object.values(FIELDS).filter((field) => field.method === method));
}
