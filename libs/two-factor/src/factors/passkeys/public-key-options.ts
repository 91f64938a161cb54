import type { TwoFactorUser } from '../../options/two-factor.options.js';
import type { PasskeyDescriptor } from './passkey.repository.js';
import { ALGORITHMS, type WebAuthnSettings } from '../../options/webauthn-options.js';

interface DescriptorJson {
  readonly type: 'public-key';
  /** base64url, as all bytes in here. */
  readonly id: string;
  readonly transports: readonly string[];
}

/** What `PublicKeyCredential.parseCreationOptionsFromJSON()` reads (WebAuthn Level 3 §5.1.9). */
export interface PasskeyCreationOptions {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  /** Milliseconds. */
  readonly timeout: number;
  readonly excludeCredentials: readonly DescriptorJson[];
  readonly authenticatorSelection: {
    readonly residentKey: WebAuthnSettings['residentKey'];
    readonly requireResidentKey: boolean;
    readonly userVerification: WebAuthnSettings['userVerification'];
  };
  readonly attestation: 'none';
}

/** What `PublicKeyCredential.parseRequestOptionsFromJSON()` reads (WebAuthn Level 3 §5.1.10). */
export interface PasskeyRequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly allowCredentials: readonly DescriptorJson[];
  readonly userVerification: WebAuthnSettings['userVerification'];
}

/** What both kinds are made of. */
export interface DrawnOptions {
  readonly challenge: Buffer;
  readonly timeoutSeconds: number;
  /** All of the account's. */
  readonly passkeys: readonly PasskeyDescriptor[];
}

export function creationOptions(
  { rpId, rpName, residentKey, userVerification }: WebAuthnSettings,
  user: Pick<TwoFactorUser, 'label'> & { readonly handle: Buffer },
  { challenge, timeoutSeconds, passkeys }: DrawnOptions,
): PasskeyCreationOptions {
  return {
    rp: { id: rpId, name: rpName },
    user: { id: user.handle.toString('base64url'), name: user.label, displayName: user.label },
    challenge: challenge.toString('base64url'),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutSeconds * 1000,
    excludeCredentials: passkeys.map(descriptorOf),
    authenticatorSelection: {
      residentKey,
      requireResidentKey: residentKey === 'required',
      userVerification,
    },
    // None is asked for: it would tell the person's device from others, and no claim is made by it.
    attestation: 'none',
  };
}

export function requestOptions(
  { rpId, userVerification }: WebAuthnSettings,
  { challenge, timeoutSeconds, passkeys }: DrawnOptions,
): PasskeyRequestOptions {
  return {
    rpId,
    challenge: challenge.toString('base64url'),
    timeout: timeoutSeconds * 1000,
    allowCredentials: passkeys.map(descriptorOf),
    userVerification,
  };
}

function descriptorOf({ credentialId, transports }: PasskeyDescriptor): DescriptorJson {
  return { type: 'public-key', id: credentialId.toString('base64url'), transports };
}
