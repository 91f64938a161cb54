import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import { ERASING } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** An event's place in the order of the table. */
export interface EventPlace {
  readonly userId: string;
  /** A bigint, hence text. */
  readonly id: string;
}

export const BEFORE_ALL_EVENTS: EventPlace = { userId: '', id: '0' };

/** What a walk over some events has met. */
export interface WalkedEvents {
  /** `undefined`: there are no more. */
  readonly last: EventPlace | undefined;
  readonly removed: number;
}

/** Takes people out of the tables. It is all that deletes events. */
@Injectable()
export class ErasureRepository {
  constructor(@Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables) {}

  /**
   * Lets this transaction delete events. The trigger asks for it, so that nothing is deleted by accident; whether the role may
   * delete at all is PostgreSQL's to say.
   */
  async allow(transaction: TwoFactorTransaction): Promise<void> {
    await transaction.query(`SELECT set_config('${ERASING}', 'on', true) AS erasing`);
  }

  /** Deletes all that belongs to a user, in whichever table, but for the events. */
  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    // Every table of the library has a `user_id`, but the canaries of the keys: one more is not forgotten here.
    const { events: _events, keys: _keys, ...owned } = this.tables;
    for (const table of Object.values(owned)) {
      await transaction.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
    }
  }

  /**
   * Writes the events of a user anew without the person: under another id, and without what came with the request.
   *
   * @returns whether there were any
   */
  async anonymise(
    transaction: TwoFactorTransaction,
    { userId, nameless }: { readonly userId: string; readonly nameless: string },
  ): Promise<boolean> {
    // Not an UPDATE: that is refused whoever asks, and does not move rows to another shard.
    const { events, resets } = this.tables;
    const rows = await transaction.query(
      `WITH gone AS (DELETE FROM ${events} WHERE user_id = $1 OR actor = $1 RETURNING *), written AS (
        INSERT INTO ${events} (user_id, id, at, type, method, outcome, reason, request_id, ip, user_agent, actor, note)
        OVERRIDING SYSTEM VALUE
        SELECT ${named('user_id')}, id, at, type, method, outcome, reason, ${unlessTheirs('request_id')},
          ${unlessTheirs('ip')}, ${unlessTheirs('user_agent')}, ${named('actor')}, ${unlessTheirs('note')}
        FROM gone RETURNING user_id)
      SELECT user_id FROM written WHERE user_id = $2 LIMIT 1`,
      [userId, nameless],
    );
    // What somebody of support has done for others.
    await transaction.query(
      `UPDATE ${resets} SET requested_by = ${named('requested_by')}, approved_by = ${named('approved_by')},
        ended_by = ${named('ended_by')} WHERE $1 IN (requested_by, approved_by, ended_by)`,
      [userId, nameless],
    );
    return rows.length > 0;
  }

  /** Deletes those of the next `limit` events behind a place that are older than `before`. */
  async removeOlder(
    transaction: TwoFactorTransaction,
    { before, after, limit }: { readonly before: Date; readonly after: EventPlace; readonly limit: number },
  ): Promise<WalkedEvents> {
    const { events } = this.tables;
    const [walked] = await transaction.query<Partial<EventPlace> & { removed: number }>(
      `WITH walked AS (SELECT user_id, id, at FROM ${events} WHERE (user_id, id) > ($1, $2::bigint)
        ORDER BY user_id, id LIMIT $3),
      gone AS (DELETE FROM ${events} e USING walked w
        WHERE e.user_id = w.user_id AND e.id = w.id AND w.at < $4 RETURNING e.id)
      SELECT l.user_id AS "userId", l.id::text AS id, (SELECT count(*)::int FROM gone) AS removed
      FROM (SELECT user_id, id FROM walked ORDER BY user_id DESC, id DESC LIMIT 1) l`,
      [after.userId, after.id, limit, before],
    );
    const { userId, id, removed = 0 } = walked ?? {};
    return { last: userId === undefined || id === undefined ? undefined : { userId, id }, removed };
  }
}

/** A column of an event, unless the event is about the user `$1` itself. */
function unlessTheirs(column: string): string {
  return `CASE WHEN user_id <> $1 THEN ${column} END`;
}

function named(column: string): string {
  return `CASE WHEN ${column} = $1 THEN $2::text ELSE ${column} END`;
}
