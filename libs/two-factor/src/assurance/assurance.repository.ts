import { Inject, Injectable } from '@nestjs/common';
import type { FactorMethod } from '../options/factor-method.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { type Statement, effects, runAsOne, userAs } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';

/** A factor that a session has passed. */
export interface PassedFactor {
  readonly method: FactorMethod;
  /** Whether a passkey's authenticator has asked for more than a touch: a PIN, a finger, a face. */
  readonly isUserVerified: boolean;
  readonly passedAt: Date;
}

/** Which session passes which factor, and when. */
export interface NewAssurance {
  readonly userId: string;
  readonly sessionId: string;
  readonly method: FactorMethod;
  readonly isUserVerified?: boolean | undefined;
  readonly at: Date;
}

/** How long what a session has passed counts. Older rows go with the user's next sign-in. */
const COUNTS = "interval '90 days'";

@Injectable()
export class AssuranceRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /** What a session has passed under the account's present generation, never in the future. */
  async passedBy({
    userId,
    sessionId,
    at,
  }: Pick<NewAssurance, 'userId' | 'sessionId' | 'at'>): Promise<PassedFactor[]> {
    const { assurances, accounts } = this.tables;
    const rows = await this.database.query<{
      method: FactorMethod;
      isUserVerified: boolean;
      passedAt: number;
    }>(
      `SELECT s.method, s.user_verified AS "isUserVerified", ${epochOf('s.passed_at')} AS "passedAt" FROM ${assurances} s
      JOIN ${accounts} a ON a.user_id = s.user_id AND a.generation = s.generation AND a.enabled_at IS NOT NULL
      WHERE s.user_id = $1 AND s.session_id = $2
        AND s.passed_at <= $3 AND s.passed_at > $3::timestamptz - ${COUNTS}`,
      [userId, sessionId, at],
    );
    return rows.map(({ method, isUserVerified, passedAt }) => ({
      method,
      isUserVerified,
      passedAt: dateOf(passedAt),
    }));
  }

  /** Remembers it for the user whose proof was `accepted`. */
  record(assurance: NewAssurance): readonly Statement[] {
    const { userId, sessionId, method, isUserVerified = false, at } = assurance;
    return [
      {
        sql: `INSERT INTO ${this.tables.assurances} (user_id, session_id, method, passed_at, user_verified, generation)
          SELECT a.user_id, $1::text, $2::text, $3::timestamptz, $4::boolean, a.generation
          FROM account a JOIN accepted p ON p.user_id = a.user_id
          ON CONFLICT (user_id, session_id, method) DO UPDATE
            SET passed_at = excluded.passed_at, user_verified = excluded.user_verified, generation = excluded.generation`,
        parameters: [sessionId, method, at, isUserVerified],
      },
      {
        sql: `DELETE FROM ${this.tables.assurances} s USING accepted p
          WHERE s.user_id = $1 AND s.user_id = p.user_id AND s.passed_at <= $2::timestamptz - ${COUNTS}`,
        parameters: [userId, at],
      },
    ];
  }

  /** Remembers it after the statement that accepted the proof, in the same transaction. */
  async recordLater(transaction: TwoFactorTransaction, assurance: NewAssurance): Promise<void> {
    const { userId } = assurance;
    const account = {
      name: 'account',
      sql: `SELECT user_id, generation FROM ${this.tables.accounts} WHERE user_id = $1 AND enabled_at IS NOT NULL`,
      parameters: [userId],
    } as const;
    const statements = [account, userAs('accepted', userId), ...effects(this.record(assurance))];
    await runAsOne(transaction, statements, { sql: 'SELECT 1 AS one', parameters: [] });
  }

  /** Remembers it under the generation that this transaction has given the account; what was before is dead. */
  async renew(
    transaction: TwoFactorTransaction,
    { userId, sessionId, method, isUserVerified = false, at }: NewAssurance,
  ): Promise<void> {
    const { assurances, accounts } = this.tables;
    await transaction.query(`DELETE FROM ${assurances} WHERE user_id = $1`, [userId]);
    await transaction.query(
      `INSERT INTO ${assurances} (user_id, session_id, method, passed_at, user_verified, generation)
      SELECT user_id, $2::text, $3::text, $4::timestamptz, $5::boolean, generation FROM ${accounts} WHERE user_id = $1`,
      [userId, sessionId, method, at, isUserVerified],
    );
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.assurances} WHERE user_id = $1`, [userId]);
  }
}
