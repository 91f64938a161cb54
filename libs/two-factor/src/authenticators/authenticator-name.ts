/** What is stored at most, in characters as Unicode counts them. */
export const LONGEST_NAME = 64;
/** What is looked at at all: what nobody sees may come on top. */
const LONGEST_INPUT = 512;

/** What a screen leaves out: zero-width, directions of text, tags, fillers, variation selectors. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Control characters and halves of surrogate pairs: no text. */
const NO_TEXT = /[\p{Cc}\p{Cs}]/u;

export const AUTHENTICATOR_NAME_RULE = `name must be 1 to ${LONGEST_NAME} visible characters`;

/** The name of an authenticator to which nobody has given one. */
export const DEFAULT_AUTHENTICATOR_NAME = 'Authenticator';

/**
 * Reads the name that somebody gives to an authenticator, in the one form in which it is stored: NFC, without what nobody
 * sees, with single spaces.
 *
 * @returns 1 to 64 characters, or `undefined` for everything else
 */
export function parseAuthenticatorName(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) {
    return undefined;
  }
  const name = input.replaceAll(UNSEEN, '').replaceAll(/\s+/g, ' ').trim().normalize('NFC');
  const { length } = Array.from(name);
  return length >= 1 && length <= LONGEST_NAME && !NO_TEXT.test(name) ? name : undefined;
}
