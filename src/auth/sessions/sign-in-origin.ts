/** Where a sign-in came from, as its request says. Nothing is decided by it. */
export interface SignInOrigin {
  readonly ip: string;
  readonly userAgent: string | undefined;
}

const LONGEST_IP = 64;
const LONGEST_USER_AGENT = 256;

/** Cuts what a client or a proxy can make arbitrarily long, and what PostgreSQL takes for no text. */
export function boundedOrigin({ ip, userAgent }: SignInOrigin): SignInOrigin {
  return {
    ip: ip.replaceAll('\0', '').slice(0, LONGEST_IP),
    userAgent: userAgent?.replaceAll('\0', '').slice(0, LONGEST_USER_AGENT).toWellFormed(),
  };
}
