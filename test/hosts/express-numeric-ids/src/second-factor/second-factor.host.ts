import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import {
  type HostSession,
  type InSameCommit,
  type RequestContext,
  type SecurityEvent,
  type Statement,
  TWO_FACTOR_EVENT,
  type TwoFactorCaller,
  type TwoFactorHost,
  createTwoFactorController,
} from 'nestjs-two-factor';
import { type EntityManager, Not } from 'typeorm';
import { AuthService } from '../auth/auth.service';
import { JwtGuard, type SignedInRequest } from '../auth/jwt.guard';
import { Session } from '../users/session.entity';

@Injectable()
export class SecondFactorHost implements TwoFactorHost<SignedInRequest> {
  constructor(private readonly auth: AuthService) {}

  callerOf({ currentUser: { id, email, session } }: SignedInRequest): TwoFactorCaller {
    return {
      user: { id: String(id), label: email },
      sessionId: session.id,
      authenticatedAt: session.signedInAt,
    };
  }

  contextOf({ ip, headers }: SignedInRequest): RequestContext {
    return { ip, userAgent: headers['user-agent'] };
  }

  prepareSession(): HostSession<EntityManager> {
    const sessionId = randomUUID();
    return {
      id: sessionId,
      inSameCommit: (manager, userId) =>
        manager.insert(Session, { id: sessionId, userId: Number(userId), signedInAt: new Date() }),
      answerFor: async (userId) => ({ accessToken: await this.auth.tokenFor(Number(userId), sessionId) }),
    };
  }

  endSessions(
    { currentUser }: SignedInRequest,
    { keepCurrent }: { keepCurrent: boolean },
  ): InSameCommit<EntityManager> {
    const others = keepCurrent ? { id: Not(currentUser.session.id) } : {};
    return (manager, userId) => manager.delete(Session, { userId: Number(userId), ...others });
  }

  callerIsAlive({ currentUser }: SignedInRequest): Statement {
    return { sql: 'SELECT id FROM sessions WHERE id = $1::uuid', parameters: [currentUser.session.id] };
  }

  isPassword({ currentUser }: SignedInRequest, password: string): Promise<boolean> {
    return this.auth.isPassword(currentUser.email, password);
  }

  @OnEvent(TWO_FACTOR_EVENT)
  tell({ userId, type, outcome }: SecurityEvent): void {
    console.log(`mail to user ${userId}: ${type} ${outcome}`);
  }
}

export const SecondFactorController = createTwoFactorController<SignedInRequest>({
  path: 'auth/2fa',
  host: SecondFactorHost,
  guards: [JwtGuard],
});
