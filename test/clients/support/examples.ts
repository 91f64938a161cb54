import { readFileSync } from 'node:fs';

const SPECIFICATION = readFileSync(new URL('../enable-2fa.md', import.meta.url), 'utf8');
const ADDRESS = 'https://localhost:8080';

/** The SDK examples of the specification as they stand there, by the name of their language. */
export const EXAMPLES: ReadonlyMap<string, string> = new Map(
  Array.from(
    SPECIFICATION.slice(SPECIFICATION.indexOf('## SDK Code Examples')).matchAll(/^```(\w+)\n(.*?)^```$/gms),
    ([, language = '', code = '']) => [language, code] as const,
  ),
);

/** An example with another address and, where it says `Authorization` for the value of that header, a token. */
export function exampleFor(
  language: string,
  { url, token }: { readonly url: string; readonly token: string },
): string {
  const code = EXAMPLES.get(language) ?? '';
  const value = /(["'])Authorization\1(?![^]*["']Authorization["'])/;
  if (!code.includes(ADDRESS) || !value.test(code)) {
    throw new Error(`The specification has no example in ${language} with the address and the header`);
  }
  return code.replaceAll(ADDRESS, url).replace(value, `$1Bearer ${token}$1`);
}
