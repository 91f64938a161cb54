import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { RequestContext } from '../events/security-event.js';
import type { Statement } from '../sql/one-statement.js';
import type { TwoFactorUser } from '../options/two-factor.options.js';
import type { TwoFactorMethod } from '../two-factor.types.js';

/** Who makes a request, as the host's guard has found out. */
export interface TwoFactorCaller {
  readonly user: TwoFactorUser;
  /**
   * When the session was signed in, not when its token was issued: for a claim in seconds,
   * `new Date(auth_time * 1000)`. A time more than a minute ahead, or none, is not recent.
   */
  readonly authenticatedAt: Date;
}

/** A session of the host's that a right code opens. */
export interface HostSession {
  /** Run in the commit that accepts the code; none for a host whose sessions are tokens only. */
  readonly statements?: readonly Statement[];
  /**
   * What the client gets of it, tokens for instance, once the commit has happened. It must not fail: the code is
   * spent by then. What can go wrong belongs into the statements.
   */
  answerFor(userId: string): object | Promise<object>;
}

/** What the library's controller asks its host: an injectable class of the host's. */
export interface TwoFactorHost<Request extends object> {
  /** The caller of a guarded route. */
  callerOf(request: Request): TwoFactorCaller;
  /** Where the request came from, for the security events. Default: nothing is noted. */
  contextOf?(request: Request): RequestContext;
  /** Prepares the session that a right code opens. */
  prepareSession(request: Request, method: TwoFactorMethod): HostSession;
  /**
   * Statements that end the sessions of the user that `accepted` yields: all of them, or all but the
   * caller's. Default: none, for a host whose sessions cannot be ended.
   */
  endSessions?(request: Request, options: { readonly keepCurrent: boolean }): readonly Statement[];
  /**
   * A plain `SELECT` that yields the row of the caller's session while it is alive. The commit of a change locks it, so
   * that a session that was ended since the guard changes nothing. Default: the guard has the last word.
   */
  callerIsAlive?(request: Request): Statement;
  /**
   * Checks the caller's password when the sign-in is not recent. Default: such a caller has to sign in again.
   *
   * @param room for hosts that hash in {@link Argon2Pool} too: what is run in it finds its place
   */
  isPassword?(request: Request, password: string, room: Argon2Room): Promise<boolean>;
}
