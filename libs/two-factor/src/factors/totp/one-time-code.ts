const LONGEST_INPUT = 64;

/**
 * Reads a one-time code as people type and paste it: `123456`, `123 456`, with spaces around.
 *
 * @returns six ASCII digits, or `undefined` for everything else; digits of other scripts are refused
 */
export function parseOneTimeCode(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) {
    return undefined;
  }
  const code = input.replaceAll(/\s/g, '');
  return /^[0-9]{6}$/.test(code) ? code : undefined;
}
