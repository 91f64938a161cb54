/**
 * Something before one @, a domain with a dot behind it, and nothing that cannot be seen: no space, no control
 * character, and nothing that a screen leaves out (zero-width, bidirectional, tags, fillers, variation
 * selectors). RFC 5321 §4.5.3.1 bounds the length.
 */
const UNSEEN = String.raw`\s\p{Cc}\p{Cs}\p{Cf}\p{Default_Ignorable_Code_Point}`;
const EMAIL = new RegExp(`^(?=.{3,254}$)[^@${UNSEEN}]+@[^@${UNSEEN}]+\\.[^@${UNSEEN}]+$`, 'u');

export function isEmail(text: unknown): text is string {
  return typeof text === 'string' && EMAIL.test(normalEmail(text));
}

/**
 * The one form in which e-mail addresses are stored and compared: `Ann@X.io` and `ann@x.io` are one account.
 * Lower case is composed again: of some letters only the small one has a code point of its own, such as U+1E96.
 */
export function normalEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase().normalize('NFC');
}
