/** What is stored at most of why something is done. */
export const LONGEST_RESET_REASON = 500;
export const RESET_REASON_RULE = `reason must be text of 1 to ${LONGEST_RESET_REASON} characters`;
/** Of a code that `parseBackupCode` reads: it is drawn as those are. */
export const RESET_CODE_RULE = 'resetCode must be 15 letters and digits, as in XXXXX-XXXXX-XXXXX';

/** Half a pair is no text, and no database takes it. */
const LONE_SURROGATE = /\p{Cs}/gu;

/** @returns the text without spaces around it, or `undefined` for what says nothing */
export function parseResetReason(reason: unknown): string | undefined {
  const text =
    typeof reason === 'string'
      ? reason.replaceAll(LONE_SURROGATE, '\u{FFFD}').replaceAll('\0', '').trim()
      : '';
  return text !== '' && text.length <= LONGEST_RESET_REASON ? text : undefined;
}
