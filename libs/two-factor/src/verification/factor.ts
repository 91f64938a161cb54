import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { ErrorDetail, RefusalReason, TwoFactorErrorCode } from '../errors/two-factor.errors.js';
import type { SecurityEventType } from '../events/security-event.js';
import type { FactorMethod } from '../options/factor-method.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { ProofInput } from './proof-input.js';

/** An attempt under way: who makes it, when, and what a proof of it is checked against. */
export interface Attempt<Material> {
  readonly userId: string;
  readonly at: Date;
  /** The account's generation when the material was read. */
  readonly generation: string;
  /** `null` when the user has nothing of the kind. */
  readonly material: Material | null;
  /** What it costs of the budget: how many secrets the proof is compared with. */
  readonly guesses: number;
}

/** What the check of a proof has found. It is never thrown: a right proof and a wrong one go the same way. */
export interface CheckedProof {
  /** The last of them is `proof`, one row: the database has the last word on whether it is right. */
  readonly proof: readonly NamedStatement[];
  /** Spends the proof, if it is accepted. The same for a right one and a wrong one: one statement, planned alike (ADR 0020). */
  readonly spend: readonly Statement[];
  /** Whether the database can still find it right: what costs, and follows from a right one, is prepared only then. Default: it can. */
  readonly mayBeRight?: boolean | undefined;
  /** Spends what it was made for, right or wrong: each reads `admitted`. */
  readonly always?: readonly Statement[] | undefined;
  /** What the caller is told of a proof that is not right. Default: `TWO_FACTOR_CODE_INVALID`. */
  readonly refusal?: TwoFactorErrorCode | undefined;
  /** What else the caller is told of it. */
  readonly details?: readonly ErrorDetail[] | undefined;
  /** The same, where it depends on the reason that the database has found. */
  readonly refusals?: Readonly<Partial<Record<RefusalReason, TwoFactorErrorCode>>> | undefined;
  /** An event beside the attempt's own, when this is its reason: also of a proof that is right all the same. */
  readonly told?: { readonly type: SecurityEventType; readonly reason: RefusalReason } | undefined;
  /** Whether the authenticator has asked for a PIN, a finger, a face. */
  readonly isUserVerified?: boolean | undefined;
  /**
   * Asked once it is accepted and the account locked, in the same transaction: whether what follows is done, the host's
   * part and `last`. Default: it is.
   */
  readonly goesOn?: ((transaction: TwoFactorTransaction) => Promise<boolean>) | undefined;
  /** Runs after the commit that accepted it, and cannot undo it. */
  readonly afterwards?: (() => Promise<void>) | undefined;
}

/**
 * What a kind of factor does. The only place that lists it; the module has an array of them.
 *
 * @typeParam Value a proof of it, once it is read
 */
export interface Factor<Material = unknown, Value = unknown> {
  readonly method: FactorMethod;
  /** The field that a proof of it comes in, and what is said when it cannot be read. */
  readonly field: Exclude<keyof ProofInput, 'authenticatorId'>;
  readonly rule: string;
  /** Whether people carry it: what removes protection takes a proof by one of these, and no code on paper. */
  readonly isAuthenticator: boolean;
  /**
   * Whether the account has a budget for it. What cannot be guessed has none: nobody who knows the password can
   * lock it then.
   */
  readonly hasBudget: boolean;
  /** @returns the proof in its one form, or `undefined`: `VALIDATION_FAILED`, which costs no attempt */
  parse(value: unknown): Value | undefined;
  /** Argon2 computations of a check. What costs any is charged before it is checked (ADR 0020). */
  readonly computations: number;
  /**
   * A select of one row for the relation `s (user_id)`: as `material` one jsonb, all that a proof is checked
   * against, and as `guesses` how many secrets that is, at least 1. The budget is charged that many.
   *
   * @param authenticatorId the only one to look at, a UUID; default: all that the user has
   */
  material(authenticatorId?: string): Statement;
  /** @param room where its computations are run */
  check(proof: Value, attempt: Attempt<Material>, room: Argon2Room): Promise<CheckedProof>;
}

/** The proof that is not right, whatever the database says: for what could not be checked, or is no code. */
export function verdict(isRight: boolean, reason: string): readonly NamedStatement[] {
  return [
    {
      name: 'proof',
      sql: 'SELECT user_id, $1::boolean AS is_right, $2::text AS reason FROM subject',
      parameters: [isRight, reason],
    },
  ];
}
