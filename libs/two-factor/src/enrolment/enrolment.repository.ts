import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** A factor that waits to be confirmed. */
export interface PendingFactor {
  readonly id: string;
  readonly userId: string;
  readonly method: 'totp';
  /** What its owner will call it. */
  readonly name: string;
  readonly sealedPayload: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What a proof allows a setup to become: one more, or another in the place of one. Without a proof it is the first. */
export interface AllowedPlace {
  readonly adds: boolean;
  readonly replaces: string | null;
}

/** What of it the one who confirms it reads. */
export type EnrolmentMaterial = Pick<PendingFactor, 'id' | 'name' | 'sealedPayload'> & AllowedPlace;

@Injectable()
export class EnrolmentRepository {
  constructor(
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /** Saves what waits for a user without a second factor, in place of an earlier one, as `accepted`, if a relation has a row. */
  save(pending: PendingFactor, { ifAny }: { readonly ifAny: NamedStatement['name'] }): NamedStatement {
    const source = `FROM read_committed WHERE NOT EXISTS (SELECT FROM ${this.tables.accounts} WHERE user_id = $2 AND enabled_at IS NOT NULL)
        AND EXISTS (SELECT FROM ${ifAny})`;
    return {
      name: 'accepted',
      sql: `${this.#upsert(source)} RETURNING e.user_id`,
      parameters: columnsOf(pending, { adds: false, replaces: null }),
    };
  }

  /** Saves what a proof has allowed. Whether there is still such a place, the one who confirms it asks. */
  async saveAllowed(
    transaction: TwoFactorTransaction,
    pending: PendingFactor,
    place: AllowedPlace,
  ): Promise<void> {
    await transaction.query(this.#upsert(''), columnsOf(pending, place));
  }

  #upsert(source: string): string {
    return `INSERT INTO ${this.tables.enrolments} AS e
        (id, user_id, method, name, sealed_payload, created_at, expires_at, adds, replaces)
      SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::boolean, $9::uuid ${source}
      ON CONFLICT (user_id, method) DO UPDATE SET id = excluded.id, name = excluded.name,
        sealed_payload = excluded.sealed_payload, created_at = excluded.created_at,
        expires_at = excluded.expires_at, adds = excluded.adds, replaces = excluded.replaces`;
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
   * The same, locked, if it is the one that was read, and if its place is still there: what it replaces, or room for
   * one more beside a factor. Without a proof it is allowed neither, and so there must be no factor. It is asked under
   * the account's lock.
   *
   * @param replacesAll there must be a factor then, and all of them go
   */
  confirmable(
    { userId, id, at }: Pick<PendingFactor, 'userId' | 'id'> & { readonly at: Date },
    { replacesAll = false }: { readonly replacesAll?: boolean } = {},
  ): NamedStatement {
    const { accounts, enrolments, secrets } = this.tables;
    const { totpAuthenticators } = this.settings.limits;
    const isOn = `EXISTS (SELECT FROM ${accounts} a WHERE a.user_id = $1 AND a.enabled_at IS NOT NULL)`;
    return {
      name: 'subject',
      sql: `SELECT e.user_id FROM read_committed, ${enrolments} e WHERE e.user_id = $1 AND e.id = $2 AND e.expires_at > $3
        AND CASE WHEN e.adds
          THEN ${isOn} AND (SELECT count(*) FROM ${secrets} t WHERE t.user_id = $1) < ${totpAuthenticators}
          WHEN e.replaces IS NULL THEN ${replacesAll ? isOn : `NOT ${isOn}`}
          ELSE EXISTS (SELECT FROM ${secrets} t WHERE t.user_id = $1 AND t.id = e.replaces) END
        FOR UPDATE OF e`,
      parameters: [userId, id, at],
    };
  }

  /** {@link EnrolmentMaterial} of the `subject`, as one jsonb: one secret. */
  material(method: PendingFactor['method']): Statement {
    return {
      sql: `SELECT (SELECT jsonb_build_object('id', e.id, 'name', e.name, 'sealedPayload', e.sealed_payload,
          'adds', e.adds, 'replaces', e.replaces)
        FROM ${this.tables.enrolments} e WHERE e.user_id = s.user_id AND e.method = $1) AS material, 1 AS guesses`,
      parameters: [method],
    };
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.enrolments} WHERE user_id = $1`, [userId]);
  }
}

function columnsOf(
  { id, userId, method, name, sealedPayload, createdAt, expiresAt }: PendingFactor,
  { adds, replaces }: AllowedPlace,
): unknown[] {
  return [id, userId, method, name, sealedPayload, createdAt, expiresAt, adds, replaces];
}
