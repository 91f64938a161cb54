/** In characters, of which an emoji is one. */
export const PASSWORD_LENGTH = { minLength: 12, maxLength: 128 } as const;

/**
 * Whether a text may become a password: it is well-formed, and long enough as typed and in its one form. Half a
 * surrogate pair is no text, and as UTF-8 all halves are one; a letter and its accent are one character.
 */
export function isNewPassword(text: unknown): text is string {
  return (
    isPasswordText(text) &&
    lengthOf(text) >= PASSWORD_LENGTH.minLength &&
    lengthOf(normalPassword(text)) >= PASSWORD_LENGTH.minLength
  );
}

/** Whether a text may be tried as a password. A short one is a wrong one, and is answered as such. */
export function isPasswordText(text: unknown): text is string {
  return typeof text === 'string' && text.isWellFormed() && lengthOf(text) <= PASSWORD_LENGTH.maxLength;
}

/** One form for what looks the same, whichever keyboard typed it (NIST SP 800-63B-4 §3.1.1.2). */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
