import type { RefusalReason } from '../../errors/two-factor.errors.js';
import { authenticatorDataFault, readAuthenticatorData } from './authenticator-data.js';
import { clientDataFault } from './client-data.js';
import type { RegistrationJson } from './credential-json.js';
import { type CoseKey, isUsableKey } from './public-key.js';
import { ALGORITHMS, type WebAuthnSettings } from '../../options/webauthn-options.js';

/** A passkey as its authenticator has made it. */
export interface CreatedPasskey {
  readonly credentialId: Buffer;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  /** A UUID; all zeros when the authenticator does not say. */
  readonly aaguid: string;
  readonly isUserVerified: boolean;
}

export type CheckedRegistration = { readonly created: CreatedPasskey } | { readonly reason: RefusalReason };

type Library = Pick<typeof import('@simplewebauthn/server'), 'verifyRegistrationResponse'>;
type Helpers = Pick<typeof import('@simplewebauthn/server/helpers'), 'decodeAttestationObject' | 'isoCBOR'>;

/** A credential id: at most 1,023 bytes (WebAuthn Level 3 §7.1 step 25). */
const LONGEST_ID = 1023;

/** Checks a new passkey (WebAuthn Level 3 §7.1). Ours come first; SimpleWebAuthn looks at all of it again. Nothing is thrown. */
export async function checkRegistration(
  library: Library & Helpers,
  registration: RegistrationJson,
  { webauthn, challenge }: { readonly webauthn: WebAuthnSettings; readonly challenge: Buffer },
): Promise<CheckedRegistration> {
  const { rpId, origins, allow } = webauthn;
  const isUserVerificationRequired = webauthn.userVerification === 'required';
  const { id, clientDataJSON, attestationObject, transports } = registration;
  const authData = authDataOf(library, attestationObject);
  const data = authData && readAuthenticatorData(authData);
  if (data === undefined) {
    return { reason: 'malformed' };
  }
  const reason =
    clientDataFault(clientDataJSON, { type: 'webauthn.create', challenge, origins }) ??
    authenticatorDataFault(data, { rpId, isUserVerificationRequired });
  if (reason !== undefined) {
    return { reason };
  }
  const info = await verified(library, registration, { webauthn, challenge, isUserVerificationRequired });
  if (info === undefined) {
    return { reason: 'attestation' };
  }
  const { aaguid, credential } = info;
  if (!isUsableKey(library.isoCBOR.decodeFirst<CoseKey>(new Uint8Array(credential.publicKey)))) {
    return { reason: 'attestation' };
  }
  const credentialId = Buffer.from(credential.id, 'base64url');
  // SimpleWebAuthn gives the id that is signed, and does not compare it with the one that was told.
  if (credential.id !== id || credentialId.length > LONGEST_ID) {
    return { reason: 'credential' };
  }
  const isAllowed =
    (allow.aaguids?.includes(aaguid) ?? true) && !(allow.deviceBoundOnly && data.isBackupEligible);
  if (!isAllowed) {
    return { reason: 'not_allowed' };
  }
  const { counter, isBackupEligible, isBackedUp, isUserVerified } = data;
  const publicKey = Buffer.from(credential.publicKey);
  return {
    created: {
      credentialId,
      publicKey,
      counter,
      transports,
      isBackupEligible,
      isBackedUp,
      aaguid,
      isUserVerified,
    },
  };
}

/**
 * The authenticator data, unless there is a certificate with it. None was asked for, and browsers leave out those that
 * an authenticator gives all the same; one in here would be fetched revocation lists for, from wherever it says.
 */
function authDataOf({ decodeAttestationObject }: Helpers, encoded: string): Buffer | undefined {
  try {
    const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(encoded, 'base64url')));
    const fmt = attestation.get('fmt');
    const isPlain =
      fmt === 'none' || (fmt === 'packed' && attestation.get('attStmt').get('x5c') === undefined);
    return isPlain ? Buffer.from(attestation.get('authData')) : undefined;
  } catch {
    return undefined;
  }
}

interface VerifiedInfo {
  readonly aaguid: string;
  readonly credential: { readonly id: string; readonly publicKey: Uint8Array };
}

async function verified(
  library: Library,
  { id, clientDataJSON, attestationObject }: RegistrationJson,
  {
    webauthn: { rpId, origins },
    challenge,
    isUserVerificationRequired,
  }: {
    readonly webauthn: WebAuthnSettings;
    readonly challenge: Buffer;
    readonly isUserVerificationRequired: boolean;
  },
): Promise<VerifiedInfo | undefined> {
  try {
    const { registrationInfo } = await library.verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: isUserVerificationRequired,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    return registrationInfo;
  } catch {
    return undefined;
  }
}
