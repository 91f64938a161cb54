import type { RefusalReason } from '../../errors/two-factor.errors.js';
import {
  type AuthenticatorData,
  authenticatorDataFault,
  readAuthenticatorData,
} from './authenticator-data.js';
import { clientDataFault } from './client-data.js';
import type { AssertionJson } from './credential-json.js';
import type { WebAuthnSettings } from '../../options/webauthn-options.js';

/** A passkey of the account, as it is stored. */
export interface StoredPasskey {
  readonly credentialId: Buffer;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly isBackupEligible: boolean;
}

export interface ExpectedAssertion {
  readonly webauthn: WebAuthnSettings;
  readonly challenge: Buffer;
  /** All of the account's. */
  readonly passkeys: readonly StoredPasskey[];
  readonly userHandle: Buffer;
}

/** What the check has found; the counter is the database's to compare. */
export type CheckedAssertion =
  | { readonly passkey: StoredPasskey; readonly data: AuthenticatorData }
  | { readonly reason: RefusalReason };

type Library = Pick<typeof import('@simplewebauthn/server'), 'verifyAuthenticationResponse'>;

/**
 * Checks the answer of an authenticator (WebAuthn Level 3 §7.2). Ours come first, each with its name for the log;
 * SimpleWebAuthn looks at all of it again, and at the signature. Nothing is thrown.
 */
export async function checkAssertion(
  library: Library,
  assertion: AssertionJson,
  { webauthn, challenge, passkeys, userHandle }: ExpectedAssertion,
): Promise<CheckedAssertion> {
  const { rpId, origins } = webauthn;
  const isUserVerificationRequired = webauthn.userVerification === 'required';
  const passkey = passkeys.find(({ credentialId }) => credentialId.toString('base64url') === assertion.id);
  if (passkey === undefined) {
    return { reason: 'credential' };
  }
  // With a second factor the account is known; an authenticator that names another one is somebody else's.
  if (assertion.userHandle !== undefined && assertion.userHandle !== userHandle.toString('base64url')) {
    return { reason: 'user_handle' };
  }
  const data = readAuthenticatorData(Buffer.from(assertion.authenticatorData, 'base64url'));
  if (data === undefined) {
    return { reason: 'malformed' };
  }
  const reason =
    clientDataFault(assertion.clientDataJSON, { type: 'webauthn.get', challenge, origins }) ??
    authenticatorDataFault(data, { rpId, isUserVerificationRequired });
  if (reason !== undefined) {
    return { reason };
  }
  if (data.isBackupEligible !== passkey.isBackupEligible) {
    return { reason: 'backup_flags' };
  }
  const isRight = await isSignedBy(library, passkey, assertion, {
    webauthn,
    challenge,
    isUserVerificationRequired,
  });
  return isRight ? { passkey, data } : { reason: 'signature' };
}

async function isSignedBy(
  library: Library,
  { publicKey }: StoredPasskey,
  { id, clientDataJSON, authenticatorData, signature }: AssertionJson,
  {
    webauthn: { rpId, origins },
    challenge,
    isUserVerificationRequired,
  }: Pick<ExpectedAssertion, 'webauthn' | 'challenge'> & { readonly isUserVerificationRequired: boolean },
): Promise<boolean> {
  try {
    const { verified } = await library.verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: isUserVerificationRequired,
      // The counter is compared where it is set: in the database.
      credential: { id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    return verified;
  } catch {
    return false;
  }
}
