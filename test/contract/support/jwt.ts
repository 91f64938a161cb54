import { createHmac } from 'node:crypto';

export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Takes a token apart, without a look at its signature. */
export function decode(token: string): Jwt {
  const [header = '', claims = ''] = token.split('.');
  const json = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  return { header: json(header), claims: json(claims) };
}

/** What is signed of a token: RFC 7515 §5.1. */
export function signingInput({
  header,
  claims,
}: {
  readonly header: unknown;
  readonly claims: unknown;
}): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

/** Signs a token as RFC 7515 says, by hand: no library refuses what a test wants in it. */
export function sign(
  jwt: { readonly header: unknown; readonly claims: unknown },
  { secret, digest = 'sha256' }: { readonly secret: string; readonly digest?: string },
): string {
  const input = signingInput(jwt);
  return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`;
}
