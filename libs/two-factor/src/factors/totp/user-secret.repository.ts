import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../../sql/database.js';
import type { NamedStatement, Statement } from '../../sql/one-statement.js';
import type { TwoFactorTables } from '../../sql/tables.js';

/** A secret of a user, as it is checked against. */
export interface SecretMaterial {
  readonly id: string;
  readonly sealedSecret: string;
  readonly lastUsedStep: number;
}

/** A secret that becomes an authenticator. */
export interface NewSecret {
  readonly id: string;
  readonly userId: string;
  readonly sealedSecret: string;
  readonly lastUsedStep: number;
  readonly at: Date;
}

/** The step of an authenticator that a code has matched. */
export interface MatchedStep {
  readonly id: string;
  readonly step: number;
}

@Injectable()
export class UserSecretRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /** {@link SecretMaterial} of each authenticator of the `subject`, or of the only one to look at, as one jsonb. */
  material(authenticatorId?: string): Statement {
    return {
      sql: `SELECT jsonb_agg(jsonb_build_object('id', t.id, 'sealedSecret', t.sealed_secret, 'lastUsedStep', t.last_used_step)
          ORDER BY t.created_at, t.id) AS material, greatest(count(*), 1)::integer AS guesses
        FROM ${this.tables.secrets} t WHERE t.user_id = s.user_id AND t.id = coalesce($1::uuid, t.id)`,
      parameters: [authenticatorId ?? null],
    };
  }

  /**
   * Yields `proof`: right, if the step is still later than the last one used (RFC 6238 §5.2). It locks the
   * authenticators whether or not a code has matched, so that both take the same way.
   */
  proof(
    userId: string,
    { matched, reason }: { readonly matched: MatchedStep | undefined; readonly reason: string },
  ): readonly NamedStatement[] {
    return [
      {
        name: 'own_secrets',
        sql: `SELECT t.id, t.last_used_step FROM ${this.tables.secrets} t JOIN subject s ON s.user_id = t.user_id
          WHERE t.user_id = $1 FOR UPDATE OF t`,
        parameters: [userId],
      },
      {
        name: 'proof',
        sql: `SELECT s.user_id, EXISTS (SELECT FROM own_secrets WHERE id = $1::uuid AND last_used_step < $2::bigint) AS is_right,
          $3::text AS reason FROM subject s`,
        parameters: [matched?.id ?? null, matched?.step ?? null, reason],
      },
    ];
  }

  /** Spends the step for the user whose proof was `accepted`: part of the statement for a wrong code too, and its time. */
  spend(userId: string, matched: MatchedStep | undefined): Statement {
    return {
      sql: `UPDATE ${this.tables.secrets} t SET last_used_step = $1::bigint FROM accepted a
        WHERE t.user_id = $2 AND t.user_id = a.user_id AND t.id = $3::uuid`,
      parameters: [matched?.step ?? null, userId, matched?.id ?? null],
    };
  }

  /** Writes a secret that was sealed again, unless somebody has changed it since it was read. @returns whether it did */
  async reseal({
    userId,
    id,
    from,
    to,
  }: {
    readonly userId: string;
    readonly id: string;
    readonly from: string;
    readonly to: string;
  }): Promise<boolean> {
    const written = await this.database.query(
      `WITH written AS (
        UPDATE ${this.tables.secrets} SET sealed_secret = $4 WHERE user_id = $1 AND id = $2 AND sealed_secret = $3 RETURNING id)
      SELECT id FROM written`,
      [userId, id, from, to],
    );
    return written.length > 0;
  }

  async add(
    transaction: TwoFactorTransaction,
    { id, userId, sealedSecret, lastUsedStep, at }: NewSecret,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.secrets} (user_id, id, sealed_secret, last_used_step, created_at)
      VALUES ($1, $2, $3, $4, $5)`,
      [userId, id, sealedSecret, lastUsedStep, at],
    );
  }

  /** @returns whether the user had it */
  async remove(
    transaction: TwoFactorTransaction,
    { userId, id }: { readonly userId: string; readonly id: string },
  ): Promise<boolean> {
    const removed = await transaction.query(
      `WITH removed AS (DELETE FROM ${this.tables.secrets} WHERE user_id = $1 AND id = $2 RETURNING id) SELECT id FROM removed`,
      [userId, id],
    );
    return removed.length > 0;
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.secrets} WHERE user_id = $1`, [userId]);
  }
}
