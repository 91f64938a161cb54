import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { TwoFactorErrorCode } from '../errors/two-factor.errors.js';
import {
  type RequestContext,
  type SecurityEvent,
  type SecurityEventType,
  boundedContext,
} from '../events/security-event.js';
import type { AttemptMethod } from '../options/factor-method.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { InSameCommit } from '../sql/in-same-commit.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { Attempt, CheckedProof } from './factor.js';

/** What an attempt is made at. */
export interface AttemptSubject<Material = unknown> {
  /** Whose account it is, as far as the caller says: only `read` knows whether it is so. */
  readonly userId: string;
  /** Yields who makes it, as `subject (user_id, generation)`; no row: there is nothing to attempt. */
  read(options: { readonly isCharged: boolean }): readonly NamedStatement[];
  /** The same once more, locked, when the attempt is settled; the last one is `subject`. */
  settled(attempt: Attempt<Material>, options: { readonly isCharged: boolean }): readonly NamedStatement[];
  /** Charges what the attempt is made at beside the account: a challenge. */
  charge?(from: 'charged' | 'refused'): Statement;
  /** The errors when there was nothing to attempt, and when it has gone since it was read: default that of a wrong proof. */
  readonly errors: { readonly absent: TwoFactorErrorCode; readonly gone?: TwoFactorErrorCode };
}

/** An attempt to prove something, and what it does when the proof is accepted. */
export interface VerificationRequest<Material> {
  readonly subject: AttemptSubject<Material>;
  readonly method: AttemptMethod;
  /** Whether the account has a budget for it. Without one it is admitted, however many have failed. */
  readonly hasBudget: boolean;
  /** Argon2 computations it will take. What takes any is charged before it is checked. */
  readonly computations: number;
  readonly at: Date;
  readonly context: RequestContext;
  /** What happens if it is accepted, for the event. */
  readonly typeOf: (attempt: Attempt<Material> | undefined) => SecurityEventType;
  /** A select of one row for the relation `s (user_id)`: `material` and `guesses`, as a factor gives them. */
  readonly material: Statement;
  check(attempt: Attempt<Material>, room: Argon2Room): Promise<CheckedProof>;
  /** Yields the row of the session that asks, while that is alive. Looked at again in the commit, and locked. */
  readonly callerIsAlive?: Statement | undefined;
  /** In the statement that settles; each reads `accepted`. */
  effects?(attempt: Attempt<Material>): readonly Statement[];
  /** A change of the user's factors: in the same transaction, alone among those of this user. */
  readonly change?: (transaction: TwoFactorTransaction, attempt: Attempt<Material>) => Promise<void>;
  /** Whether the change is made after a panic, too: it changes no factor. Default: it is refused for a day. */
  readonly evenIfFrozen?: boolean;
  readonly inSameCommit?: InSameCommit | undefined;
  /** After all of that, still in the same transaction: what needs to know what the host has done. */
  readonly last?: ((transaction: TwoFactorTransaction) => Promise<void>) | undefined;
}

/** The event of an attempt, whatever becomes of it. */
export function eventOf<Material>(
  { at, method, context, typeOf }: VerificationRequest<Material>,
  userId: string,
  attempt: Attempt<Material> | undefined,
): Omit<SecurityEvent, 'outcome' | 'reason'> {
  return { userId, at, type: typeOf(attempt), method, ...boundedContext(context) };
}
