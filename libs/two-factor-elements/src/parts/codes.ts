import { parseBackupCode, parsePartOfBackupCode } from 'nestjs-two-factor/codes';

/** So many characters prove that somebody has a code before them. */
export const PROOF_LENGTH = 5;

/** Whether what was typed back is the end of one of the codes. */
export function isEndOfOne(codes: readonly string[], typed: string): boolean {
  const whole = parseBackupCode(typed);
  const end = parsePartOfBackupCode(typed) ?? '';
  return (
    // A whole code typed back is as good, also with its number.
    (whole !== undefined && codes.includes(whole)) ||
    (end.length >= PROOF_LENGTH && codes.some((code) => code.replaceAll('-', '').endsWith(end)))
  );
}

/** A key as people read it off: groups of four. */
export function groupsOfFour(key: string): string[] {
  return key.match(/.{1,4}/g) ?? [];
}
