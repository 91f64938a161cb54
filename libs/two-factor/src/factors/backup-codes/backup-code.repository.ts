import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../../options/tokens.js';
import type { TwoFactorTransaction } from '../../sql/database.js';
import type { NamedStatement, Statement } from '../../sql/one-statement.js';
import type { TwoFactorTables } from '../../sql/tables.js';

/** The hashes of a fresh set, and the pepper they were made with. */
export interface BackupCodeSet {
  readonly hashes: readonly string[];
  readonly pepperId: string;
}

/** Any code of a user's set, spent or not: it carries the salt and the pepper of the set. */
export interface BackupCodeMaterial {
  readonly codeHash: string;
  readonly pepperId: string;
}

@Injectable()
export class BackupCodeRepository {
  constructor(@Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables) {}

  /** {@link BackupCodeMaterial} of the `subject`, as one jsonb. However many codes are left, one hash is looked for. */
  material(): Statement {
    return {
      sql: `SELECT (SELECT jsonb_build_object('codeHash', b.code_hash, 'pepperId', b.pepper_id)
        FROM ${this.tables.backupCodes} b WHERE b.user_id = s.user_id LIMIT 1) AS material, 1 AS guesses`,
      parameters: [],
    };
  }

  /** Whether the user of a relation has codes, spent or not, as a condition. */
  anyOf(relation: string): string {
    return `EXISTS (SELECT FROM ${this.tables.backupCodes} b WHERE b.user_id = ${relation}.user_id)`;
  }

  /** Yields `proof`: right, if the code is one of the user's and unspent. */
  proof(userId: string, codeHash: string): readonly NamedStatement[] {
    return [
      {
        name: 'own_code',
        sql: `SELECT b.used_at FROM ${this.tables.backupCodes} b JOIN subject s ON s.user_id = b.user_id
          WHERE b.user_id = $1 AND b.code_hash = $2 FOR UPDATE OF b`,
        parameters: [userId, codeHash],
      },
      {
        name: 'proof',
        sql: `SELECT s.user_id, EXISTS (SELECT FROM own_code WHERE used_at IS NULL) AS is_right,
          CASE WHEN EXISTS (SELECT FROM own_code) THEN 'replayed' ELSE 'wrong' END AS reason FROM subject s`,
        parameters: [],
      },
    ];
  }

  /** Spends the code for the user whose proof was `accepted`. */
  spend(userId: string, { codeHash, at }: { readonly codeHash: string; readonly at: Date }): Statement {
    return {
      sql: `UPDATE ${this.tables.backupCodes} b SET used_at = $3::timestamptz FROM accepted a
        WHERE b.user_id = $1 AND b.user_id = a.user_id AND b.code_hash = $2`,
      parameters: [userId, codeHash, at],
    };
  }

  /** The set becomes the user's, whose old one dies. */
  async replaceAll(
    transaction: TwoFactorTransaction,
    { userId, set, at }: { readonly userId: string; readonly set: BackupCodeSet; readonly at: Date },
  ): Promise<void> {
    await this.removeAll(transaction, userId);
    await transaction.query(
      `INSERT INTO ${this.tables.backupCodes} (user_id, code_hash, pepper_id, created_at)
      SELECT $1::text, h, $3::text, $4::timestamptz FROM unnest($2::text[]) h`,
      [userId, set.hashes, set.pepperId, at],
    );
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.backupCodes} WHERE user_id = $1`, [userId]);
  }

  async countUnspent(transaction: TwoFactorTransaction, userId: string): Promise<number> {
    const unspent = await transaction.query(
      `SELECT user_id FROM ${this.tables.backupCodes} WHERE user_id = $1 AND used_at IS NULL`,
      [userId],
    );
    return unspent.length;
  }

  /** Whether a factor is on and there are no codes, not even spent ones. Asked under the account's lock. */
  async areDue(transaction: TwoFactorTransaction, userId: string): Promise<boolean> {
    const { accounts, backupCodes } = this.tables;
    const due = await transaction.query(
      `SELECT user_id FROM ${accounts} WHERE user_id = $1 AND enabled_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM ${backupCodes} WHERE user_id = $1)`,
      [userId],
    );
    return due.length > 0;
  }
}
