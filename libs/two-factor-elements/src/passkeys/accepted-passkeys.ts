import type { PasskeyAssertion, TwoFactorApi } from '../api/two-factor-api.js';

interface Accepted {
  readonly rpId: string;
  /** The user handle. */
  readonly userId: string;
  readonly credentialIds: readonly string[];
}

/**
 * Tells the browser which passkeys the account has, so that a password manager can put away what was removed. Where
 * there is no such call nothing is lost, and it answers to nobody.
 */
export async function tellAccepted({ rpId, userId, credentialIds }: Accepted): Promise<void> {
  if (!('PublicKeyCredential' in globalThis) || !('signalAllAcceptedCredentials' in PublicKeyCredential)) {
    return;
  }
  const allAcceptedCredentialIds = [...credentialIds];
  await PublicKeyCredential.signalAllAcceptedCredentials({ rpId, userId, allAcceptedCredentialIds }).catch(
    () => undefined,
  );
}

/** Which passkeys are left the server says to whoever asks for one; whose they are, only a passkey itself. */
export async function tellRemaining(api: TwoFactorApi, proof: PasskeyAssertion | undefined): Promise<void> {
  const userId = proof?.response.userHandle ?? undefined;
  if (userId === undefined) {
    return;
  }
  const options = await api.requestOptions().catch(() => undefined);
  if (options !== undefined) {
    const credentialIds = options.allowCredentials.map(({ id }) => id);
    await tellAccepted({ rpId: options.rpId, userId, credentialIds });
  }
}
