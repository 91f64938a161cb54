import { Inject, Injectable } from '@nestjs/common';
import { unusedSince } from '../events/unused-since.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import type { Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** A token as a client names it. */
export interface NamedEnrolment {
  readonly userId: string;
  readonly tokenHash: Buffer;
  readonly at: Date;
}

export interface NewRequiredEnrolment extends Omit<NamedEnrolment, 'at'> {
  /** Whether the sign-in has proved a factor. */
  readonly isProved: boolean;
  /** The user's last event when a reset was asked for: what confirms takes the place of all factors, which are lost since. */
  readonly lostSince?: string | null;
  readonly expiresAt: Date;
}

/** What a token opens. */
export interface FoundEnrolment extends Pick<NewRequiredEnrolment, 'isProved'> {
  readonly replacesAll: boolean;
}

@Injectable()
export class RequiredEnrolmentRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /** Opens one in place of an earlier one of the user, under the generation that the account has now. */
  async open(
    transaction: TwoFactorTransaction,
    { userId, tokenHash, isProved, lostSince = null, expiresAt }: NewRequiredEnrolment,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.requiredEnrolments} AS e (user_id, token_hash, is_proved, expires_at, lost_since, generation)
      SELECT $1::text, $2::bytea, $3::boolean, $4::timestamptz, $5::bigint, ${this.#generation('$1')}
      ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, is_proved = excluded.is_proved,
        expires_at = excluded.expires_at, lost_since = excluded.lost_since, generation = excluded.generation`,
      [userId, tokenHash, isProved, expiresAt, lostSince],
    );
  }

  /**
   * Yields one while it is alive, as a plain `SELECT` that can be locked. A change of factors or of the password ends it by the
   * generation, the enrolment that it is for among them: so it works once.
   */
  alive({ userId, tokenHash, at }: NamedEnrolment): Statement {
    return {
      sql: `SELECT e.user_id, e.is_proved AS "isProved", e.lost_since IS NOT NULL AS "replacesAll"
        FROM ${this.tables.requiredEnrolments} e
        WHERE e.user_id = $1 AND e.token_hash = $2 AND e.expires_at > $3 AND e.generation = ${this.#generation('e.user_id')}
          AND (e.lost_since IS NULL OR ${unusedSince(this.tables, { userId: 'e.user_id', event: 'e.lost_since' })})`,
      parameters: [userId, tokenHash, at],
    };
  }

  async find(named: NamedEnrolment): Promise<FoundEnrolment | undefined> {
    const { sql, parameters } = this.alive(named);
    const [found] = await this.database.query<FoundEnrolment>(sql, parameters);
    return found;
  }

  #generation(userId: string): string {
    return `coalesce((SELECT a.generation FROM ${this.tables.accounts} a WHERE a.user_id = ${userId}), 0)`;
  }
}
