import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import type { Clock } from 'nestjs-two-factor';
import { CLOCK } from '../../config/environment.module.js';
import { ApiException } from '../../http/errors/api.exception.js';
import { amrOf } from './access-tokens.js';
import { AccountSessionsRepository, type AskingSession } from './account-sessions.repository.js';
import type { SessionAnswer } from './session-answer.dto.js';
import type { LiveSession } from './sessions.repository.js';

/** What a user does with its own sessions. */
@Injectable()
export class AccountSessions {
  constructor(
    private readonly sessions: AccountSessionsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(session: LiveSession): Promise<SessionAnswer[]> {
    const shown = await this.sessions.listOf(this.#asking(session));
    return shown.map(({ id, signedInAt, lastUsedAt, ip, userAgent, passed }) => ({
      id,
      signedInAt,
      lastUsedAt,
      ip,
      userAgent,
      amr: amrOf(passed.map((method) => ({ method, isUserVerified: false }))),
      current: id === session.sessionId,
    }));
  }

  /** @throws ApiException `NOT_FOUND` when the user has no such session, whoever else may; `AUTH_TOKEN_INVALID` */
  async end(session: LiveSession, id: string): Promise<void> {
    if (!isUUID(id)) {
      throw new ApiException('NOT_FOUND');
    }
    const { isAlive, ended } = await this.sessions.end(this.#asking(session), id);
    requireAlive(isAlive);
    if (ended === 0) {
      throw new ApiException('NOT_FOUND');
    }
  }

  /** @throws ApiException `AUTH_TOKEN_INVALID` when the session that asks has ended meanwhile */
  async endOthers(session: LiveSession): Promise<void> {
    const { isAlive } = await this.sessions.endOthers(this.#asking(session));
    requireAlive(isAlive);
  }

  #asking({ userId, sessionId }: LiveSession): AskingSession {
    return { userId, sessionId, at: this.clock.now() };
  }
}

function requireAlive(isAlive: boolean): void {
  if (!isAlive) {
    throw new ApiException('AUTH_TOKEN_INVALID');
  }
}
