import { Inject, Injectable } from '@nestjs/common';
import { type ReadUserToken, drawUserToken } from '../crypto/user-token.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { TwoFactorTables } from '../sql/tables.js';

const DAYS = 7;

@Injectable()
export class PanicTokenRepository {
  constructor(@Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables) {}

  /**
   * Draws a token for each of these users, and takes their expired ones along. It is drawn when a notice is handed
   * out, so that none lies anywhere while the notice waits.
   *
   * @returns the tokens by user, good once this transaction is committed
   */
  async draw(
    transaction: TwoFactorTransaction,
    userIds: readonly string[],
    at: Date,
  ): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) {
      return new Map();
    }
    const drawn = userIds.map((userId) => ({ userId, ...drawUserToken(userId) }));
    await transaction.query(
      `DELETE FROM ${this.tables.panicTokens} WHERE user_id = ANY ($1::text[]) AND expires_at <= $2`,
      [userIds, at],
    );
    await transaction.query(
      `INSERT INTO ${this.tables.panicTokens} (user_id, token_hash, expires_at)
      SELECT u, decode(h, 'hex'), $3::timestamptz + interval '${DAYS} days'
      FROM unnest($1::text[], $2::text[]) t (u, h)`,
      [userIds, drawn.map(({ hash }) => hash.toString('hex')), at],
    );
    return new Map(drawn.map(({ userId, token }) => [userId, token]));
  }

  /** @returns whether it was one that counts */
  async spend(
    transaction: TwoFactorTransaction,
    { userId, tokenHash }: Pick<ReadUserToken, 'userId' | 'tokenHash'>,
    at: Date,
  ): Promise<boolean> {
    const spent = await transaction.query(
      `WITH spent AS (DELETE FROM ${this.tables.panicTokens}
        WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING user_id) SELECT user_id FROM spent`,
      [userId, tokenHash, at],
    );
    return spent.length > 0;
  }
}
