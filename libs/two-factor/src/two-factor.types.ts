import type { Argon2Room } from './crypto/argon2-pool.js';
import type { RequestContext } from './events/security-event.js';
import type { Statement } from './sql/one-statement.js';

/** A way to prove the second factor. */
export type TwoFactorMethod = 'totp' | 'backup_code';

/** How and when the session that asks was signed in. */
export interface SignIn {
  /**
   * When the session was signed in, not when its token was issued: for a claim in seconds,
   * `new Date(auth_time * 1000)`. A time more than a minute ahead, or none, is not recent.
   */
  readonly authenticatedAt: Date;
  /**
   * Checks the password that came with the request; absent when none came. Called once at most, and charged.
   * The pool keeps room for one computation: what is run in it is never refused.
   */
  readonly reauthenticate?: ((room: Argon2Room) => Promise<boolean>) | undefined;
  /**
   * A plain `SELECT` that yields the row of the session that asks, while it is alive. The commit of a change locks
   * that row, and changes nothing without it: a session that was ended meanwhile gets no successor. Default: not
   * asked.
   */
  readonly callerIsAlive?: Statement | undefined;
}

/** What every use-case takes beside its own arguments. */
export interface UseCase {
  readonly context?: RequestContext;
  /**
   * Statements of the host's that run in the same commit, if and only if the use-case succeeds. Each is an
   * `INSERT`, `UPDATE` or `DELETE` that reads the user from `accepted (user_id text)`, a relation of one row. One
   * that does not would run although the code was wrong, and is refused before anything is charged.
   */
  readonly inSameCommit?: readonly Statement[];
}

/** A use-case that changes the factors of a signed-in user. */
export interface FactorChange extends UseCase {
  readonly userId: string;
  /** Six digits of the authenticator. */
  readonly code: string;
  readonly signIn: SignIn;
}

export interface TwoFactorStatus {
  readonly enabled: boolean;
  readonly pending: boolean;
  readonly enabledAt: Date | null;
  readonly methods: readonly TwoFactorMethod[];
  readonly backupCodes: {
    readonly total: number;
    readonly remaining: number;
    readonly generatedAt: Date | null;
  };
}

export interface TwoFactorSetup {
  /** Base32 without padding, 32 characters. */
  readonly secret: string;
  /** A PNG as a `data:` URI. */
  readonly qrCodeUri: string;
  /** Ten, `XXXXX-XXXXX-XXXXX`. They work once the setup is confirmed. */
  readonly backupCodes: readonly string[];
  readonly otpauthUri: string;
  readonly expiresAt: Date;
}

export interface TwoFactorEnabled {
  readonly enabledAt: Date;
  readonly backupCodesRemaining: number;
}

export interface OpenedChallenge {
  /** Opaque, and no bearer token anywhere. */
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
  readonly methods: readonly TwoFactorMethod[];
}

export interface AnsweredChallenge {
  readonly userId: string;
  readonly method: TwoFactorMethod;
  /** Ten codes, handed out this once, for a user who was imported and has none yet. */
  readonly backupCodes?: readonly string[] | undefined;
}
