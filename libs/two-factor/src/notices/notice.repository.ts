import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Notice, NoticeType } from '../options/notice-sink.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { Statement } from '../sql/one-statement.js';
import { IS_TRIED, NOTICE_TRIES } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';
import { PanicTokenRepository } from './panic-token.repository.js';
import { type NoticedEvent, hasPanicToken, noticesOf } from './told.js';

/** A notice that nobody else hands out, for a while. */
export interface LeasedNotice {
  readonly notice: Notice;
  /** Its place among those of its user. A bigint, hence text. */
  readonly number: string;
  /** How often it was handed out, this time included. */
  readonly tries: number;
}

/** How many notices have not arrived yet. */
export interface NoticeCounts {
  readonly waiting: number;
  /** Refused each time: nobody hands them out any more. */
  readonly parked: number;
}

type LeasedRow = Pick<LeasedNotice, 'number' | 'tries'> &
  Pick<Notice, 'id' | 'userId' | 'type' | 'method'> & {
    readonly at: number;
    readonly ip: string | null;
    readonly userAgent: string | null;
    readonly remaining: number | null;
  };

const USERS_AT_ONCE = 10;
/** The host has 30 seconds; whoever dies amid them keeps the notice for the rest. */
const LEASE_SECONDS = 60;
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 3600;
/** How many codes are few enough to tell. */
const FEW_CODES = '3, 1';

/** The outbox: what a user should hear of is written in the commit of what has happened, and goes when the host has it. */
@Injectable()
export class NoticeRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly panicTokens: PanicTokenRepository,
  ) {}

  /**
   * What the user that `from` yields is told of an event: in the commit that writes it.
   *
   * @param from a relation of the same statement, and its condition
   * @returns nothing when nobody is told
   */
  ofEvent(
    event: NoticedEvent & Pick<Notice, 'at' | 'ip' | 'userAgent'>,
    from = 'accepted',
  ): readonly Statement[] {
    if (this.settings.noticeSink === undefined) {
      return [];
    }
    const { method, at, ip = null, userAgent = null } = event;
    return noticesOf(event).map((type) => ({
      sql: `INSERT INTO ${this.tables.notices} (user_id, id, type, method, at, ip, user_agent, due_at)
        SELECT user_id, $1::uuid, $2::text, $3::text, $4::timestamptz, $5::text, $6::text, $4::timestamptz FROM ${from}`,
      parameters: [randomUUID(), type, method, at, ip, userAgent],
    }));
  }

  /**
   * Tells the user whose backup code was `accepted` when few others are left. The statement sees all that were spent: who
   * spends another holds the account's lock before it begins, or ends the challenge that this one would answer.
   */
  ofFewCodes({ codeHash, at }: { readonly codeHash: string; readonly at: Date }): readonly Statement[] {
    if (this.settings.noticeSink === undefined) {
      return [];
    }
    const type: NoticeType = 'backup_codes_low';
    return [
      {
        sql: `INSERT INTO ${this.tables.notices} (user_id, id, type, method, at, remaining, due_at)
          SELECT p.user_id, $1::uuid, $2::text, 'backup_code', $3::timestamptz, l.remaining, $3::timestamptz
          FROM accepted p CROSS JOIN LATERAL (SELECT count(*) AS remaining FROM ${this.tables.backupCodes} c
            WHERE c.user_id = p.user_id AND c.used_at IS NULL AND c.code_hash <> $4) l
          WHERE l.remaining IN (${FEW_CODES})`,
        parameters: [randomUUID(), type, at, codeHash],
      },
    ];
  }

  /**
   * Leases what is due: of each user the first that has not arrived, so that nobody hears of things in another order.
   * What another process leases at this moment is passed over, and its lease is in the row when that is looked at again.
   *
   * ```sql
   * WITH due AS (SELECT … WHERE due_at <= now AND NOT EXISTS (an earlier one of this user) FOR UPDATE SKIP LOCKED),
   *   leased AS (UPDATE … SET due_at = now + lease, tries = tries + 1 FROM due …)
   * SELECT …
   * ```
   */
  async lease(at: Date): Promise<readonly LeasedNotice[]> {
    const { notices } = this.tables;
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.query<LeasedRow>(
        `WITH due AS (
          SELECT n.user_id, n.number FROM ${notices} n
          WHERE ${IS_TRIED} AND n.due_at <= $1 AND NOT EXISTS (SELECT FROM ${notices} e
            WHERE e.user_id = n.user_id AND e.number < n.number AND (e.${IS_TRIED} OR e.due_at > $1))
          ORDER BY n.due_at LIMIT ${USERS_AT_ONCE} FOR UPDATE OF n SKIP LOCKED
        ), leased AS (
          UPDATE ${notices} n SET tries = n.tries + 1, due_at = $1::timestamptz + interval '${LEASE_SECONDS} seconds'
          FROM due WHERE n.user_id = due.user_id AND n.number = due.number RETURNING n.*
        )
        SELECT user_id AS "userId", number::text AS number, id, type, method, ${epochOf('at')} AS at, ip,
          user_agent AS "userAgent", remaining::int AS remaining, tries::int AS tries FROM leased`,
        [at],
      );
      const users = rows.filter(({ type }) => hasPanicToken(type)).map(({ userId }) => userId);
      const tokens = await this.panicTokens.draw(transaction, users, at);
      return rows.map(({ number, tries, at: happened, ip, userAgent, remaining, ...row }) => ({
        number,
        tries,
        notice: {
          ...row,
          at: dateOf(happened),
          ip: ip ?? undefined,
          userAgent: userAgent ?? undefined,
          backupCodesRemaining: remaining ?? undefined,
          panicToken: hasPanicToken(row.type) ? tokens.get(row.userId) : undefined,
        },
      }));
    });
  }

  /** The host has it. */
  async arrived({ notice: { userId }, number }: LeasedNotice): Promise<void> {
    await this.database.query(`DELETE FROM ${this.tables.notices} WHERE user_id = $1 AND number = $2`, [
      userId,
      number,
    ]);
  }

  /** The host does not have it: again later, unless somebody has leased it since, or it was the last time. */
  async refused({ notice: { userId }, number, tries }: LeasedNotice, at: Date): Promise<void> {
    const seconds = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (tries - 1));
    const dueAt = tries < NOTICE_TRIES ? new Date(at.getTime() + seconds * 1000) : at;
    await this.database.query(
      `UPDATE ${this.tables.notices} SET due_at = $4 WHERE user_id = $1 AND number = $2 AND tries = $3`,
      [userId, number, tries, dueAt],
    );
  }

  async counts(): Promise<NoticeCounts> {
    const [counts] = await this.database.query<NoticeCounts>(
      `SELECT (count(*) FILTER (WHERE ${IS_TRIED}))::int AS waiting, (count(*) FILTER (WHERE NOT ${IS_TRIED}))::int AS parked
      FROM ${this.tables.notices}`,
    );
    if (counts === undefined) {
      throw new Error('An aggregate without GROUP BY always yields a row');
    }
    return counts;
  }
}
