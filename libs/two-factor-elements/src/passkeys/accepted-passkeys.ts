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
