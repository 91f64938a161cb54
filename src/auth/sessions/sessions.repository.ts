import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FactorMethod, Statement } from 'nestjs-two-factor';
import { type EntityManager, Not, Repository } from 'typeorm';
import type { Role } from '../../users/role.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Session } from './session.entity.js';
import type { SignInOrigin } from './sign-in-origin.js';

/** A session that is alive, with its user. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  readonly authenticatedAt: Date;
}

/** A session that is about to be opened. */
export interface SessionDraft {
  readonly sessionId: string;
  readonly refreshTokenHash: Buffer;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
  /** The factors that it passes beside the password. */
  readonly passed: readonly FactorMethod[];
  readonly origin: SignInOrigin;
}

/** A session whose refresh token was exchanged. */
export type RefreshedSession = Pick<LiveSession, 'sessionId' | 'userId' | 'authenticatedAt'>;

@Injectable()
export class SessionsRepository {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  async findLive(sessionId: string, at: Date): Promise<LiveSession | undefined> {
    const rows: LiveSession[] = await this.sessions.query(
      `SELECT s.id AS "sessionId", u.id AS "userId", u.email, u.role, s.authenticated_at AS "authenticatedAt"
      FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.expires_at > $2`,
      [sessionId, at],
    );
    return rows[0];
  }

  /** Whose session a refresh token is of, whatever the state of the two. */
  async findByRefreshToken(
    tokenHash: Buffer,
  ): Promise<Pick<LiveSession, 'sessionId' | 'userId'> | undefined> {
    const rows: Pick<LiveSession, 'sessionId' | 'userId'>[] = await this.sessions.query(
      `SELECT s.id AS "sessionId", s.user_id AS "userId" FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
      WHERE t.token_hash = $1`,
      [tokenHash],
    );
    return rows[0];
  }

  /** Yields the row of a session that is alive. */
  ifAlive(sessionId: string, at: Date): Statement {
    return { sql: 'SELECT id FROM sessions WHERE id = $1 AND expires_at > $2', parameters: [sessionId, at] };
  }

  /** Opens the session for the user that `accepted` yields, with its first refresh token, and clears away expired ones. */
  open(draft: SessionDraft): readonly Statement[] {
    const { sessionId, refreshTokenHash, authenticatedAt, expiresAt, passed, origin } = draft;
    return [
      {
        sql: `INSERT INTO sessions (id, user_id, authenticated_at, expires_at, passed, ip, user_agent)
          SELECT $1::uuid, user_id::uuid, $2::timestamptz, $3::timestamptz, $4::text[], $5::text, $6::text FROM accepted`,
        parameters: [sessionId, authenticatedAt, expiresAt, passed, origin.ip, origin.userAgent ?? null],
      },
      {
        sql: `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
          SELECT $1::bytea, $2::uuid, $3::timestamptz FROM accepted`,
        parameters: [refreshTokenHash, sessionId, expiresAt],
      },
      {
        // It waits for nobody: whoever else holds one of them ends it, or the next sign-in does.
        sql: `DELETE FROM sessions s WHERE s.id IN (SELECT e.id FROM sessions e JOIN accepted g ON e.user_id = g.user_id::uuid
          WHERE e.expires_at <= $1::timestamptz FOR UPDATE OF e SKIP LOCKED)`,
        parameters: [authenticatedAt],
      },
    ];
  }

  /** Opens the session of a user who has just been created, with its first refresh token. */
  async insert(
    manager: EntityManager,
    { sessionId, refreshTokenHash, authenticatedAt, expiresAt, passed, origin }: SessionDraft,
    userId: string,
  ): Promise<void> {
    const { ip, userAgent = null } = origin;
    const session = { id: sessionId, userId, authenticatedAt, expiresAt, passed: [...passed], ip, userAgent };
    await manager.insert(Session, session);
    await manager.insert(RefreshToken, { tokenHash: refreshTokenHash, sessionId, expiresAt });
  }

  /** Ends the sessions of a user, all but one that may be kept. */
  async endAll(
    manager: EntityManager,
    userId: string,
    { except }: { readonly except?: string },
  ): Promise<void> {
    await manager.delete(Session, except === undefined ? { userId } : { userId, id: Not(except) });
  }

  async end(sessionId: string): Promise<void> {
    await this.sessions.delete({ id: sessionId });
  }

  /**
   * Spends a refresh token for the next one, in one statement: of parallel uses one wins. The session
   * lives on with it, until 30 days after its sign-in, and tokens nobody can use any more are cleared away. The
   * session is locked before its tokens, as whatever ends a session does: one order, no deadlock.
   *
   * @returns the session, or `undefined` when the token is unknown, spent or expired
   */
  async rotate({
    tokenHash,
    nextTokenHash,
    at,
    expiresAt,
  }: {
    readonly tokenHash: Buffer;
    readonly nextTokenHash: Buffer;
    readonly at: Date;
    readonly expiresAt: Date;
  }): Promise<RefreshedSession | undefined> {
    const rows: RefreshedSession[] = await this.sessions.query(
      `WITH held AS (
        SELECT s.id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.token_hash = $1
        FOR NO KEY UPDATE OF s
      ), spent AS (
        UPDATE refresh_tokens t SET spent_at = $3 FROM held
        WHERE t.token_hash = $1 AND t.session_id = held.id AND t.spent_at IS NULL AND t.expires_at > $3
        RETURNING t.session_id
      ), session AS (
        UPDATE sessions s SET refreshed_at = $3, expires_at = least($4, s.authenticated_at + interval '720 hours')
        FROM spent WHERE s.id = spent.session_id AND s.expires_at > $3
        RETURNING s.id, s.user_id, s.authenticated_at, s.expires_at
      ), next AS (
        INSERT INTO refresh_tokens (token_hash, session_id, expires_at) SELECT $2::bytea, id, expires_at FROM session
      ), swept AS (
        DELETE FROM refresh_tokens t USING session WHERE t.session_id = session.id AND t.expires_at <= $3
      )
      SELECT id AS "sessionId", user_id AS "userId", authenticated_at AS "authenticatedAt" FROM session`,
      [tokenHash, nextTokenHash, at, expiresAt],
    );
    return rows[0];
  }

  /**
   * Ends the session whose spent token came again: somebody has a copy (RFC 9700 §4.14.2).
   *
   * @returns whether the token is known: it is spent or expired, not made up
   */
  async endReused(tokenHash: Buffer): Promise<boolean> {
    const rows: unknown[] = await this.sessions.query(
      `WITH known AS (SELECT session_id, spent_at FROM refresh_tokens WHERE token_hash = $1),
      ended AS (DELETE FROM sessions s USING known WHERE s.id = known.session_id AND known.spent_at IS NOT NULL)
      SELECT FROM known WHERE spent_at IS NULL`,
      [tokenHash],
    );
    return rows.length > 0;
  }
}
