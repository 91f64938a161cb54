import { parseBackupCode } from '../factors/backup-codes/backup-code.js';
import { parseOneTimeCode } from '../factors/totp/one-time-code.js';
import { type FieldFault, TwoFactorException } from '../errors/two-factor.errors.js';

/** What a client sends to prove its second factor: exactly one of the two. */
export interface CodeInput {
  readonly code?: string | undefined;
  readonly backupCode?: string | undefined;
}

/** A well-formed code, and what it is checked against. */
export interface CodeProof {
  readonly method: 'totp' | 'backup_code';
  readonly code: string;
}

export const ONE_TIME_CODE_RULE = 'code must be six digits';
export const BACKUP_CODE_RULE = 'backupCode must be 15 letters and digits, as in XXXXX-XXXXX-XXXXX';

/** @throws TwoFactorException `VALIDATION_FAILED` for anything but exactly one well-formed code; it costs no attempt */
export function parseCodeProof({ code, backupCode }: CodeInput): CodeProof {
  if (code !== undefined && backupCode !== undefined) {
    throw invalid({ field: 'backupCode', message: 'give either code or backupCode, not both' });
  }
  if (backupCode === undefined) {
    return { method: 'totp', code: requireOneTimeCode(code) };
  }
  const parsed = parseBackupCode(backupCode);
  if (parsed === undefined) {
    throw invalid({ field: 'backupCode', message: BACKUP_CODE_RULE });
  }
  return { method: 'backup_code', code: parsed };
}

/** @throws TwoFactorException `VALIDATION_FAILED` for anything but six digits; it costs no attempt */
export function requireOneTimeCode(code: string | undefined): string {
  const parsed = parseOneTimeCode(code);
  if (parsed === undefined) {
    throw invalid({ field: 'code', message: ONE_TIME_CODE_RULE });
  }
  return parsed;
}

function invalid(fault: FieldFault): TwoFactorException {
  return new TwoFactorException('VALIDATION_FAILED', { details: [fault] });
}
