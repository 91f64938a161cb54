/** Something before one @, a domain with a dot behind it, and nothing that cannot be seen. RFC 5321 §4.5.3.1 bounds the length. */
const EMAIL = /^(?=.{3,254}$)[^@\s\p{Cc}\p{Cs}]+@[^@\s\p{Cc}\p{Cs}]+\.[^@\s\p{Cc}\p{Cs}]+$/u;

export function isEmail(text: unknown): text is string {
  return typeof text === 'string' && EMAIL.test(normalEmail(text));
}

/** The one form in which e-mail addresses are stored and compared: `Ann@X.io` and `ann@x.io` are one account. */
export function normalEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}
