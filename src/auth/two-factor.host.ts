import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type {
  Argon2Room,
  EnrolmentHost,
  FactorMethod,
  HostSession,
  InSameCommit,
  RequestContext,
  Statement,
  TwoFactorCaller,
  TwoFactorUser,
} from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { UsersRepository } from '../users/users.repository.js';
import { AuthService } from './auth.service.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';

/** A request that {@link JwtAuthGuard} let in. */
export type SignedInRequest = FastifyRequest & { readonly user: LiveSession };

/** What the second factor's calls need of this backend: its callers, its sessions, its passwords. */
@Injectable()
export class BackendTwoFactorHost implements EnrolmentHost<SignedInRequest> {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly users: UsersRepository,
  ) {}

  callerOf({ user: { userId, email, sessionId, authenticatedAt } }: SignedInRequest): TwoFactorCaller {
    return { user: { id: userId, label: email }, sessionId, authenticatedAt };
  }

  contextOf({ id, ip, headers }: FastifyRequest): RequestContext {
    return { requestId: id, ip, userAgent: headers['user-agent'] };
  }

  prepareSession({ ip, headers }: FastifyRequest, method: FactorMethod): HostSession {
    const session = this.sessions.prepare([method], { ip, userAgent: headers['user-agent'] });
    return {
      id: session.draft.sessionId,
      inSameCommit: session.statements,
      answerFor: (userId, passed) => session.tokensFor(userId, passed === undefined ? [] : [passed]),
    };
  }

  async userOf(userId: string): Promise<TwoFactorUser | undefined> {
    const user = await this.users.findById(userId);
    return user === null ? undefined : { id: user.id, label: user.email };
  }

  /** Before an enrolment that is due there is no caller, and all sessions end. */
  endSessions(
    { user }: SignedInRequest,
    { keepCurrent }: { readonly keepCurrent: boolean },
  ): InSameCommit<EntityManager> {
    const kept = keepCurrent ? { except: user.sessionId } : {};
    return (manager, userId) => this.sessions.endAll(manager, userId, kept);
  }

  isPassword({ user }: SignedInRequest, password: string, room: Argon2Room): Promise<boolean> {
    return this.auth.isPassword(user.userId, password, room);
  }

  callerIsAlive({ user }: SignedInRequest): Statement {
    return this.sessions.ifAlive(user.sessionId);
  }
}
