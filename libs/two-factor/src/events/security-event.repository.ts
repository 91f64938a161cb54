import { Injectable } from '@nestjs/common';
import { TwoFactorDatabase } from '../sql/database.js';
import { type Statement, runGuarded } from '../sql/one-statement.js';
import { IS_NO_PLAIN_SETUP, TwoFactorEventRecord } from './security-event.entity.js';
import type { SecurityEvent } from './security-event.js';

type ShownRecord = Omit<TwoFactorEventRecord, 'id'>;

const SHOWN_AT_MOST = 50;
/** Of PostgreSQL's `bigint`. */
const GREATEST_ID = '9223372036854775807';

@Injectable()
export class SecurityEventRepository {
  readonly #table: string;

  constructor(private readonly database: TwoFactorDatabase) {
    this.#table = database.tableOf(TwoFactorEventRecord);
  }

  /** Writes an event for the user that `accepted` yields, whoever that is: the same commit as what happened. */
  record(event: Omit<SecurityEvent, 'userId'>): Statement {
    return {
      sql: `INSERT INTO ${this.#table} (user_id, at, type, method, outcome, reason, request_id, ip, user_agent)
        SELECT user_id, $1::timestamptz, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text FROM accepted`,
      parameters: [
        event.at,
        event.type,
        event.method,
        event.outcome,
        event.reason,
        event.requestId ?? null,
        event.ip ?? null,
        event.userAgent ?? null,
      ],
    };
  }

  /**
   * Writes an event that changes nothing else: an attempt that was refused. Attempts of one method that are
   * refused one after another because of its lock are one event, so that nobody can fill the table with them.
   */
  async append({ userId, ...event }: SecurityEvent): Promise<void> {
    const { sql, parameters } = this.record(event);
    const latest = `SELECT reason FROM ${this.#table} WHERE user_id = $1 AND method = $2 ORDER BY id DESC LIMIT 1`;
    const refused = {
      name: 'accepted',
      sql: `SELECT $1::text AS user_id FROM read_committed WHERE $3::text <> 'locked'
        OR NOT EXISTS (SELECT FROM (${latest}) l WHERE l.reason = 'locked')`,
      parameters: [userId, event.method, event.reason],
    };
    await runGuarded(this.database, [refused], [{ sql, parameters }]);
  }

  /**
   * The last fifty events of a user, newest first. Plain setups one after another are shown as the last of them,
   * the only one that can still be confirmed: nobody pushes a failure out of sight with them.
   */
  async latestOf(userId: string): Promise<SecurityEvent[]> {
    // Between two others there are plain setups only, and the last of them is one look into the index.
    const records = await this.database.query<ShownRecord>(
      `WITH other AS (
        SELECT * FROM ${this.#table} WHERE user_id = $1 AND (${IS_NO_PLAIN_SETUP}) ORDER BY id DESC LIMIT ${SHOWN_AT_MOST}
      ), gap AS (
        SELECT id AS begins, lead(id) OVER (ORDER BY id) AS ends
        FROM (SELECT id FROM other UNION ALL VALUES (0), (${GREATEST_ID})) o
      )
      SELECT user_id AS "userId", at, type, method, outcome, reason,
        request_id AS "requestId", ip, user_agent AS "userAgent"
      FROM (
        SELECT * FROM other
        UNION ALL SELECT s.* FROM gap, LATERAL (SELECT * FROM ${this.#table}
          WHERE user_id = $1 AND id > begins AND id < ends ORDER BY id DESC LIMIT 1) s
      ) e ORDER BY id DESC LIMIT ${SHOWN_AT_MOST}`,
      [userId],
    );
    return records.map(({ at, requestId, ip, userAgent, ...event }) => ({
      userId: event.userId,
      // A host may have told pg to read times as texts.
      at: new Date(at),
      type: event.type,
      method: event.method,
      outcome: event.outcome,
      reason: event.reason,
      requestId: requestId ?? undefined,
      ip: ip ?? undefined,
      userAgent: userAgent ?? undefined,
    }));
  }
}
