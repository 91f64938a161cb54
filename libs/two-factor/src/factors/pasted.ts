/** A code with the sentence that it came in, and no letter that it came in. */
const LONGEST_INPUT = 128;

/** Soft hyphens, zero-width characters, and marks of a text's direction; what turns digits round is not among them. */
const INVISIBLE = /[\u00AD\u061C\u200B-\u200F\u202A-\u202C\u2060-\u2064\u2066-\u2069\uFEFF]/g;

/** The digits of the keyboards people have: ASCII, Arabic, Persian and Urdu, full-width. */
const DIGIT = /[0-9\u0660-\u0669\u06F0-\u06F9\uFF10-\uFF19]/g;
const ZEROS = [0x30, 0x660, 0x6f0, 0xff10];

/** What stands between the groups of a code: any dash, and the minus that some programs make of one. */
export const DASH = '\\p{Pd}\\u2212';

/**
 * What somebody typed or pasted, with its digits in ASCII and without what nobody sees. No letter is changed: which
 * of them mean another is a matter of the code, and other scripts have letters that fold into ASCII ones.
 *
 * @returns `undefined` for what is no text, too long, or has digits of two scripts
 */
export function readPasted(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) {
    return undefined;
  }
  const text = input.replaceAll(INVISIBLE, '');
  const zeros = new Set((text.match(DIGIT) ?? []).map(zeroOf));
  return zeros.size > 1
    ? undefined
    : text.replaceAll(DIGIT, (digit) => String(digit.charCodeAt(0) - zeroOf(digit)));
}

/** The one piece of a text that looks like this; `undefined` when there is none, or more than one. */
export function theOnly(pattern: RegExp, text: string): string | undefined {
  const [found, ...others] = text.match(pattern) ?? [];
  return others.length === 0 ? found : undefined;
}

function zeroOf(digit: string): number {
  return ZEROS.findLast((zero) => digit.charCodeAt(0) >= zero) ?? 0;
}
