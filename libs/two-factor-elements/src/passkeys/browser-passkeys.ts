import { CallFailure } from '../api/call-failure.js';
import { tellDeveloper } from '../api/host-mistake.js';
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '../api/contract.js';
import { base64url, bytesOf } from './base64url.js';

const TRANSPORTS: ReadonlySet<string> = new Set(['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

/** Whether the browser has passkeys here: an old one has none, and none has them without HTTPS. */
export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis;
}

/**
 * Has the browser ask somebody to make a passkey.
 *
 * @throws CallFailure `PASSKEY_CANCELLED`, `PASSKEY_UNAVAILABLE`, or `TWO_FACTOR_PASSKEY_KNOWN`: the authenticator that
 * was chosen holds one of `excludeCredentials`
 */
export async function createPasskey(
  { rp, user, challenge, excludeCredentials, ...options }: PasskeyCreationOptions,
  signal: AbortSignal,
): Promise<PasskeyRegistration> {
  const publicKey = {
    ...options,
    rp,
    user: { ...user, id: bytesOf(user.id) },
    challenge: bytesOf(challenge),
    excludeCredentials: excludeCredentials.map(descriptorOf),
  };
  const { id, response } = await asked(() => navigator.credentials.create({ publicKey, signal }));
  if (!(response instanceof AuthenticatorAttestationResponse)) {
    throw new CallFailure('PASSKEY_UNAVAILABLE');
  }
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: base64url(response.clientDataJSON),
      attestationObject: base64url(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/**
 * Has the browser ask somebody for a passkey.
 *
 * @throws CallFailure `PASSKEY_CANCELLED`, `PASSKEY_UNAVAILABLE`
 */
export async function askForPasskey(
  { challenge, allowCredentials, ...options }: PasskeyRequestOptions,
  signal: AbortSignal,
): Promise<PasskeyAssertion> {
  const publicKey = {
    ...options,
    challenge: bytesOf(challenge),
    allowCredentials: allowCredentials.map(descriptorOf),
  };
  const { id, response } = await asked(() => navigator.credentials.get({ publicKey, signal }));
  if (!(response instanceof AuthenticatorAssertionResponse)) {
    throw new CallFailure('PASSKEY_UNAVAILABLE');
  }
  return {
    id,
    rawId: id,
    type: 'public-key',
    response: {
      clientDataJSON: base64url(response.clientDataJSON),
      authenticatorData: base64url(response.authenticatorData),
      signature: base64url(response.signature),
      userHandle: response.userHandle === null ? null : base64url(response.userHandle),
    },
  };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) {
      return credential;
    }
  } catch (error) {
    throw failureOf(error);
  }
  throw new CallFailure('PASSKEY_UNAVAILABLE');
}

/** A browser does not tell a "no" from a lapse of time, nor from a passkey that is not at hand. */
function failureOf(error: unknown): CallFailure {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') {
    return new CallFailure('PASSKEY_CANCELLED');
  }
  if (name === 'InvalidStateError') {
    return new CallFailure('TWO_FACTOR_PASSKEY_KNOWN');
  }
  if (name === 'SecurityError') {
    tellDeveloper(`the browser takes no passkey of the rpId at ${location.origin}.`, error);
  }
  return new CallFailure('PASSKEY_UNAVAILABLE');
}

type Descriptor = PasskeyRequestOptions['allowCredentials'][number];

/** Transports that a browser does not know it passes over; ours are those that its types know. */
function descriptorOf({ id, type, transports }: Descriptor): PublicKeyCredentialDescriptor {
  return { id: bytesOf(id), type, transports: transports.filter(isTransport) };
}

function isTransport(transport: string): transport is AuthenticatorTransport {
  return TRANSPORTS.has(transport);
}
