import type { Method, MethodLock, Tokens, TwoFactorEnrolmentRequiredDetail } from 'two-factor-elements';
import { call } from 'two-factor-elements/client';

export type SignIn =
  | { readonly status: 'authenticated'; readonly tokens: Tokens }
  | {
      readonly status: 'two_factor_required';
      readonly challengeToken: string;
      readonly expiresIn: number;
      readonly methods: readonly Method[];
      readonly trustedDeviceDays: number;
      readonly locks: readonly MethodLock[];
    }
  | ({ readonly status: 'two_factor_enrolment_required' } & TwoFactorEnrolmentRequiredDetail);

/** Where the reference backend has its calls. */
const BASE_URL = '/api/v1';

/** The calls around accounts. Each gives the contract's `data`, or throws `CallFailure`. */
export class AccountApi {
  register(email: string, password: string): Promise<Tokens> {
    return call(BASE_URL, 'POST', '/auth/register', { body: { email, password } });
  }

  async signIn(email: string, password: string): Promise<SignIn> {
    // With the cookie of a trusted device, if there is one.
    const request = { body: { email, password }, credentials: 'same-origin' } as const;
    const answer = await call(BASE_URL, 'POST', '/auth/login', request);
    return answer.status === 'authenticated' ? { status: answer.status, tokens: answer } : answer;
  }

  /** With a code of support. */
  recover(request: {
    readonly email: string;
    readonly password: string;
    readonly resetCode: string;
  }): Promise<TwoFactorEnrolmentRequiredDetail> {
    return call(BASE_URL, 'POST', '/auth/2fa/recovery', { body: request });
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return call(BASE_URL, 'POST', '/auth/refresh', { body: { refreshToken } });
  }

  async logout(accessToken: string): Promise<void> {
    await call(BASE_URL, 'POST', '/auth/logout', { accessToken });
  }
}
