/**
 * One cookie of a request's `Cookie` header (RFC 6265 §4.2.1).
 *
 * @returns `undefined` when it is not there, or more than once: then somebody else has set one, and nobody can say which
 */
export function cookieOf(header: string, name: string): string | undefined {
  const values = header.split(';').flatMap((pair) => {
    const [own = '', ...value] = pair.split('=');
    return own.trim() === name ? [value.join('=').trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}
