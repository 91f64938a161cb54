import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  Argon2Pool,
  type Argon2Room,
  type Clock,
  type OpenedChallenge,
  TwoFactorService,
  runGuarded,
} from 'nestjs-two-factor';
import { DataSource } from 'typeorm';
import { CLOCK } from '../config/environment.module.js';
import { ApiException } from '../http/errors/api.exception.js';
import { addressKey } from '../http/rate-limit/address-key.js';
import { normalEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { UsersRepository } from '../users/users.repository.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import { SessionsService, type Tokens } from './sessions/sessions.service.js';
import { SignInLimit } from './sign-in-limit.js';

/** What somebody registers or signs in with, and from where. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly ip: string;
}

export interface Registration {
  readonly user: { readonly id: string; readonly email: string };
  readonly tokens: Tokens;
}

export type LoginOutcome =
  | { readonly status: 'authenticated'; readonly tokens: Tokens }
  | { readonly status: 'two_factor_required'; readonly challenge: OpenedChallenge };

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
    private readonly pool: Argon2Pool,
    private readonly signInLimit: SignInLimit,
  ) {}

  /** @throws ApiException `AUTH_EMAIL_TAKEN` */
  async register({ email, password, ip }: Credentials): Promise<Registration> {
    const normal = normalEmail(email);
    const passwordHash = await this.passwords.hash(password);
    const session = this.sessions.prepare(['pwd']);
    const account = this.users.create({ email: normal, passwordHash, at: this.clock.now() });
    const created = await runGuarded<{ user_id: string }>(
      this.dataSource.manager,
      [account],
      [...session.statements, ...this.signInLimit.rememberAddress(ip)],
    );
    if (created === undefined) {
      throw new ApiException('AUTH_EMAIL_TAKEN');
    }
    return { user: { id: created.user_id, email: normal }, tokens: session.tokensFor(created.user_id) };
  }

  /**
   * Checks the password, and opens a session, or a challenge if the account has a second factor.
   *
   * @throws ApiException `AUTH_CREDENTIALS_INVALID`, `RATE_LIMITED`, the same and in the same time for an unknown account
   */
  login(credentials: Credentials): Promise<LoginOutcome> {
    return this.pool.keepingRoom({ kind: 'sign_in', computations: 1 }, (room) =>
      this.#login(credentials, room),
    );
  }

  async #login({ email: typedEmail, password, ip }: Credentials, room: Argon2Room): Promise<LoginOutcome> {
    const email = normalEmail(typedEmail);
    const user = await this.users.findForSignIn({ email, address: addressKey(ip) });
    const charges = await this.signInLimit.charge({ email, ip, user });
    const isRight = await this.passwords.verify(user?.passwordHash, password, room);
    if (user === undefined || !isRight) {
      throw new ApiException('AUTH_CREDENTIALS_INVALID');
    }
    await this.signInLimit.accept(charges, user, ip);
    const session = this.sessions.prepare(['pwd']);
    const challenge = await this.twoFactor.openChallenge({
      userId: user.id,
      inSameCommit: session.statements,
    });
    return challenge === undefined
      ? { status: 'authenticated', tokens: session.tokensFor(user.id) }
      : { status: 'two_factor_required', challenge };
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.sessions.refresh(refreshToken);
  }

  logout({ sessionId }: LiveSession): Promise<void> {
    return this.sessions.end(sessionId);
  }

  async me({
    userId,
    email,
  }: LiveSession): Promise<{ id: string; email: string; twoFactorEnabled: boolean }> {
    const { enabled } = await this.twoFactor.status(userId);
    return { id: userId, email, twoFactorEnabled: enabled };
  }

  /** Whether a password is the one of a user who is signed in. */
  async isPassword(userId: string, password: string, room: Argon2Room): Promise<boolean> {
    const user = await this.users.findById(userId);
    return this.passwords.verify(user?.passwordHash, password, room);
  }
}
