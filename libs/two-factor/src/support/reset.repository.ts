import { Inject, Injectable } from '@nestjs/common';
import { unusedSince } from '../events/unused-since.js';
import { LONG_WAIT_HOURS } from '../options/support.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import { IS_OPEN } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, dateOrNull, epochOf } from '../sql/times.js';
import type { ShownReset } from './reset.js';

/** A reset as it is asked for. */
export interface NewReset {
  readonly id: string;
  readonly userId: string;
  readonly requestedBy: string;
  readonly reason: string;
  readonly at: Date;
  readonly waitHours: number;
}

/** Which reset, whose, and when somebody does something with it. */
export interface NamedReset {
  readonly id: string;
  readonly userId: string;
  readonly at: Date;
}

/** A code's hash, and the pepper that is in it. */
export interface ResetCodeHash {
  readonly codeHash: string;
  readonly pepperId: string;
}

type Timed = 'requestedAt' | 'readyAt' | 'expiresAt' | 'approvedAt' | 'endedAt';
type ResetRow = Omit<ShownReset, Timed> & {
  readonly requestedAt: number;
  readonly readyAt: number;
  readonly expiresAt: number;
  readonly approvedAt: number | null;
  readonly endedAt: number | null;
};

const DAYS_OF_USE = 3;
const LISTED_AT_MOST = 100;

@Injectable()
export class ResetRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /**
   * Asks for a reset of a user with a factor, under the account's lock, if none is open. One that is over without anybody
   * having written so is closed first.
   */
  async request(
    transaction: TwoFactorTransaction,
    { id, userId, requestedBy, reason, at, waitHours }: NewReset,
  ): Promise<ShownReset | undefined> {
    const { accounts, events, passkeys, resets } = this.tables;
    await transaction.query(
      `UPDATE ${resets} r SET ended_at = $2, outcome = ${this.#over('$2')}
      WHERE r.user_id = $1 AND r.${IS_OPEN} AND ${this.#over('$2')} IS NOT NULL`,
      [userId, at],
    );
    const hours = `greatest($6::integer, CASE WHEN EXISTS (SELECT FROM ${passkeys} p WHERE p.user_id = $1)
      THEN ${LONG_WAIT_HOURS} END) * interval '1 hour'`;
    const [made] = await transaction.query<{ id: string }>(
      `WITH made AS (
        INSERT INTO ${resets} (user_id, id, requested_by, note, requested_at, ready_at, expires_at, after_event)
        SELECT a.user_id, $2::uuid, $3::text, $4::text, $5::timestamptz, $5::timestamptz + ${hours},
          $5::timestamptz + ${hours} + interval '${DAYS_OF_USE} days',
          coalesce((SELECT max(e.id) FROM ${events} e WHERE e.user_id = $1), 0)
        FROM ${accounts} a WHERE a.user_id = $1 AND a.enabled_at IS NOT NULL
        ON CONFLICT (user_id) WHERE ${IS_OPEN} DO NOTHING RETURNING id)
      SELECT id FROM made`,
      [userId, id, requestedBy, reason, at, waitHours],
    );
    return made && this.find(made.id, at, transaction);
  }

  /**
   * Approves it, while it waits for that, and if whoever does has not asked for it. Nobody approves what is their own.
   *
   * @returns whether it is approved by this
   */
  async approve(
    transaction: TwoFactorTransaction,
    { id, userId, at }: NamedReset,
    {
      actor,
      onePerson,
      codeHash,
      pepperId,
    }: ResetCodeHash & { readonly actor: string; readonly onePerson: boolean },
  ): Promise<boolean> {
    const rows = await transaction.query(
      `WITH approved AS (
        UPDATE ${this.tables.resets} r SET approved_by = $4::text, approved_at = $3, code_hash = $5, pepper_id = $6
        WHERE r.user_id = $1 AND r.id = $2 AND r.approved_by IS NULL AND ${this.#isOpen('$3')}
          AND r.user_id <> $4 AND (r.requested_by <> $4
            OR $7::boolean AND r.ready_at >= r.requested_at + interval '${LONG_WAIT_HOURS} hours') RETURNING id)
      SELECT id FROM approved`,
      [userId, id, at, actor, codeHash, pepperId, onePerson],
    );
    return rows.length > 0;
  }

  /** Ends an open one of a user, or whichever is open. @returns whether there was one */
  async cancel(
    transaction: TwoFactorTransaction,
    { id = null, userId, at }: Omit<NamedReset, 'id'> & { readonly id?: string | null },
    actor: string | null,
  ): Promise<boolean> {
    const rows = await transaction.query(
      `WITH ended AS (
        UPDATE ${this.tables.resets} r SET ended_at = $3, ended_by = $4::text, outcome = 'cancelled'
        WHERE r.user_id = $1 AND r.id = coalesce($2::uuid, r.id) AND ${this.#isOpen('$3')} RETURNING id)
      SELECT id FROM ended`,
      [userId, id, at, actor],
    );
    return rows.length > 0;
  }

  /**
   * Ends the one that is open by a panic. Only once in 7 days: whoever reads the owner's mail would keep them out for good. One that
   * is over already, of which nobody has written so, is no such time.
   */
  async cancelByPanic(
    transaction: TwoFactorTransaction,
    { userId, at }: Omit<NamedReset, 'id'>,
  ): Promise<void> {
    const { resets } = this.tables;
    await transaction.query(
      `UPDATE ${resets} r SET ended_at = $2, outcome = 'cancelled'
      WHERE r.user_id = $1 AND ${this.#isOpen('$2::timestamptz')} AND NOT EXISTS (SELECT FROM ${resets} p WHERE p.user_id = $1
        AND p.outcome = 'cancelled' AND p.ended_by IS NULL AND p.ended_at > $2::timestamptz - interval '7 days')`,
      [userId, at],
    );
  }

  /** @param id a UUID */
  async find(
    id: string,
    at: Date,
    on: Pick<TwoFactorTransaction, 'query'> = this.database,
  ): Promise<ShownReset | undefined> {
    const [row] = await on.query<ResetRow>(`${this.#shown('$1')} WHERE r.id = $2`, [at, id]);
    return row && shown(row);
  }

  /** The newest hundred, of one user or of all, those that are open first. */
  async list(at: Date, userId: string | null = null): Promise<ShownReset[]> {
    const rows = await this.database.query<ResetRow>(
      `${this.#shown('$1')} WHERE r.user_id = coalesce($2, r.user_id)
      ORDER BY r.${IS_OPEN} DESC, r.requested_at DESC, r.id LIMIT ${LISTED_AT_MOST}`,
      [at, userId],
    );
    return rows.map(shown);
  }

  /** The hash of an approved reset of the `subject`, as one jsonb; whether its code counts yet, the {@link proof} asks. */
  material(): Statement {
    return {
      sql: `SELECT (SELECT jsonb_build_object('codeHash', r.code_hash, 'pepperId', r.pepper_id)
        FROM ${this.tables.resets} r WHERE r.user_id = s.user_id AND r.${IS_OPEN} AND r.code_hash IS NOT NULL) AS material,
        1 AS guesses`,
      parameters: [],
    };
  }

  /** Yields `proof`: right, if it is the code of a reset that counts now. */
  proof(
    userId: string,
    { codeHash, at }: { readonly codeHash: string; readonly at: Date },
  ): readonly NamedStatement[] {
    return [
      {
        name: 'own_reset',
        sql: `SELECT r.id, r.ready_at <= $3::timestamptz AND ${this.#isOpen('$3::timestamptz')} AS counts
          FROM ${this.tables.resets} r JOIN subject s ON s.user_id = r.user_id
          WHERE r.user_id = $1 AND r.code_hash = $2 AND r.${IS_OPEN} FOR UPDATE OF r`,
        parameters: [userId, codeHash, at],
      },
      {
        name: 'proof',
        sql: `SELECT s.user_id, EXISTS (SELECT FROM own_reset WHERE counts) AS is_right,
          CASE WHEN EXISTS (SELECT FROM own_reset) THEN 'expired' ELSE 'wrong' END AS reason FROM subject s`,
        parameters: [],
      },
    ];
  }

  /** Spends the code for the user whose proof was `accepted`. */
  spend(userId: string, at: Date): Statement {
    return {
      sql: `UPDATE ${this.tables.resets} r SET ended_at = $2::timestamptz, outcome = 'used' FROM accepted a
        WHERE r.user_id = $1 AND r.user_id = a.user_id AND r.id IN (SELECT id FROM own_reset)`,
      parameters: [userId, at],
    };
  }

  /** Since which event the factors are lost of a user whose code was spent in this transaction. */
  async lostSince(transaction: TwoFactorTransaction, userId: string): Promise<string> {
    const [used] = await transaction.query<{ event: string }>(
      `SELECT after_event::text AS event FROM ${this.tables.resets} WHERE user_id = $1 AND outcome = 'used'
      ORDER BY requested_at DESC LIMIT 1`,
      [userId],
    );
    if (used === undefined) {
      throw new Error('A code was spent of a reset that is not there');
    }
    return used.event;
  }

  get #isUntouched(): string {
    return unusedSince(this.tables, { userId: 'r.user_id', event: 'r.after_event' });
  }

  #isOpen(at: string): string {
    return `r.${IS_OPEN} AND r.expires_at > ${at} AND ${this.#isUntouched}`;
  }

  /** By what a reset is over that nobody has closed, as an expression; `NULL` while it is not. */
  #over(at: string): string {
    return `CASE WHEN NOT (${this.#isUntouched}) THEN 'signed_in' WHEN r.expires_at <= ${at} THEN 'expired' END`;
  }

  #shown(at: string): string {
    return `SELECT r.id, r.user_id AS "userId", coalesce(r.outcome, ${this.#over(`${at}::timestamptz`)},
        CASE WHEN r.approved_by IS NULL THEN 'requested' WHEN r.ready_at > ${at}::timestamptz THEN 'waiting' ELSE 'ready' END) AS state,
      r.requested_by AS "requestedBy", r.note AS reason, ${epochOf('r.requested_at')} AS "requestedAt",
      ${epochOf('r.ready_at')} AS "readyAt", ${epochOf('r.expires_at')} AS "expiresAt",
      r.approved_by AS "approvedBy", ${epochOf('r.approved_at')} AS "approvedAt", ${epochOf('r.ended_at')} AS "endedAt"
    FROM ${this.tables.resets} r`;
  }
}

function shown({ requestedAt, readyAt, expiresAt, approvedAt, endedAt, ...row }: ResetRow): ShownReset {
  return {
    ...row,
    requestedAt: dateOf(requestedAt),
    readyAt: dateOf(readyAt),
    expiresAt: dateOf(expiresAt),
    approvedAt: dateOrNull(approvedAt),
    endedAt: dateOrNull(endedAt),
  };
}
