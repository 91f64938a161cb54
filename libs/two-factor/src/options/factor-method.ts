/** The ways to prove a second factor. A method more begins here: CONTRIBUTING.md has the list of files. */
export const FACTOR_METHODS = ['passkey', 'totp', 'backup_code'] as const;
export type FactorMethod = (typeof FACTOR_METHODS)[number];

/** Those that people carry. A code on paper gets somebody in, and is no proof of who is there now. */
export type AuthenticatorMethod = Exclude<FactorMethod, 'backup_code'>;

function isAuthenticatorMethod(method: FactorMethod): method is AuthenticatorMethod {
  return method !== 'backup_code';
}

export const AUTHENTICATOR_METHODS = FACTOR_METHODS.filter(isAuthenticatorMethod);

/** What is guessed at. Each has a budget of its own, so that a locked one leaves the others usable. */
export const ATTEMPT_METHODS = [...FACTOR_METHODS, 'password', 'reset_code'] as const;
export type AttemptMethod = (typeof ATTEMPT_METHODS)[number];
