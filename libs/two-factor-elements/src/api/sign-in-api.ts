import { call } from './call.js';
import {
  DEFAULT_BASE_URL,
  type EnrolmentRequired,
  type PasskeyRequestOptions,
  type Proof,
  type Verified,
} from './contract.js';

/** Also to another origin: a server where devices can be trusted lets it through (`CORS_ORIGINS`). */
export const WITH_COOKIE = { credentials: 'include' } as const;

/** The calls of a sign-in, which has no session yet. Each gives the contract's `data`, or throws `CallFailure`. */
export class SignInApi {
  constructor(protected readonly baseUrl: string = DEFAULT_BASE_URL) {}

  /** What a passkey is to answer in a sign-in. */
  async signInOptions(challengeToken: string): Promise<PasskeyRequestOptions> {
    const body = { challengeToken };
    const { publicKey } = await call(this.baseUrl, 'POST', '/auth/2fa/verify/options', { body });
    return publicKey;
  }

  verify(
    challengeToken: string,
    { code, backupCode, passkey }: Proof,
    { trustDevice = false }: { readonly trustDevice?: boolean } = {},
  ): Promise<Verified | EnrolmentRequired> {
    const answer =
      passkey !== undefined ? { passkey } : code !== undefined ? { code } : { backupCode: backupCode ?? '' };
    const body = { challengeToken, ...answer, ...(trustDevice && { trustDevice }) };
    return call(this.baseUrl, 'POST', '/auth/2fa/verify', { body, ...(trustDevice && WITH_COOKIE) });
  }
}
