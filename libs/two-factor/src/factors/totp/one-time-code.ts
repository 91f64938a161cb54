import { DASH, readPasted, theOnly } from '../pasted.js';

/** Six digits, with spaces and dashes wherever somebody put them. */
const SPACED = new RegExp(`^(?:[\\s${DASH}]*[0-9]){6}[\\s${DASH}]*$`, 'u');
/** Six digits in a row or in two groups of three, and nothing that could belong to them on either side. */
const IN_TEXT = new RegExp(
  `(?<=^|[\\s${DASH}:#*(\\[])[0-9]{3}[\\s${DASH}]?[0-9]{3}(?=$|[\\s${DASH}.,;:!?*)\\]])`,
  'gu',
);
/** What a sentence around a code is made of: no digit, and no sign that would make the code a sum or an address. */
const WORDS = new RegExp(`^[\\p{L}\\p{M}\\s${DASH}.,;:!?'’"“”„«»#*()\\[\\]]*$`, 'u');

export const ONE_TIME_CODE_RULE = 'code must be six digits';

/**
 * Reads a one-time code as people type and paste it: `123456`, `123 456`, `123-456`, `123.456`, with digits of
 * another script, or with the words around it that it came in. What could be anything else is no code.
 *
 * @returns six ASCII digits, or `undefined` for everything else
 */
export function parseOneTimeCode(input: unknown): string | undefined {
  const text = readPasted(input);
  if (text === undefined) {
    return undefined;
  }
  const code = SPACED.test(text) || /^\s*[0-9]{3}[._,][0-9]{3}\s*$/.test(text) ? text : codeInWords(text);
  return code?.replaceAll(/[^0-9]/g, '');
}

function codeInWords(text: string): string | undefined {
  const code = theOnly(IN_TEXT, text);
  return code !== undefined && WORDS.test(text.replace(code, '')) ? code : undefined;
}
