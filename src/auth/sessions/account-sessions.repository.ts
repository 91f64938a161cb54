import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FactorMethod } from 'nestjs-two-factor';
import { Repository } from 'typeorm';
import { onceMoreAfterDeadlock } from '../../database/database-errors.js';
import { Session } from './session.entity.js';
import type { LiveSession } from './sessions.repository.js';

/** A session as its user may see it. */
export interface ShownSession {
  readonly id: string;
  readonly signedInAt: Date;
  readonly lastUsedAt: Date;
  readonly passed: readonly FactorMethod[];
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The session that asks for the end of others. */
export type AskingSession = Pick<LiveSession, 'userId' | 'sessionId'> & { readonly at: Date };

/** What has become of the asking session, and of those that it wanted to end. */
export interface EndedSessions {
  readonly isAlive: boolean;
  readonly ended: number;
}

/** Of a user that signs in every minute, the answer is bounded; what is not shown can be ended with all the others. */
const SHOWN_AT_MOST = 100;

/** The sessions of a user, for the user to see and to end. */
@Injectable()
export class AccountSessionsRepository {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  /** Those that are alive: the asking one first, then the one used last. */
  async listOf({ userId, sessionId, at }: AskingSession): Promise<ShownSession[]> {
    return this.sessions.query(
      `SELECT id, authenticated_at AS "signedInAt", coalesce(refreshed_at, authenticated_at) AS "lastUsedAt",
        passed, ip, user_agent AS "userAgent"
      FROM sessions WHERE user_id = $1 AND expires_at > $3
      ORDER BY id = $2 DESC, coalesce(refreshed_at, authenticated_at) DESC, id LIMIT ${SHOWN_AT_MOST}`,
      [userId, sessionId, at],
    );
  }

  /** Ends one session of the user, which may be the asking one. */
  end(asking: AskingSession, sessionId: string): Promise<EndedSessions> {
    return this.#end(asking, { held: 's.id IN ($2, $4)', ended: 's.id = $4', parameters: [sessionId] });
  }

  /** Ends all sessions of the user but the asking one. */
  endOthers(asking: AskingSession): Promise<EndedSessions> {
    return this.#end(asking, { held: 'true', ended: 's.id <> $2', parameters: [] });
  }

  /**
   * One statement, which looks at the asking session again, and locks it: one that was ended meanwhile ends no other
   * (invariant 27). Rows are locked in the order of their ids, so that two who end each other take turns. A change of
   * factors or of the password locks the session that makes it before all others: it may come to a deadlock with that.
   */
  async #end(
    { userId, sessionId, at }: AskingSession,
    { held, ended, parameters }: { held: string; ended: string; parameters: readonly string[] },
  ): Promise<EndedSessions> {
    const run = (): Promise<EndedSessions[]> =>
      this.sessions.query(
        `WITH held AS (
        SELECT s.id, s.expires_at FROM sessions s WHERE s.user_id = $1 AND ${held} ORDER BY s.id FOR UPDATE
      ), asking AS (
        SELECT id FROM held WHERE id = $2 AND expires_at > $3
      ), ended AS (
        DELETE FROM sessions s USING held, asking WHERE s.id = held.id AND ${ended} RETURNING s.id
      )
      SELECT EXISTS (SELECT FROM asking) AS "isAlive", (SELECT count(*)::int FROM ended) AS ended`,
        [userId, sessionId, at, ...parameters],
      );
    const [row] = await onceMoreAfterDeadlock(run);
    return row ?? { isAlive: false, ended: 0 };
  }
}
