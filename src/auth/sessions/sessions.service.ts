import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Clock, type FactorMethod, type Statement, TwoFactorSessions } from 'nestjs-two-factor';
import type { EntityManager } from 'typeorm';
import { CLOCK, ENVIRONMENT } from '../../config/environment.module.js';
import type { Environment } from '../../config/environment.js';
import { ApiException } from '../../http/errors/api.exception.js';
import { AccessTokens, type IssuedSession, type Passed } from './access-tokens.js';
import { type SessionDraft, SessionsRepository } from './sessions.repository.js';
import { type SignInOrigin, boundedOrigin } from './sign-in-origin.js';

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
  readonly draft: SessionDraft;
  readonly statements: readonly Statement[];
  /** @param passed the factors after the password, as the commit has found them; default: none */
  tokensFor(userId: string, passed?: readonly Passed[]): Tokens;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly accessTokens: AccessTokens,
    private readonly passed: TwoFactorSessions,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Prepares a session for whoever the commit accepts. @param passed the factors after the password */
  prepare(passed: readonly FactorMethod[], origin: SignInOrigin): PreparedSession {
    const sessionId = randomUUID();
    const refreshToken = drawRefreshToken();
    const now = this.clock.now();
    const draft = {
      sessionId,
      refreshTokenHash: hashOf(refreshToken),
      authenticatedAt: now,
      expiresAt: this.#expiryAfter(now),
      passed,
      origin: boundedOrigin(origin),
    };
    return {
      draft,
      statements: this.sessions.open(draft),
      tokensFor: (userId, verified = []) =>
        this.#tokens({ ...draft, userId, passed: verified }, refreshToken, now),
    };
  }

  /** @throws ApiException `AUTH_TOKEN_INVALID`, `AUTH_TOKEN_EXPIRED`; a spent token that comes again ends its session */
  async refresh(refreshToken: string): Promise<Tokens> {
    const now = this.clock.now();
    const tokenHash = hashOf(refreshToken);
    const next = drawRefreshToken();
    const expiresAt = this.#expiryAfter(now);
    // Asked before the old token is spent: what fails afterwards would cost the session.
    const passed = await this.#passedBy(tokenHash);
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
    return this.#tokens({ ...session, passed }, next, now);
  }

  /** Opens a prepared session for a user who has just been created. */
  open(manager: EntityManager, draft: SessionDraft, userId: string): Promise<void> {
    return this.sessions.insert(manager, draft, userId);
  }

  end(sessionId: string): Promise<void> {
    return this.sessions.end(sessionId);
  }

  /** Ends the sessions of a user in a transaction of somebody's, all but one that may be kept. */
  endAll(manager: EntityManager, userId: string, options: { readonly except?: string }): Promise<void> {
    return this.sessions.endAll(manager, userId, options);
  }

  /** A statement that yields the session while it is alive. */
  ifAlive(sessionId: string): Statement {
    return this.sessions.ifAlive(sessionId, this.clock.now());
  }

  /** Not what the session had passed when it was opened: a factor may have been turned off since. */
  async #passedBy(refreshTokenHash: Buffer): Promise<readonly Passed[]> {
    const session = await this.sessions.findByRefreshToken(refreshTokenHash);
    return session === undefined ? [] : this.passed.passedFactors(session);
  }

  #expiryAfter(date: Date): Date {
    return new Date(date.getTime() + this.environment.refreshTokenTtlSeconds * 1000);
  }

  #tokens(session: Omit<IssuedSession, 'at'>, refreshToken: string, at: Date): Tokens {
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
