import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../../options/tokens.js';
import type { TwoFactorTransaction } from '../../sql/database.js';
import type { NamedStatement, Statement } from '../../sql/one-statement.js';
import type { TwoFactorTables } from '../../sql/tables.js';

/** A WebAuthn challenge for a session. */
export interface NewCeremony {
  readonly userId: string;
  readonly sessionId: string;
  readonly purpose: 'register' | 'prove';
  readonly challenge: Buffer;
  readonly expiresAt: Date;
}

type Named = Pick<NewCeremony, 'userId' | 'sessionId'> & { readonly at: Date };

/** What the registration of a passkey is checked against. */
export interface RegistrationMaterial {
  /** In hex. */
  readonly challenge: string;
  /** Whether the account had no factor when it was drawn: the passkey enables then. */
  readonly isFirst: boolean;
}

@Injectable()
export class CeremonyRepository {
  constructor(@Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables) {}

  /** Saves it in place of an earlier one of the user and purpose, for the user of `account`, as `accepted`, if a relation has a row. */
  save(ceremony: NewCeremony, { ifAny }: { readonly ifAny: NamedStatement['name'] }): NamedStatement {
    const source = `FROM account a WHERE a.user_id = $1 AND EXISTS (SELECT FROM ${ifAny})`;
    return {
      name: 'accepted',
      sql: `${this.#upsert('NULL::bigint', source)} RETURNING c.user_id`,
      parameters: columnsOf(ceremony),
    };
  }

  /** Saves one that a proof has allowed: it is for an account whose factors are still those of `generation`. */
  async saveProved(
    transaction: TwoFactorTransaction,
    ceremony: NewCeremony,
    generation: string,
  ): Promise<void> {
    await transaction.query(this.#upsert('$6::bigint', ''), [...columnsOf(ceremony), generation]);
  }

  #upsert(generation: string, source: string): string {
    return `INSERT INTO ${this.tables.ceremonies} AS c (user_id, session_id, purpose, challenge, expires_at, generation)
      SELECT $1::text, $2::text, $3::text, $4::bytea, $5::timestamptz, ${generation} ${source}
      ON CONFLICT (user_id, purpose) DO UPDATE SET session_id = excluded.session_id, challenge = excluded.challenge,
        expires_at = excluded.expires_at, generation = excluded.generation`;
  }

  /** Yields the user, as `subject`, if a registration was begun in this session and has not expired. */
  registering({ userId, sessionId, at }: Named): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT c.user_id, coalesce(c.generation, 0) AS generation, c.challenge, c.generation IS NULL AS is_first
        FROM read_committed, ${this.tables.ceremonies} c
        WHERE c.user_id = $1 AND c.purpose = 'register' AND c.session_id = $2 AND c.expires_at > $3::timestamptz`,
      parameters: [userId, sessionId, at],
    };
  }

  /** {@link RegistrationMaterial} of the `subject`. */
  material(): Statement {
    return {
      sql: `SELECT jsonb_build_object('challenge', encode(s.challenge, 'hex'), 'isFirst', s.is_first) AS material, 1 AS guesses`,
      parameters: [],
    };
  }

  /**
   * The same, locked, if it is the one that was read, and if the factors are what they were: one that was drawn
   * without a proof adds no passkey to an account that has a factor. It is asked under the account's lock.
   */
  registrable({ userId, sessionId, at }: Named, challenge: Buffer): NamedStatement {
    const { accounts, ceremonies } = this.tables;
    const enabled = `SELECT FROM ${accounts} a WHERE a.user_id = $1 AND a.enabled_at IS NOT NULL`;
    return {
      name: 'subject',
      sql: `SELECT c.user_id FROM read_committed, ${ceremonies} c
        WHERE c.user_id = $1 AND c.purpose = 'register' AND c.session_id = $2 AND c.expires_at > $3::timestamptz
          AND c.challenge = $4 AND CASE WHEN c.generation IS NULL THEN NOT EXISTS (${enabled})
            ELSE EXISTS (${enabled} AND a.generation = c.generation) END
        FOR UPDATE OF c`,
      parameters: [userId, sessionId, at, challenge],
    };
  }

  /** Spends it with an attempt that was `admitted`, right or wrong, if it is still the one that was read. */
  spend(userId: string, challenge: Buffer): Statement {
    return {
      sql: `DELETE FROM ${this.tables.ceremonies} c USING admitted a
        WHERE c.user_id = $1 AND c.user_id = a.user_id AND c.challenge = $2::bytea`,
      parameters: [userId, challenge],
    };
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.ceremonies} WHERE user_id = $1`, [userId]);
  }
}

function columnsOf({ userId, sessionId, purpose, challenge, expiresAt }: NewCeremony): unknown[] {
  return [userId, sessionId, purpose, challenge, expiresAt];
}
