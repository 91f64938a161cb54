import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins';
import pg from 'pg';

export interface BetterAuthPlace {
  readonly url: string;
  readonly secret: string;
  readonly baseURL: string;
}

/** better-auth as its documentation sets it up: e-mail and password, the two-factor plugin, pg. Only its limits are off. */
export function createAuth({ url, secret, baseURL }: BetterAuthPlace) {
  const pool = new pg.Pool({ connectionString: url });
  const auth = betterAuth({
    appName: 'Bench',
    baseURL,
    secret,
    database: pool,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [twoFactor()],
  });
  return { auth, pool };
}
