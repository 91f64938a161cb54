import type { Clock } from '../../options/clock.js';

/** One property of a host with a second factor. */
export interface ConformanceCheck {
  readonly name: string;
  /** @throws AssertionError when the host does not have the property */
  run(): Promise<void>;
}

/** The calls of the library's controller, by what they do. */
export type ConformanceCall =
  | 'status'
  | 'setup'
  | 'enable'
  | 'verify'
  | 'backupCodes'
  | 'disable'
  | 'events'
  | 'stepUp'
  | 'verifyOptions'
  | 'passkeyOptions'
  | 'passkeys'
  | 'authenticators'
  | 'enrolSetup'
  | 'enrolEnable';

/** A route that a full session opens, and nothing less may. */
export interface ProtectedRoute {
  /** Default: `GET`. */
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
}

/** A further way to a session: a link by mail, a social login, a refresh, the old endpoint of the mobile app. */
export interface OtherSignIn<User> {
  /** As the check is called: `magic link`. */
  readonly name: string;
  /** Goes that way to its end, as far as a user without a second factor would: the whole answer. */
  logIn(user: User, baseUrl: string): Promise<Response>;
}

/** An answer of the host, read. */
export interface HostAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came, parsed if it is JSON. */
  readonly body: unknown;
  /** The body out of its envelope. */
  readonly data: unknown;
}

/** What the suite has to know of a host: how its users come in, and how it wraps what it says. */
export interface ConformanceDriver<User extends { readonly label: string }> {
  /**
   * Where the application listens, asked once it does: `['http://127.0.0.1:3000']`. Two processes on one
   * database make the parallel checks worth more.
   */
  baseUrls(): readonly string[];
  /** A new user without a second factor. `label` is what the authenticator app will show. */
  createUser(): Promise<User>;
  /** Gives name and password: the host's own sign-in, whole answer. `headers` go with it; only `trustsDevices` has any. */
  logIn(user: User, baseUrl: string, headers: Readonly<Record<string, string>>): Promise<Response>;
  /** Routes of the host's that need a signed-in user. The library's own are tried anyway. */
  readonly protectedRoutes: readonly ProtectedRoute[];
  /** Every other way to a session: each must open none for a user who has a second factor. */
  readonly otherSignIns?: readonly OtherSignIn<User>[];
  /** Routes behind `@RequireTwoFactor()`: each opens to a session that has passed a factor, and to no other. */
  readonly twoFactorRoutes?: readonly ProtectedRoute[];
  /** Those of them with a `maxAge`, or `methods` by which a backup code is none: each opens to a session that has stepped up. */
  readonly stepUpRoutes?: readonly ProtectedRoute[];
  /** The page that passkeys are used on, where the host has them: one of `webauthn.origins`, `'https://app.example.com'`. */
  readonly passkeyOrigin?: string;
  /** Whether the host has the calls that rename and remove authenticators. Default: `false`. */
  readonly hasAuthenticators?: boolean;
  /** Whether devices can be trusted, for everybody, and `logIn` sends the headers along. Default: `false`. */
  readonly trustsDevices?: boolean;
  /** Makes the policy require a factor of the user that is due at once. */
  requireFactorNow?(user: User): void | Promise<void>;
  /** Makes the policy require one that is due some days later. */
  requireFactorLater?(user: User): void | Promise<void>;
  /** Where the calls of the second factor are. Default: `/auth/2fa`. */
  readonly path?: string;
  /** Single calls that lie elsewhere, for hosts with a controller of their own. */
  readonly paths?: Partial<Record<ConformanceCall, string>>;
  /** Takes the data of a good answer out of its envelope. Default: `body.data`, or else the body. */
  unwrap?(body: unknown): unknown;
  /** Where a refusal has its code. Default: `body.code`. */
  errorCodeOf?(body: unknown): unknown;
  /** The challenge in the answer to a sign-in. Default: `data.challengeToken`. */
  challengeTokenOf?(answer: HostAnswer): unknown;
  /** What opens the enrolment, in the answer to a sign-in that a policy has stopped. Default: `data.enrolmentToken`. */
  enrolmentTokenOf?(answer: HostAnswer): unknown;
  /**
   * The headers that a session is used with, or `undefined` when the answer opened none. Default: a bearer
   * token from `data.accessToken`, or else the cookies that were set.
   */
  credentialsOf?(answer: HostAnswer): Readonly<Record<string, string>> | undefined;
  /**
   * For how long a session from before the factor was turned on lives on: `'15m'`. Say it only if your sessions
   * cannot be ended; the suite then checks that it is so, and not that they end.
   */
  readonly sessionsOutliveEnabling?: string;
  /** Removes a user as the application does. With it the suite checks that nobody who is gone gets a session. */
  deleteUser?(user: User): Promise<void>;
  /** The clock of the application, if it is not the system's. The suite never has to wait for it. */
  readonly clock?: Clock;
}
