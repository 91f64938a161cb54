import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, SqlRunner, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, dateOrNull, epochOf } from '../sql/times.js';
import type { Authenticator } from './authenticator.js';

/** Which authenticator of which user. */
export interface NamedAuthenticator {
  readonly userId: string;
  /** A UUID. */
  readonly id: string;
}

/** A row as it is read: times are numbers. */
export type AuthenticatorRow = Omit<Authenticator, 'createdAt' | 'lastUsedAt'> & {
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
};

/** Of a relation `a` with the columns of them all. */
export const AUTHENTICATOR_COLUMNS = `a.id, a.type, a.name, ${epochOf('a.created_at')} AS "createdAt",
  ${epochOf('a.last_used_at')} AS "lastUsedAt"`;

/** The authenticators of users, whatever their type: each has a table, and these have the same columns for it. */
@Injectable()
export class AuthenticatorRepository {
  readonly #types: readonly { readonly type: Authenticator['type']; readonly table: string }[];

  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {
    const { secrets, passkeys } = tables;
    this.#types = [
      { type: 'totp', table: secrets },
      { type: 'passkey', table: passkeys },
    ];
  }

  /** Oldest first. */
  async listOf(userId: string, on: SqlRunner = this.database): Promise<Authenticator[]> {
    const { sql, parameters } = this.allOf(userId);
    const rows = await on.query<AuthenticatorRow>(sql, parameters);
    return rows.map(shown);
  }

  /** The same, for {@link shown}. */
  allOf(userId: string): Statement {
    return {
      sql: `SELECT ${AUTHENTICATOR_COLUMNS} FROM ${this.#all()} a WHERE a.user_id = $1 ORDER BY a.created_at, a.id`,
      parameters: [userId],
    };
  }

  /** The types of which a user has any, as an expression: a `text[]`, empty while no factor is on. */
  typesOf(userId: string): string {
    return `ARRAY(SELECT t.type FROM ${this.#all()} t JOIN ${this.tables.accounts} a ON a.user_id = t.user_id AND a.enabled_at IS NOT NULL
      WHERE t.user_id = ${userId})`;
  }

  /** Names one of them anew, and yields it as `accepted`, if a relation has a row. */
  rename(
    { userId, id, name }: NamedAuthenticator & Pick<Authenticator, 'name'>,
    { ifAny }: { readonly ifAny: NamedStatement['name'] },
  ): readonly NamedStatement[] {
    const renamed = this.#types.map(
      ({ type, table }) =>
        ({
          name: `own_${type}`,
          sql: `UPDATE ${table} t SET name = $3::text FROM read_committed
            WHERE t.user_id = $1 AND t.id = $2::uuid AND EXISTS (SELECT FROM ${ifAny})
            RETURNING t.user_id, t.id, '${type}' AS type, t.name, t.created_at, t.last_used_at`,
          parameters: [userId, id, name],
        }) as const,
    );
    const any = renamed.map(({ name: relation }) => `SELECT * FROM ${relation}`).join(' UNION ALL ');
    return [...renamed, { name: 'accepted', sql: any, parameters: [] }];
  }

  /**
   * Removes one of them, if it is not the last: the statement asks that itself.
   *
   * @returns whether it did
   */
  async remove(transaction: TwoFactorTransaction, { userId, id }: NamedAuthenticator): Promise<boolean> {
    const removals = this.#types.map(
      ({ type, table }) => `${type} AS (DELETE FROM ${table} WHERE user_id = $1 AND id = $2::uuid
        AND EXISTS (SELECT FROM ${this.#all()} o WHERE o.user_id = $1 AND o.id <> $2::uuid) RETURNING id)`,
    );
    const removed = this.#types.map(({ type }) => `SELECT id FROM ${type}`).join(' UNION ALL ');
    const rows = await transaction.query(`WITH ${removals.join(', ')} ${removed}`, [userId, id]);
    return rows.length > 0;
  }

  #all(): string {
    const each = this.#types.map(
      ({ type, table }) =>
        `SELECT user_id, id, '${type}' AS type, name, created_at, last_used_at FROM ${table}`,
    );
    return `(${each.join(' UNION ALL ')})`;
  }
}

export function shown({ id, type, name, createdAt, lastUsedAt }: AuthenticatorRow): Authenticator {
  return { id, type, name, createdAt: dateOf(createdAt), lastUsedAt: dateOrNull(lastUsedAt) };
}
