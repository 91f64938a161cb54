import createClient from 'openapi-fetch';
import { CallFailure } from './call-failure.js';
import { isOffline, tellDeveloper, tellOfForeignOrigin } from './host-mistake.js';
import type { components, paths } from './schema.js';

type Schemas = components['schemas'];
export type Status = Schemas['StatusAnswer'];
export type Setup = Schemas['SetupAnswer'];
export type Enabled = Schemas['EnableAnswer'];
export type Verified = Schemas['VerifyAnswer'];
/** No session: a policy wants another factor first. */
export type EnrolmentRequired = Schemas['EnrolmentRequiredAnswer'];
export type SecurityEvent = Schemas['SecurityEventAnswer'];
export type Authenticator = Schemas['AuthenticatorAnswer'];
export type TrustedDevice = Schemas['TrustedDeviceAnswer'];
export type DeviceTrust = Schemas['DeviceTrustAnswer'];
export type StepUpDemand = Schemas['StepUpDemandAnswer'];
export type SteppedUp = Schemas['StepUpAnswer'];
/** A method that takes no attempt yet. */
export type MethodLock = Schemas['LockAnswer'];
export type Method = Status['methods'][number];
export type PasskeyCreationOptions = Schemas['PasskeyCreationOptions'];
export type PasskeyRequestOptions = Schemas['PasskeyRequestOptions'];
export type PasskeyRegistration = Schemas['PasskeyRegistration'];
export type PasskeyAssertion = Schemas['PasskeyAssertion'];
export type Enrolled = Schemas['EnrolledAnswer'];
export type EnrolledByPasskey = Schemas['EnrolledPasskeyAnswer'];
export type RegisteredPasskey = Schemas['PasskeyAnswer'];
export type Tokens = Pick<
  Schemas['TokensAnswer'],
  'accessToken' | 'refreshToken' | 'tokenType' | 'expiresIn'
>;

/**
 * Gives the access token for the next call.
 *
 * With `refresh` the last one was refused: get another one. `undefined` says that nobody is signed in.
 */
export type GetAccessToken = (request: {
  readonly refresh: boolean;
}) => string | undefined | Promise<string | undefined>;

/** What proves a factor, and the password when the sign-in is not recent. */
export interface Proof {
  readonly code?: string;
  readonly backupCode?: string;
  readonly passkey?: PasskeyAssertion;
  readonly password?: string;
}
export type CodeProof = Proof & { readonly code: string };

/** What an authenticator app is set up for: the first one, another one beside those there, or one in another's place. */
export interface SetupWish {
  readonly add?: boolean;
  readonly replaces?: string;
  readonly name?: string;
}

/** Where the calls lie on a server that has them where the reference backend has them. */
export const DEFAULT_BASE_URL = '/api/v1';

/** The contract's paths without the prefix that the base URL stands for. */
type Paths = {
  [Path in keyof paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: paths[Path];
};

const TIMEOUT_MS = 20_000;
/** Also to another origin: a server where devices can be trusted lets it through (`CORS_ORIGINS`). */
const WITH_COOKIE = { credentials: 'include' } as const;

interface Sent<Data> {
  readonly data?: { data?: Data };
  readonly error?: unknown;
  readonly response: Response;
}

/** The calls of the second factor. Each gives the contract's `data`, or throws {@link CallFailure}. */
export class TwoFactorApi {
  readonly #client;
  readonly #getAccessToken: GetAccessToken;

  constructor(baseUrl: string = DEFAULT_BASE_URL, getAccessToken: GetAccessToken = () => undefined) {
    this.#client = createClient<Paths>({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      // No cookies but that of a trusted device, in the calls that are about it.
      credentials: 'omit',
      // Looked up at each call, not once: a page may wrap it later.
      fetch: async (request) => {
        try {
          const signal = AbortSignal.timeout(TIMEOUT_MS);
          return await fetch(request, { cache: 'no-store', signal });
        } catch (error) {
          tellOfForeignOrigin(request.url);
          throw error;
        }
      },
    });
    this.#getAccessToken = getAccessToken;
  }

  status(): Promise<Status> {
    return this.#authorized((headers) => this.#client.GET('/auth/2fa', { headers }));
  }

  events(): Promise<SecurityEvent[]> {
    return this.#authorized((headers) => this.#client.GET('/auth/2fa/events', { headers }));
  }

  setup(proof: Proof & SetupWish): Promise<Setup> {
    return this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/setup', { headers, body: { ...proof } }),
    );
  }

  enable(proof: CodeProof): Promise<Enabled> {
    return this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/enable', { headers, body: { ...proof } }),
    );
  }

  async drawBackupCodes(proof: Proof): Promise<string[]> {
    const { backupCodes } = await this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/backup-codes', { headers, body: { ...proof } }),
    );
    return backupCodes;
  }

  async disable(proof: Proof): Promise<void> {
    await this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/disable', { headers, body: { ...proof } }),
    );
  }

  async rename(id: string, name: string): Promise<void> {
    const request = { params: { path: { id } }, body: { name } };
    await this.#authorized((headers) =>
      this.#client.PATCH('/auth/2fa/authenticators/{id}', { headers, ...request }),
    );
  }

  async remove(id: string, proof: Proof): Promise<void> {
    const request = { params: { path: { id } }, body: { ...proof } };
    await this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/authenticators/{id}/remove', { headers, ...request }),
    );
  }

  /** What a passkey is to be made by. */
  async creationOptions(proof: Proof): Promise<PasskeyCreationOptions> {
    const { publicKey } = await this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/passkeys/options', { headers, body: { ...proof } }),
    );
    return publicKey;
  }

  registerPasskey(
    body: { readonly response: PasskeyRegistration } & Pick<Proof, 'password'>,
  ): Promise<RegisteredPasskey> {
    return this.#authorized((headers) => this.#client.POST('/auth/2fa/passkeys', { headers, body }));
  }

  /** What a passkey is to answer in a call of somebody who is signed in. */
  async requestOptions(): Promise<PasskeyRequestOptions> {
    const { publicKey } = await this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/passkeys/challenge', { headers, body: {} }),
    );
    return publicKey;
  }

  /** What a passkey is to answer in a sign-in. */
  async signInOptions(challengeToken: string): Promise<PasskeyRequestOptions> {
    const body = { challengeToken };
    const { publicKey } = await settle(() => this.#client.POST('/auth/2fa/verify/options', { body }));
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
    return settle(() => this.#client.POST('/auth/2fa/verify', { body, ...(trustDevice && WITH_COOKIE) }));
  }

  /** The calls of a sign-in that a policy holds back, by what it was answered with. */
  enrolmentSetup(enrolmentToken: string): Promise<Setup> {
    return settle(() => this.#client.POST('/auth/2fa/enrolment/setup', { body: { enrolmentToken } }));
  }

  enrolmentEnable(enrolmentToken: string, code: string): Promise<Enrolled> {
    return settle(() => this.#client.POST('/auth/2fa/enrolment/enable', { body: { enrolmentToken, code } }));
  }

  async enrolmentCreationOptions(enrolmentToken: string): Promise<PasskeyCreationOptions> {
    const body = { enrolmentToken };
    const { publicKey } = await settle(() =>
      this.#client.POST('/auth/2fa/enrolment/passkeys/options', { body }),
    );
    return publicKey;
  }

  enrolmentPasskey(enrolmentToken: string, response: PasskeyRegistration): Promise<EnrolledByPasskey> {
    const body = { enrolmentToken, response };
    return settle(() => this.#client.POST('/auth/2fa/enrolment/passkeys', { body }));
  }

  /** Raises the session that calls. */
  stepUp(proof: Pick<Proof, 'code' | 'passkey'>): Promise<SteppedUp> {
    return this.#authorized((headers) =>
      this.#client.POST('/auth/2fa/step-up', { headers, body: { ...proof } }),
    );
  }

  trustedDevices(): Promise<TrustedDevice[]> {
    return this.#authorized((headers) =>
      this.#client.GET('/auth/2fa/trusted-devices', { headers, ...WITH_COOKIE }),
    );
  }

  /** Ends one trust. @returns those that are left */
  removeTrustedDevice(id: string): Promise<TrustedDevice[]> {
    const params = { path: { id } };
    return this.#authorized((headers) =>
      this.#client.DELETE('/auth/2fa/trusted-devices/{id}', { headers, params, ...WITH_COOKIE }),
    );
  }

  removeAllTrustedDevices(): Promise<TrustedDevice[]> {
    return this.#authorized((headers) =>
      this.#client.DELETE('/auth/2fa/trusted-devices', { headers, ...WITH_COOKIE }),
    );
  }

  /** Sends with the access token; when it is refused, once more with another one. */
  async #authorized<Data>(
    send: (headers: { readonly Authorization: string }) => Promise<Sent<Data>>,
  ): Promise<Data> {
    try {
      return await settle(async () => send(await this.#authorization({ refresh: false })));
    } catch (error) {
      if (!CallFailure.from(error).isTokenRefused) {
        throw error;
      }
    }
    return settle(async () => send(await this.#authorization({ refresh: true })));
  }

  async #token(request: { readonly refresh: boolean }): Promise<string | undefined> {
    try {
      return await this.#getAccessToken(request);
    } catch (error) {
      // Without a network it may well throw. Anything else is a fault of the page, and nobody would see it.
      if (!isOffline() && !(error instanceof CallFailure)) {
        tellDeveloper('getAccessToken has thrown.', error);
      }
      throw error;
    }
  }

  async #authorization(request: { readonly refresh: boolean }): Promise<{ readonly Authorization: string }> {
    const token = await this.#token(request);
    if (token === undefined || token === '') {
      throw new CallFailure('AUTH_TOKEN_MISSING');
    }
    return { Authorization: `Bearer ${token}` };
  }
}

/** The tokens of an answer that holds more than them. */
export function tokensOf({ accessToken, refreshToken, tokenType, expiresIn }: Tokens): Tokens {
  return { accessToken, refreshToken, tokenType, expiresIn };
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
