import { randomBytes } from 'node:crypto';

/** Crockford's base32: no I, L, O or U, so that nothing is misread from paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 15;
const GROUP_LENGTH = 5;
const LONGEST_INPUT = 64;

/** How many codes a set has. */
export const BACKUP_CODES_PER_SET = 10;

/** Draws a set of codes, `XXXXX-XXXXX-XXXXX`, 75 random bits each. */
export function drawBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES_PER_SET }, drawBackupCode);
}

function drawBackupCode(): string {
  // 256 is a multiple of 32, so the low five bits of a random byte are uniform.
  const characters = Array.from(randomBytes(CODE_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return groupsOf(characters.join('')).join('-');
}

function groupsOf(code: string): string[] {
  return code.match(new RegExp(`.{${GROUP_LENGTH}}`, 'g')) ?? [];
}

/**
 * Reads a backup code as people type it: any case, with spaces or dashes of any kind anywhere, O for 0, I or L for 1.
 *
 * @returns the code as it was handed out, `XXXXX-XXXXX-XXXXX`, or `undefined` for everything else
 */
export function parseBackupCode(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) {
    return undefined;
  }
  const typed = input.replaceAll(/[\s\p{Pd}]/gu, '');
  // Asked before the case is folded: other scripts have letters that fold into ASCII ones.
  if (!/^[0-9A-Za-z]+$/.test(typed)) {
    return undefined;
  }
  const code = typed.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  // Of the letters left after folding, U is the one that Crockford's alphabet lacks.
  return code.length === CODE_LENGTH && !code.includes('U') ? groupsOf(code).join('-') : undefined;
}
