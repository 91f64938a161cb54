import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** A factor that waits to be confirmed. */
export interface PendingFactor {
  readonly id: string;
  readonly userId: string;
  readonly method: 'totp';
  readonly sealedPayload: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What of it the one who confirms it reads. */
export type EnrolmentMaterial = Pick<PendingFactor, 'id' | 'sealedPayload'> & {
  readonly replaces: string | null;
};

@Injectable()
export class EnrolmentRepository {
  constructor(@Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables) {}

  /** Saves what waits for a user without a second factor, in place of an earlier one, as `accepted`, if a relation has a row. */
  save(pending: PendingFactor, { ifAny }: { readonly ifAny: NamedStatement['name'] }): NamedStatement {
    const source = `FROM read_committed WHERE NOT EXISTS (SELECT FROM ${this.tables.accounts} WHERE user_id = $2 AND enabled_at IS NOT NULL)
        AND EXISTS (SELECT FROM ${ifAny})`;
    return {
      name: 'accepted',
      sql: `${this.#upsert('NULL::uuid', source)} RETURNING e.user_id`,
      parameters: columnsOf(pending),
    };
  }

  /** Saves what may replace the user's authenticator, after a proof. */
  async saveReplacement(transaction: TwoFactorTransaction, pending: PendingFactor): Promise<void> {
    const replaces = `(SELECT id FROM ${this.tables.secrets} WHERE user_id = $2)`;
    await transaction.query(this.#upsert(replaces, ''), columnsOf(pending));
  }

  #upsert(replaces: string, source: string): string {
    return `INSERT INTO ${this.tables.enrolments} AS e
        (id, user_id, method, sealed_payload, created_at, expires_at, replaces)
      SELECT $1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, ${replaces} ${source}
      ON CONFLICT (user_id, method) DO UPDATE SET id = excluded.id, sealed_payload = excluded.sealed_payload,
        created_at = excluded.created_at, expires_at = excluded.expires_at, replaces = excluded.replaces`;
  }

  /** Yields the user, as `subject`, if something can still be confirmed. */
  pending({
    userId,
    method,
    at,
  }: Pick<PendingFactor, 'userId' | 'method'> & { readonly at: Date }): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT e.user_id, 0 AS generation FROM read_committed, ${this.tables.enrolments} e
        WHERE e.user_id = $1 AND e.method = $2 AND e.expires_at > $3`,
      parameters: [userId, method, at],
    };
  }

  /**
   * The same, locked, if it is the one that was read, and if what it replaces is still there: without a proof
   * it replaces nothing, and so there must be no factor. It is asked under the account's lock.
   */
  confirmable({
    userId,
    id,
    at,
  }: Pick<PendingFactor, 'userId' | 'id'> & { readonly at: Date }): NamedStatement {
    const { accounts, enrolments, secrets } = this.tables;
    return {
      name: 'subject',
      sql: `SELECT e.user_id FROM read_committed, ${enrolments} e WHERE e.user_id = $1 AND e.id = $2 AND e.expires_at > $3
        AND CASE WHEN e.replaces IS NULL
          THEN NOT EXISTS (SELECT FROM ${accounts} a WHERE a.user_id = e.user_id AND a.enabled_at IS NOT NULL)
          ELSE EXISTS (SELECT FROM ${secrets} t WHERE t.user_id = e.user_id AND t.id = e.replaces) END
        FOR UPDATE OF e`,
      parameters: [userId, id, at],
    };
  }

  /** {@link EnrolmentMaterial} of the `subject`, as one jsonb: one secret. */
  material(method: PendingFactor['method']): Statement {
    return {
      sql: `SELECT (SELECT jsonb_build_object('id', e.id, 'sealedPayload', e.sealed_payload, 'replaces', e.replaces)
        FROM ${this.tables.enrolments} e WHERE e.user_id = s.user_id AND e.method = $1) AS material, 1 AS guesses`,
      parameters: [method],
    };
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.enrolments} WHERE user_id = $1`, [userId]);
  }
}

function columnsOf({ id, userId, method, sealedPayload, createdAt, expiresAt }: PendingFactor): unknown[] {
  return [id, userId, method, sealedPayload, createdAt, expiresAt];
}
