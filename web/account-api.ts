import createClient from 'openapi-fetch';
import {
  CallFailure,
  type Method,
  type MethodLock,
  type Tokens,
  type TwoFactorEnrolmentRequiredDetail,
  type paths,
} from 'two-factor-elements';

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

interface Sent<Data> {
  readonly data?: { data?: Data };
  readonly error?: unknown;
  readonly response: Response;
}

/** The calls around accounts. Each gives the contract's `data`, or throws `CallFailure`. */
export class AccountApi {
  readonly #client = createClient<paths>({ baseUrl: '', credentials: 'omit', cache: 'no-store' });

  async register(email: string, password: string): Promise<Tokens> {
    return settle(() => this.#client.POST('/api/v1/auth/register', { body: { email, password } }));
  }

  async signIn(email: string, password: string): Promise<SignIn> {
    // With the cookie of a trusted device, if there is one.
    const credentials = 'same-origin';
    const answer = await settle(() =>
      this.#client.POST('/api/v1/auth/login', { body: { email, password }, credentials }),
    );
    return answer.status === 'authenticated' ? { status: answer.status, tokens: answer } : answer;
  }

  /** With a code of support. */
  recover(request: {
    readonly email: string;
    readonly password: string;
    readonly resetCode: string;
  }): Promise<TwoFactorEnrolmentRequiredDetail> {
    return settle(() => this.#client.POST('/api/v1/auth/2fa/recovery', { body: request }));
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return settle(() => this.#client.POST('/api/v1/auth/refresh', { body: { refreshToken } }));
  }

  async logout(accessToken: string): Promise<void> {
    const headers = { Authorization: `Bearer ${accessToken}` };
    const { error, response } = await this.#client.POST('/api/v1/auth/logout', { headers });
    if (!response.ok) {
      throw CallFailure.of(error, response);
    }
  }
}

async function settle<Data>(send: () => Promise<Sent<Data>>): Promise<Data> {
  try {
    const { data, error, response } = await send();
    if (!response.ok || data?.data === undefined) {
      throw CallFailure.of(error, response);
    }
    return data.data;
  } catch (error) {
    throw CallFailure.from(error);
  }
}
