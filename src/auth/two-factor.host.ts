import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type {
  Argon2Room,
  HostSession,
  RequestContext,
  Statement,
  TwoFactorCaller,
  TwoFactorHost,
  TwoFactorMethod,
} from 'nestjs-two-factor';
import { AuthService } from './auth.service.js';
import type { LiveSession } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';

/** A request that {@link JwtAuthGuard} let in. */
export type SignedInRequest = FastifyRequest & { readonly user: LiveSession };

/** RFC 8176: a backup code is a second factor, but no one-time password of an authenticator. */
const AMR = { totp: ['pwd', 'otp', 'mfa'], backup_code: ['pwd', 'mfa'] } as const;

/** What the second factor's calls need of this backend: its callers, its sessions, its passwords. */
@Injectable()
export class BackendTwoFactorHost implements TwoFactorHost<SignedInRequest> {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  callerOf({ user: { userId, email, authenticatedAt } }: SignedInRequest): TwoFactorCaller {
    return { user: { id: userId, label: email }, authenticatedAt };
  }

  contextOf({ id, ip, headers }: FastifyRequest): RequestContext {
    return { requestId: id, ip, userAgent: headers['user-agent'] };
  }

  prepareSession(_: FastifyRequest, method: TwoFactorMethod): HostSession {
    const session = this.sessions.prepare(AMR[method]);
    return { statements: session.statements, answerFor: (userId) => session.tokensFor(userId) };
  }

  endSessions(
    { user }: SignedInRequest,
    { keepCurrent }: { readonly keepCurrent: boolean },
  ): readonly Statement[] {
    // The one that is kept has seen the second factor go: its tokens must not speak of one any more.
    return keepCurrent ? this.sessions.endOthers(user.sessionId) : [this.sessions.endAll()];
  }

  callerIsAlive({ user }: SignedInRequest): Statement {
    return this.sessions.ifAlive(user.sessionId);
  }

  isPassword({ user }: SignedInRequest, password: string, room: Argon2Room): Promise<boolean> {
    return this.auth.isPassword(user.userId, password, room);
  }
}
