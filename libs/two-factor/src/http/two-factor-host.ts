import type { PassedFactor } from '../assurance/assurance.repository.js';
import type { Argon2Room } from '../crypto/argon2-pool.js';
import type { RequestContext } from '../events/security-event.js';
import type { FactorMethod } from '../options/factor-method.js';
import type { SessionName } from '../options/ids.js';
import type { InSameCommit } from '../sql/in-same-commit.js';
import type { Statement } from '../sql/one-statement.js';
import type { TwoFactorUser } from '../options/two-factor.options.js';

/** Who makes a request, as the host's guard has found out. */
export interface TwoFactorCaller {
  readonly user: TwoFactorUser;
  /** The host's name of the session, as {@link HostSession.id} said it: an id, or the `jti` of a token that nobody looks up. */
  readonly sessionId: string;
  /**
   * When the session was signed in, not when its token was issued: for a claim in seconds,
   * `new Date(auth_time * 1000)`. A time more than a minute ahead, or none, is not recent.
   */
  readonly authenticatedAt: Date;
}

/** What a session has passed. */
export type Passed = Pick<PassedFactor, 'method' | 'isUserVerified'>;

/** A session of the host's that a right code opens. `Transaction` is what a function of {@link InSameCommit} gets. */
export interface HostSession<Transaction = never> {
  /**
   * The host's name of it: what has passed a factor is remembered by it. As `callerOf` will name it. A function for a
   * name that the database draws: it is asked in the commit, once `inSameCommit` has run.
   */
  readonly id: SessionName;
  /** Run in the commit that accepts the code; none for a host whose sessions are tokens only. */
  readonly inSameCommit?: InSameCommit<Transaction>;
  /**
   * What the client gets of it, tokens for instance, once the commit has happened. It must not fail: the code is spent.
   * If it does, the log says so, and the client has to sign in again.
   *
   * @param passed the factor, and whether a passkey's authenticator has asked for a PIN, a finger, a face. The library
   *   always says it; a login of yours that needs no factor has none to say
   */
  answerFor(userId: string, passed?: Passed): object | Promise<object>;
}

type Awaitable<Value> = Value | Promise<Value>;

/** What the library's controller asks its host: an injectable class of the host's. Each may answer later. */
export interface TwoFactorHost<Request extends object> {
  /** The caller of a guarded route. */
  callerOf(request: Request): Awaitable<TwoFactorCaller>;
  /** Where the request came from, for the security events. Default: nothing is noted. */
  contextOf?(request: Request): Awaitable<RequestContext>;
  /** Prepares the session that a right code opens. */
  prepareSession(request: Request, method: FactorMethod): Awaitable<HostSession>;
  /**
   * Statements that end the sessions of the user that `accepted` yields: all of them, or all but the
   * caller's. With `keepCurrent: false` there may be no caller: a panic, and an enrolment that is due, come without a session.
   * Default: none, for a host whose sessions cannot be ended.
   */
  endSessions?(request: Request, options: { readonly keepCurrent: boolean }): Awaitable<InSameCommit>;
  /**
   * What else is done in the commit of a panic, for the user it is about: a new password is asked for, say. Nobody is
   * signed in with the request. Default: nothing.
   */
  onPanic?(request: Request): Awaitable<InSameCommit>;
  /**
   * A plain `SELECT` that yields the row of the caller's session while it is alive. The commit of a change locks it, so
   * that a session that was ended since the guard changes nothing. Default: the guard has the last word.
   */
  callerIsAlive?(request: Request): Awaitable<Statement>;
  /**
   * Checks the caller's password when the sign-in is not recent. Default: such a caller has to sign in again.
   *
   * @param room for hosts that hash in {@link Argon2Pool} too: what is run in it finds its place
   */
  isPassword?(request: Request, password: string, room: Argon2Room): Promise<boolean>;
  /**
   * Whether the caller has a password at all, asked when the sign-in is not recent. Who has none, for there is a social
   * login for instance, is told to sign in again. Default: everybody has one, where there is `isPassword`.
   */
  hasPassword?(request: Request): Awaitable<boolean>;
}
