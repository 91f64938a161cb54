import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  Argon2Pool,
  type Argon2Room,
  type ProofInput,
  type RequestContext,
  TwoFactorSessions,
} from 'nestjs-two-factor';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiException } from '../../http/errors/api.exception.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import { type SignInUser, UsersRepository } from '../../users/users.repository.js';
import type { LiveSession } from '../sessions/sessions.repository.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { SignInLimit } from '../sign-in-limit.js';

/** What a signed-in user asks for, and from where. */
export interface AskedPasswordChange {
  readonly session: LiveSession;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly proof: ProofInput;
  readonly context: RequestContext & { readonly ip: string };
}

/** The password that was right, and what takes its place. */
interface Replacement {
  readonly user: SignInUser;
  readonly nextHash: string;
}

/** A new password for a user who knows the old one. */
@Injectable()
export class PasswordChangeService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly users: UsersRepository,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly signInLimit: SignInLimit,
    private readonly twoFactorSessions: TwoFactorSessions,
    private readonly pool: Argon2Pool,
  ) {}

  /**
   * In one commit the password is the new one, and all other sessions have ended. The one that asks lives on.
   *
   * @throws ApiException `AUTH_REAUTHENTICATION_REQUIRED` when the current password is wrong, `RATE_LIMITED`
   * @throws TwoFactorException what `passwordChanged` throws
   */
  async run(asked: AskedPasswordChange): Promise<void> {
    const { session, proof, context } = asked;
    const { userId, sessionId } = session;
    const { user, nextHash } = await this.pool.keepingRoom(
      { kind: 'factor_change', computations: 2 },
      (room) => this.#replacement(asked, room),
    );
    await this.twoFactorSessions.passwordChanged({
      userId,
      sessionId,
      proof,
      callerIsAlive: this.sessions.ifAlive(sessionId),
      context,
      inSameCommit: async (manager: EntityManager) => {
        if (!(await this.users.changePassword(manager, user, nextHash))) {
          // Somebody else has changed it meanwhile: what came is the current password no more.
          throw new ApiException('AUTH_REAUTHENTICATION_REQUIRED');
        }
        await this.sessions.endAll(manager, userId, { except: sessionId });
      },
    });
  }

  /** Wrong ones count as failed passwords do at a sign-in: a stolen session is no place to guess more of them. */
  async #replacement(
    { session: { email }, currentPassword, newPassword, context: { ip } }: AskedPasswordChange,
    room: Argon2Room,
  ): Promise<Replacement> {
    const { user, ...charged } = await this.signInLimit.charge({ email, ip });
    const isRight = await this.passwords.verify(user?.passwordHash, currentPassword, room);
    if (
      user === undefined ||
      !isRight ||
      !(await this.signInLimit.accept(this.dataSource.manager, { user, ...charged }))
    ) {
      throw new ApiException('AUTH_REAUTHENTICATION_REQUIRED');
    }
    return { user, nextHash: await this.passwords.hashIn(room, newPassword) };
  }
}
