import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  Argon2Pool,
  type Argon2Room,
  type Clock,
  type DeviceTrust,
  type DueEnrolment,
  type OpenedChallenge,
  type OpenedEnrolment,
  type OpenedRecovery,
  TwoFactorService,
  TwoFactorSupport,
} from 'nestjs-two-factor';
import { DataSource, type EntityManager } from 'typeorm';
import { CLOCK } from '../config/environment.module.js';
import { ApiException } from '../http/errors/api.exception.js';
import { normalEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import type { Role } from '../users/role.js';
import { UsersRepository } from '../users/users.repository.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import { SessionsService, type Tokens } from './sessions/sessions.service.js';
import type { SignInOrigin } from './sessions/sign-in-origin.js';
import { type RightAttempt, SignInLimit } from './sign-in-limit.js';

/** What somebody registers or signs in with, and from where. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly origin: SignInOrigin;
}

/** A sign-in, and what its client has of a trusted device of whoever it turns out to be. */
export interface SignIn extends Credentials {
  readonly trustTokenOf: (userId: string) => string | undefined;
}

export interface Registration {
  readonly user: { readonly id: string; readonly email: string };
  readonly tokens: Tokens;
}

/** What a user is told of itself. */
export interface Me {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly twoFactorEnabled: boolean;
}

export type LoginOutcome =
  | {
      readonly status: 'authenticated';
      readonly userId: string;
      readonly tokens: Tokens;
      readonly trusted: DeviceTrust | undefined;
      readonly enrolment: DueEnrolment | undefined;
    }
  | { readonly status: 'two_factor_required'; readonly challenge: OpenedChallenge }
  | { readonly status: 'two_factor_enrolment_required'; readonly enrolment: OpenedEnrolment };

/** Accounts and sessions: what a host has already, before it takes the second factor in. */
@Injectable()
export class AuthService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly users: UsersRepository,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly twoFactor: TwoFactorService,
    private readonly support: TwoFactorSupport,
    private readonly pool: Argon2Pool,
    private readonly signInLimit: SignInLimit,
  ) {}

  /** @throws ApiException `AUTH_EMAIL_TAKEN` */
  async register({ email, password, origin }: Credentials): Promise<Registration> {
    const normal = normalEmail(email);
    const passwordHash = await this.passwords.hash(password);
    const session = this.sessions.prepare([], origin);
    const at = this.clock.now();
    const userId = await this.dataSource.transaction(async (manager) => {
      const created = await this.users.create(manager, { email: normal, passwordHash, at });
      if (created === undefined) {
        throw new ApiException('AUTH_EMAIL_TAKEN');
      }
      await this.sessions.open(manager, session.draft, created);
      await this.signInLimit.rememberAddress(manager, created, origin.ip);
      return created;
    });
    return { user: { id: userId, email: normal }, tokens: session.tokensFor(userId) };
  }

  /**
   * Checks the password, and opens a session, or a challenge if the account has a second factor and the device is not trusted.
   *
   * @throws ApiException `AUTH_CREDENTIALS_INVALID`, `RATE_LIMITED`, the same and in the same time for an unknown account
   */
  login(signIn: SignIn): Promise<LoginOutcome> {
    return this.pool.keepingRoom({ kind: 'sign_in', computations: 1 }, (room) => this.#login(signIn, room));
  }

  /** Whose password it is: charged before it is looked at, and so still, until it is accepted or taken back. */
  async #whoKnows({ email, password, origin: { ip } }: Credentials, room: Argon2Room): Promise<RightAttempt> {
    const { user, ...charged } = await this.signInLimit.charge({ email: normalEmail(email), ip });
    const isRight = await this.passwords.verify(user?.passwordHash, password, room);
    if (user === undefined || !isRight) {
      throw new ApiException('AUTH_CREDENTIALS_INVALID');
    }
    return { user, ...charged };
  }

  async #login(signIn: SignIn, room: Argon2Room): Promise<LoginOutcome> {
    const attempt = await this.#whoKnows(signIn, room);
    try {
      return await this.#decide(signIn, attempt);
    } catch (error) {
      // Whoever gives an old password has given a wrong one.
      if (!isRefused(error)) {
        this.signInLimit.takeBack(attempt);
      }
      throw error;
    }
  }

  async #decide({ trustTokenOf, origin }: SignIn, attempt: RightAttempt): Promise<LoginOutcome> {
    const { user } = attempt;
    const session = this.sessions.prepare([], origin);
    const decision = await this.twoFactor.beginSignIn({
      userId: user.id,
      trustToken: trustTokenOf(user.id),
      context: origin,
      // The library's lock lets no change of the password in between this and the session. Last, for others wait for its rows.
      inSameCommit: [...session.statements, (manager: EntityManager) => this.#accept(manager, attempt)],
    });
    if (decision.status === 'complete') {
      return {
        status: 'authenticated',
        userId: user.id,
        tokens: session.tokensFor(user.id),
        trusted: decision.trusted,
        enrolment: decision.enrolment,
      };
    }
    // A change of the password ends the challenges that were there: this one leaves only if there was none since.
    await this.#accept(this.dataSource.manager, attempt);
    if (decision.status === 'second_factor_required') {
      return { status: 'two_factor_required', challenge: decision.challenge };
    }
    return { status: 'two_factor_enrolment_required', enrolment: decision.enrolment };
  }

  /**
   * Checks the password, as a sign-in does, and then the code that support has given. It opens no session, but the enrolment
   * of a new factor.
   *
   * @throws ApiException `AUTH_CREDENTIALS_INVALID`, `RATE_LIMITED`
   * @throws TwoFactorException what `TwoFactorSupport.redeem` throws
   */
  async recover({
    resetCode,
    ...credentials
  }: Credentials & { readonly resetCode: string }): Promise<OpenedRecovery> {
    const attempt = await this.pool.keepingRoom({ kind: 'sign_in', computations: 1 }, (room) =>
      this.#whoKnows(credentials, room),
    );
    await this.#accept(this.dataSource.manager, attempt);
    const { user } = attempt;
    return this.support.redeem({
      userId: user.id,
      resetCode,
      context: credentials.origin,
      inSameCommit: async (manager: EntityManager) => {
        if (!(await this.users.hasPassword(manager, user))) {
          throw new ApiException('AUTH_CREDENTIALS_INVALID');
        }
      },
    });
  }

  /** @throws ApiException `AUTH_CREDENTIALS_INVALID` when the password that was looked at is an old one by now */
  async #accept(manager: EntityManager, attempt: RightAttempt): Promise<void> {
    if (!(await this.signInLimit.accept(manager, attempt))) {
      throw new ApiException('AUTH_CREDENTIALS_INVALID');
    }
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.sessions.refresh(refreshToken);
  }

  logout({ sessionId }: LiveSession): Promise<void> {
    return this.sessions.end(sessionId);
  }

  async me({ userId, email, role }: LiveSession): Promise<Me> {
    const { enabled } = await this.twoFactor.status(userId);
    return { id: userId, email, role, twoFactorEnabled: enabled };
  }

  /** Whether a password is the one of a user who is signed in. */
  async isPassword(userId: string, password: string, room: Argon2Room): Promise<boolean> {
    const user = await this.users.findById(userId);
    return this.passwords.verify(user?.passwordHash, password, room);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ApiException && error.code === 'AUTH_CREDENTIALS_INVALID';
}
