import { call } from './call.js';
import { CallFailure } from './call-failure.js';
import type {
  CodeProof,
  Enabled,
  Enrolled,
  EnrolledByPasskey,
  GetAccessToken,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
  Proof,
  RegisteredPasskey,
  SecurityEvent,
  Setup,
  SetupWish,
  Status,
  SteppedUp,
  TrustedDevice,
} from './contract.js';
import { isOffline, tellDeveloper } from './host-mistake.js';
import { SignInApi, WITH_COOKIE } from './sign-in-api.js';

export * from './contract.js';

/** The calls of the second factor. Each gives the contract's `data`, or throws {@link CallFailure}. */
export class TwoFactorApi extends SignInApi {
  readonly #getAccessToken: GetAccessToken;

  constructor(baseUrl?: string, getAccessToken: GetAccessToken = () => undefined) {
    super(baseUrl);
    this.#getAccessToken = getAccessToken;
  }

  status(): Promise<Status> {
    return this.#authorized((accessToken) => call(this.baseUrl, 'GET', '/auth/2fa', { accessToken }));
  }

  events(): Promise<SecurityEvent[]> {
    return this.#authorized((accessToken) => call(this.baseUrl, 'GET', '/auth/2fa/events', { accessToken }));
  }

  setup(proof: Proof & SetupWish): Promise<Setup> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/setup', { accessToken, body: { ...proof } }),
    );
  }

  enable(proof: CodeProof): Promise<Enabled> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/enable', { accessToken, body: { ...proof } }),
    );
  }

  async drawBackupCodes(proof: Proof): Promise<string[]> {
    const { backupCodes } = await this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/backup-codes', { accessToken, body: { ...proof } }),
    );
    return backupCodes;
  }

  async disable(proof: Proof): Promise<void> {
    await this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/disable', { accessToken, body: { ...proof } }),
    );
  }

  async rename(id: string, name: string): Promise<void> {
    const request = { id, body: { name } };
    await this.#authorized((accessToken) =>
      call(this.baseUrl, 'PATCH', '/auth/2fa/authenticators/{id}', { accessToken, ...request }),
    );
  }

  async remove(id: string, proof: Proof): Promise<void> {
    const request = { id, body: { ...proof } };
    await this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/authenticators/{id}/remove', { accessToken, ...request }),
    );
  }

  /** What a passkey is to be made by. */
  async creationOptions(proof: Proof): Promise<PasskeyCreationOptions> {
    const { publicKey } = await this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/passkeys/options', { accessToken, body: { ...proof } }),
    );
    return publicKey;
  }

  registerPasskey(
    body: { readonly response: PasskeyRegistration } & Pick<Proof, 'password'>,
  ): Promise<RegisteredPasskey> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/passkeys', { accessToken, body }),
    );
  }

  /** What a passkey is to answer in a call of somebody who is signed in. */
  async requestOptions(): Promise<PasskeyRequestOptions> {
    const { publicKey } = await this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/passkeys/challenge', { accessToken, body: {} }),
    );
    return publicKey;
  }

  /** The calls of a sign-in that a policy holds back, by what it was answered with. */
  enrolmentSetup(enrolmentToken: string): Promise<Setup> {
    return call(this.baseUrl, 'POST', '/auth/2fa/enrolment/setup', { body: { enrolmentToken } });
  }

  enrolmentEnable(enrolmentToken: string, code: string): Promise<Enrolled> {
    return call(this.baseUrl, 'POST', '/auth/2fa/enrolment/enable', { body: { enrolmentToken, code } });
  }

  async enrolmentCreationOptions(enrolmentToken: string): Promise<PasskeyCreationOptions> {
    const body = { enrolmentToken };
    const { publicKey } = await call(this.baseUrl, 'POST', '/auth/2fa/enrolment/passkeys/options', { body });
    return publicKey;
  }

  enrolmentPasskey(enrolmentToken: string, response: PasskeyRegistration): Promise<EnrolledByPasskey> {
    const body = { enrolmentToken, response };
    return call(this.baseUrl, 'POST', '/auth/2fa/enrolment/passkeys', { body });
  }

  /** Raises the session that calls. */
  stepUp(proof: Pick<Proof, 'code' | 'passkey'>): Promise<SteppedUp> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'POST', '/auth/2fa/step-up', { accessToken, body: { ...proof } }),
    );
  }

  trustedDevices(): Promise<TrustedDevice[]> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'GET', '/auth/2fa/trusted-devices', { accessToken, ...WITH_COOKIE }),
    );
  }

  /** Ends one trust. @returns those that are left */
  removeTrustedDevice(id: string): Promise<TrustedDevice[]> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'DELETE', '/auth/2fa/trusted-devices/{id}', { accessToken, id, ...WITH_COOKIE }),
    );
  }

  removeAllTrustedDevices(): Promise<TrustedDevice[]> {
    return this.#authorized((accessToken) =>
      call(this.baseUrl, 'DELETE', '/auth/2fa/trusted-devices', { accessToken, ...WITH_COOKIE }),
    );
  }

  /** Sends with the access token; when it is refused, once more with another one. */
  async #authorized<Data>(send: (accessToken: string) => Promise<Data>): Promise<Data> {
    try {
      return await send(await this.#token({ refresh: false }));
    } catch (error) {
      if (!CallFailure.from(error).isTokenRefused) {
        throw error;
      }
    }
    return send(await this.#token({ refresh: true }));
  }

  async #token(request: { readonly refresh: boolean }): Promise<string> {
    const token = await this.#given(request);
    if (token === undefined || token === '') {
      throw new CallFailure('AUTH_TOKEN_MISSING');
    }
    return token;
  }

  async #given(request: { readonly refresh: boolean }): Promise<string | undefined> {
    try {
      return await this.#getAccessToken(request);
    } catch (error) {
      // Without a network it may well throw. Anything else is a fault of the page, and nobody would see it.
      if (!isOffline() && !(error instanceof CallFailure)) {
        tellDeveloper('getAccessToken has thrown.', error);
      }
      throw CallFailure.from(error);
    }
  }
}
