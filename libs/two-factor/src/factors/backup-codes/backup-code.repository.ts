import { Injectable } from '@nestjs/common';
import { TwoFactorDatabase } from '../../sql/database.js';
import type { NamedStatement, Statement } from '../../sql/one-statement.js';
import { BackupCode } from './backup-code.entity.js';

/** The hashes of a fresh set, and the pepper they were made with. */
export interface BackupCodeSet {
  readonly hashes: readonly string[];
  readonly pepperId: string;
}

@Injectable()
export class BackupCodeRepository {
  readonly #table: string;

  constructor(private readonly database: TwoFactorDatabase) {
    this.#table = database.tableOf(BackupCode);
  }

  /** Spends a code of the user that `gate` yields, if it is unspent, and yields that user as `accepted`. */
  redeem({
    gate,
    codeHash,
    at,
  }: {
    readonly gate: string;
    readonly codeHash: string;
    readonly at: Date;
  }): NamedStatement {
    return {
      name: 'accepted',
      sql: `UPDATE ${this.#table} b SET used_at = $2::timestamptz FROM ${gate} g
        WHERE b.user_id = g.user_id AND b.code_hash = $1 AND b.used_at IS NULL RETURNING b.user_id`,
      parameters: [codeHash, at],
    };
  }

  /** Whether a code is one of the user's, spent or not. */
  async exists(userId: string, codeHash: string): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT FROM ${this.#table} WHERE user_id = $1 AND code_hash = $2`,
      [userId, codeHash],
    );
    return rows.length > 0;
  }

  /** Removes every code of the user that `accepted` yields. */
  removeAll(): Statement {
    return {
      sql: `DELETE FROM ${this.#table} b USING accepted g WHERE b.user_id = g.user_id`,
      parameters: [],
    };
  }

  /** Adds a set for the user that `accepted` yields. The old set goes by {@link removeAll} in the same statement. */
  add({ hashes, pepperId, at }: BackupCodeSet & { readonly at: Date }): Statement {
    return {
      sql: `INSERT INTO ${this.#table} (user_id, code_hash, pepper_id, created_at)
        SELECT g.user_id, h, $2::text, $3::timestamptz FROM accepted g, unnest($1::text[]) h`,
      parameters: [hashes, pepperId, at],
    };
  }
}
