import { Inject, Injectable } from '@nestjs/common';
import type { RefusalReason } from '../errors/two-factor.errors.js';
import { NoticeRepository } from '../notices/notice.repository.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { type SqlRunner, type Statement, effects, runAsOne } from '../sql/one-statement.js';
import { NEEDS_PROOF } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';
import type { SecurityEvent, SecurityEventType } from './security-event.js';

/** A row as it is read: what is missing is `null`, the time a number. */
type ShownRecord = Pick<SecurityEvent, 'userId' | 'type' | 'method' | 'outcome' | 'reason'> & {
  readonly at: number;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly actor: string | null;
  readonly note: string | null;
};

const SHOWN_AT_MOST = 50;
/** Of PostgreSQL's `bigint`. */
const GREATEST_ID = '9223372036854775807';
const WRITTEN: Statement = { sql: 'SELECT user_id FROM accepted', parameters: [] };
const COLUMNS = 'user_id, at, type, method, outcome, reason, request_id, ip, user_agent';

const SHOWN = `user_id AS "userId", ${epochOf('at')} AS at, type, method, outcome, reason, request_id AS "requestId", ip,
        user_agent AS "userAgent", actor, note`;

@Injectable()
export class SecurityEventRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    private readonly notices: NoticeRepository,
  ) {}

  /** Writes an event for the user that `accepted` yields, and the notices of it: the same commit as what happened. */
  record(event: Omit<SecurityEvent, 'userId'>): readonly Statement[] {
    return [
      {
        sql: `INSERT INTO ${this.tables.events} (${COLUMNS})
          SELECT user_id, $1::timestamptz, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text FROM accepted`,
        parameters: [event.at, event.type, event.method, event.outcome, event.reason, ...whereFrom(event)],
      },
      ...this.notices.ofEvent(event),
    ];
  }

  /** Writes what became of a proof that was `admitted`: a success, and the notices of it, or a failure and its reason. */
  recordProof(event: Omit<SecurityEvent, 'userId' | 'outcome' | 'reason'>): readonly Statement[] {
    return [
      this.#proof(event),
      // Whatever the proof is, so that a right one and a wrong one are one statement: it reads `accepted`.
      ...this.notices.ofEvent({ ...event, outcome: 'success', reason: null }),
    ];
  }

  #proof({ at, type, method, ...context }: Omit<SecurityEvent, 'userId' | 'outcome' | 'reason'>): Statement {
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
  ): readonly Statement[] {
    const { sql, parameters } = this.#proof({ ...event, type });
    const told = this.notices.ofEvent({ ...event, type, outcome: 'success', reason: null }, 'admitted');
    return [
      { sql: `${sql} WHERE reason = $7::text`, parameters: [...parameters, reason] },
      ...told.map((notice) => ({
        sql: `${notice.sql} WHERE reason = $7::text`,
        parameters: [...notice.parameters, reason],
      })),
    ];
  }

  /**
   * Writes an event that changes nothing else, and the notices of it: an attempt that was refused. Attempts of one method that are
   * refused one after another because of its lock-out are one event, so that nobody can fill the table with them.
   */
  async append(event: SecurityEvent, database: SqlRunner = this.database): Promise<void> {
    const { userId, at, type, method, outcome, reason, actor, note } = event;
    const latest = `SELECT reason FROM ${this.tables.events} WHERE user_id = $1 AND method = $4 ORDER BY id DESC LIMIT 1`;
    const written = {
      name: 'accepted',
      sql: `INSERT INTO ${this.tables.events} (${COLUMNS}, actor, note)
        SELECT $1::text, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text
        FROM read_committed
        WHERE $6::text IS DISTINCT FROM 'locked' OR NOT EXISTS (SELECT FROM (${latest}) l WHERE l.reason = 'locked')
        RETURNING user_id`,
      parameters: [
        userId,
        at,
        type,
        method,
        outcome,
        reason,
        ...whereFrom(event),
        actor ?? null,
        note ?? null,
      ],
    } as const;
    await runAsOne(database, [written, ...effects(this.notices.ofEvent(event))], WRITTEN);
  }

  /** Writes the same event for each of these users, once for each time that one is named. */
  async appendOfAll(
    event: Omit<SecurityEvent, 'userId'>,
    userIds: readonly string[],
    database: SqlRunner,
  ): Promise<void> {
    const users = {
      name: 'accepted',
      sql: 'SELECT u AS user_id FROM unnest($1::text[]) u',
      parameters: [userIds],
    } as const;
    await runAsOne(database, [users, ...effects(this.record(event))], WRITTEN);
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

function eventOf({ requestId, ip, userAgent, actor, note, ...event }: ShownRecord): SecurityEvent {
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
    ...(actor === null ? {} : { actor }),
    ...(note === null ? {} : { note }),
  };
}

function whereFrom({
  requestId,
  ip,
  userAgent,
}: Pick<SecurityEvent, 'requestId' | 'ip' | 'userAgent'>): unknown[] {
  return [requestId ?? null, ip ?? null, userAgent ?? null];
}
