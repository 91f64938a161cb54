import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock, Statement } from 'nestjs-two-factor';
import { CLOCK, ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';
import { ApiException } from '../../http/errors/api.exception.js';
import { AccessTokens } from './access-tokens.js';
import { type LiveSession, SessionsRepository } from './sessions.repository.js';

const REFRESH_TOKEN_BYTES = 32;

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds the access token lives. */
  readonly expiresIn: number;
}

/** A session whose statements run in somebody's commit; its tokens are given out after it. */
export interface PreparedSession {
  readonly statements: readonly Statement[];
  tokensFor(userId: string): Tokens;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly accessTokens: AccessTokens,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Prepares a session for whoever the commit accepts. @param amr how the user signed in (RFC 8176) */
  prepare(amr: readonly string[]): PreparedSession {
    const sessionId = randomUUID();
    const refreshToken = drawRefreshToken();
    const now = this.clock.now();
    const draft = { sessionId, refreshTokenHash: hashOf(refreshToken), amr, authenticatedAt: now };
    return {
      statements: this.sessions.open({ ...draft, expiresAt: this.#expiryAfter(now) }),
      tokensFor: (userId) => this.#tokens({ ...draft, userId }, refreshToken, now),
    };
  }

  /** @throws ApiException `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`; a spent token that comes again ends its session */
  async refresh(refreshToken: string): Promise<Tokens> {
    const now = this.clock.now();
    const tokenHash = hashOf(refreshToken);
    const next = drawRefreshToken();
    const expiresAt = this.#expiryAfter(now);
    const session = await this.sessions.rotate({
      tokenHash,
      nextTokenHash: hashOf(next),
      at: now,
      expiresAt,
    });
    if (session === undefined) {
      const isExpired = await this.sessions.endReused(tokenHash);
      throw new ApiException(isExpired ? 'AUTH_TOKEN_EXPIRED' : 'AUTH_TOKEN_INVALID');
    }
    return this.#tokens(session, next, now);
  }

  end(sessionId: string): Promise<void> {
    return this.sessions.end(sessionId);
  }

  /** A statement that yields the session while it is alive. */
  ifAlive(sessionId: string): Statement {
    return this.sessions.ifAlive(sessionId, this.clock.now());
  }

  /** A statement that ends the sessions of the user a commit accepts. */
  endAll(): Statement {
    return this.sessions.endAll();
  }

  /** Statements that end the other sessions of the user a commit accepts; this one has given a password, and no more. */
  endOthers(sessionId: string): readonly Statement[] {
    return [this.sessions.endAll({ except: sessionId }), this.sessions.setAmr(sessionId, ['pwd'])];
  }

  #expiryAfter(date: Date): Date {
    return new Date(date.getTime() + this.environment.refreshTokenTtlSeconds * 1000);
  }

  #tokens(session: Omit<LiveSession, 'email'>, refreshToken: string, at: Date): Tokens {
    return {
      accessToken: this.accessTokens.issue({ ...session, at }),
      refreshToken,
      tokenType: 'Bearer',
      expiresIn: this.environment.accessTokenTtlSeconds,
    };
  }
}

function drawRefreshToken(): string {
  return randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
}

/** SHA-256 is enough for a token of 256 random bits: there is nothing to guess. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
