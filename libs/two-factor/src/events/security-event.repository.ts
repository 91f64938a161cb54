import { Inject, Injectable } from '@nestjs/common';
import type { RefusalReason } from '../errors/two-factor.errors.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { Statement, SqlRunner } from '../sql/one-statement.js';
import { NEEDS_PROOF } from '../sql/schema.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';
import type { SecurityEvent, SecurityEventType } from './security-event.js';

/** A row as it is read: what is missing is `null`, the time a number. */
type ShownRecord = Pick<SecurityEvent, 'userId' | 'type' | 'method' | 'outcome' | 'reason'> & {
  readonly at: number;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
};

const SHOWN_AT_MOST = 50;
/** Of PostgreSQL's `bigint`. */
const GREATEST_ID = '9223372036854775807';
const COLUMNS = 'user_id, at, type, method, outcome, reason, request_id, ip, user_agent';

const SHOWN = `user_id AS "userId", ${epochOf('at')} AS at, type, method, outcome, reason, request_id AS "requestId", ip,
        user_agent AS "userAgent"`;

@Injectable()
export class SecurityEventRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /** Writes an event for the user that `from` yields: the same commit as what happened. */
  record(event: Omit<SecurityEvent, 'userId'>, from: 'accepted' | 'written' = 'accepted'): Statement {
    return {
      sql: `INSERT INTO ${this.tables.events} (${COLUMNS})
        SELECT user_id, $1::timestamptz, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text FROM ${from}`,
      parameters: [event.at, event.type, event.method, event.outcome, event.reason, ...whereFrom(event)],
    };
  }

  /** Writes what became of a proof that was `admitted`: a success, or a failure and its reason. */
  recordProof({
    at,
    type,
    method,
    ...context
  }: Omit<SecurityEvent, 'userId' | 'outcome' | 'reason'>): Statement {
    return {
      sql: `INSERT INTO ${this.tables.events} (${COLUMNS})
        SELECT user_id, $1::timestamptz, $2::text, $3::text, CASE WHEN is_right THEN 'success' ELSE 'failure' END,
          CASE WHEN NOT is_right THEN reason END, $4::text, $5::text, $6::text FROM admitted`,
      parameters: [at, type, method, ...whereFrom(context)],
    };
  }

  /** Writes another event beside it, if that is the reason of the proof that was `admitted`, right or wrong. */
  recordTold(
    event: Omit<SecurityEvent, 'userId' | 'outcome' | 'reason'>,
    { type, reason }: { readonly type: SecurityEventType; readonly reason: RefusalReason },
  ): Statement {
    const { sql, parameters } = this.recordProof({ ...event, type });
    return { sql: `${sql} WHERE reason = $7::text`, parameters: [...parameters, reason] };
  }

  /**
   * Writes an event that changes nothing else: an attempt that was refused. Attempts of one method that are
   * refused one after another because of its lock-out are one event, so that nobody can fill the table with them.
   */
  async append(event: SecurityEvent, database: SqlRunner = this.database): Promise<void> {
    const { userId, at, type, method, outcome, reason } = event;
    const latest = `SELECT reason FROM ${this.tables.events} WHERE user_id = $1 AND method = $4 ORDER BY id DESC LIMIT 1`;
    await database.query(
      `INSERT INTO ${this.tables.events} (${COLUMNS})
      SELECT $1::text, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text
      WHERE $6::text IS DISTINCT FROM 'locked' OR NOT EXISTS (SELECT FROM (${latest}) l WHERE l.reason = 'locked')`,
      [userId, at, type, method, outcome, reason, ...whereFrom(event)],
    );
  }

  /**
   * The last fifty events of a user, newest first. Of those that need no proof, one after another, the last is shown,
   * the only one that can still matter: nobody pushes a failure out of sight with them.
   */
  async latestOf(userId: string): Promise<SecurityEvent[]> {
    // Between two others there are only those, and the last of them is one look into the index.
    const records = await this.database.query<ShownRecord>(
      `WITH other AS (
        SELECT * FROM ${this.tables.events} WHERE user_id = $1 AND (${NEEDS_PROOF}) ORDER BY id DESC LIMIT ${SHOWN_AT_MOST}
      ), gap AS (
        SELECT id AS begins, lead(id) OVER (ORDER BY id) AS ends
        FROM (SELECT id FROM other UNION ALL VALUES (0), (${GREATEST_ID})) o
      )
      SELECT ${SHOWN} FROM (
        SELECT * FROM other
        UNION ALL SELECT s.* FROM gap, LATERAL (SELECT * FROM ${this.tables.events}
          WHERE user_id = $1 AND id > begins AND id < ends ORDER BY id DESC LIMIT 1) s
      ) e ORDER BY id DESC LIMIT ${SHOWN_AT_MOST}`,
      [userId],
    );
    return records.map(eventOf);
  }

  /** All events of a user, oldest first. */
  async allOf(userId: string): Promise<SecurityEvent[]> {
    const records = await this.database.query<ShownRecord>(
      `SELECT ${SHOWN} FROM ${this.tables.events} WHERE user_id = $1 ORDER BY id`,
      [userId],
    );
    return records.map(eventOf);
  }
}

function eventOf({ requestId, ip, userAgent, ...event }: ShownRecord): SecurityEvent {
  return {
    userId: event.userId,
    at: dateOf(event.at),
    type: event.type,
    method: event.method,
    outcome: event.outcome,
    reason: event.reason,
    requestId: requestId ?? undefined,
    ip: ip ?? undefined,
    userAgent: userAgent ?? undefined,
  };
}

function whereFrom({
  requestId,
  ip,
  userAgent,
}: Pick<SecurityEvent, 'requestId' | 'ip' | 'userAgent'>): unknown[] {
  return [requestId ?? null, ip ?? null, userAgent ?? null];
}
