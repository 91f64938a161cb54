import { DASH, readPasted, theOnly } from '../pasted.js';

/** Crockford's base32: no I, L, O or U, so that nothing is misread from paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 15;
const GROUP_LENGTH = 5;

const SEPARATORS = new RegExp(`[\\s${DASH}._,]`, 'gu');
/** As our own file numbers its lines. */
const LINE_NUMBER = /^\s*[0-9]{1,2}[.)]\s+/;
const GROUP = `[0-9A-Za-z]{${GROUP_LENGTH}}`;
/** Three groups with dashes between them, and nothing that could belong to them on either side. */
const IN_TEXT = new RegExp(
  `(?<=^|[\\s:#*("“„«])${GROUP}[${DASH}]${GROUP}[${DASH}]${GROUP}(?=$|[\\s.,;:!?*)"”»])`,
  'gu',
);

export const BACKUP_CODE_RULE = 'backupCode must be 15 letters and digits, as in XXXXX-XXXXX-XXXXX';

/** How many codes a set has. */
export const BACKUP_CODES_PER_SET = 10;

/** Draws a set of codes, `XXXXX-XXXXX-XXXXX`, 75 random bits each. */
export function drawBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES_PER_SET }, drawBackupCode);
}

/** One of them. */
export function drawBackupCode(): string {
  // 256 is a multiple of 32, so the low five bits of a random byte are uniform.
  const bytes = crypto.getRandomValues(new Uint8Array(CODE_LENGTH));
  const characters = Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return groupsOf(characters.join('')).join('-');
}

function groupsOf(code: string): string[] {
  return code.match(new RegExp(`.{${GROUP_LENGTH}}`, 'g')) ?? [];
}

/**
 * Reads a backup code as people type and paste it: any case, with spaces and separators anywhere, O for 0, I or L for 1,
 * with its number before it, or with words around it. What could be anything else is no code.
 *
 * @returns the code as it was handed out, `XXXXX-XXXXX-XXXXX`, or `undefined` for everything else
 */
export function parseBackupCode(input: unknown): string | undefined {
  const text = readPasted(input)?.replace(LINE_NUMBER, '');
  if (text === undefined) {
    return undefined;
  }
  return codeOf(text) ?? codeOf(theOnly(IN_TEXT, text) ?? '');
}

/**
 * Reads a part of a backup code, as it is typed back to show that the codes are safe.
 *
 * @returns its characters as the code has them, or `undefined` when it has others as well
 */
export function parsePartOfBackupCode(input: unknown): string | undefined {
  const text = readPasted(input);
  return text === undefined ? undefined : charactersOf(text);
}

function codeOf(text: string): string | undefined {
  const characters = charactersOf(text);
  return characters?.length === CODE_LENGTH ? groupsOf(characters).join('-') : undefined;
}

function charactersOf(text: string): string | undefined {
  const typed = text.replaceAll(SEPARATORS, '');
  // Asked before the case is folded: other scripts have letters that fold into ASCII ones. U is the one letter that
  // Crockford's alphabet lacks.
  return /^[0-9A-TV-Za-tv-z]*$/.test(typed)
    ? typed.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
    : undefined;
}
