/** What a client sends to prove its second factor: one proof, by one of the factors. */
export interface ProofInput {
  readonly code?: string | undefined;
  readonly backupCode?: string | undefined;
  /** What `PublicKeyCredential.toJSON()` gave, of any shape. */
  readonly passkey?: unknown;
  /** The only authenticator to look at. Default: all that the account has. */
  readonly authenticatorId?: string | undefined;
}
