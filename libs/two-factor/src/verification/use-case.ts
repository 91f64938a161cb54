import type { RequestContext } from '../events/security-event.js';
import type { InSameCommit } from '../sql/in-same-commit.js';
import type { ProofInput } from './proof-input.js';
import type { SignIn } from './re-authentication.js';

/** What every use-case takes beside its own arguments. */
export interface UseCase {
  readonly context?: RequestContext | undefined;
  /** What the host does in the same commit, if and only if the use-case succeeds. */
  readonly inSameCommit?: InSameCommit | undefined;
}

/** A use-case that changes the factors of a signed-in user. */
export interface FactorChange extends UseCase {
  readonly userId: string;
  /** By an authenticator of the account. */
  readonly proof: ProofInput;
  readonly signIn: SignIn;
}
