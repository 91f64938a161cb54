import type { components } from './schema.js';

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

/** The tokens of an answer that holds more than them. */
export function tokensOf({ accessToken, refreshToken, tokenType, expiresIn }: Tokens): Tokens {
  return { accessToken, refreshToken, tokenType, expiresIn };
}
