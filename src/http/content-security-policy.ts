const join = (directives: readonly string[]): string => directives.join('; ');

/** For every answer: the page needs no more, and an API needs less. */
const STRICT = join([
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The QR code comes as a `data:` URI.
  "img-src 'self' data:",
  "connect-src 'self'",
  // Forms are sent by scripts; without one, a password must not end in an address.
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
]);

/** Swagger UI writes styles into its elements. */
const DOCS = join([
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]);

/** What the document at an address may load and run. */
export function contentSecurityPolicy(url: string): string {
  return /^\/docs(?:[/?-]|$)/.test(url) ? DOCS : STRICT;
}
