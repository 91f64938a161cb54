import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import type { NamedStatement, SqlRunner, Statement } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, dateOrNull, epochOf } from '../sql/times.js';

/** Where the status call reads from, in one row. */
export interface AccountStatus {
  readonly enabledAt: Date | null;
  readonly isPending: boolean;
  readonly hasPasskey: boolean;
  readonly hasTotp: boolean;
  readonly backupCodesTotal: number;
  readonly backupCodesRemaining: number;
  readonly backupCodesGeneratedAt: Date | null;
}

/** A row as it is read: times are numbers. */
export type StatusRow = Omit<AccountStatus, 'enabledAt' | 'backupCodesGeneratedAt'> & {
  readonly enabledAt: number | null;
  readonly backupCodesGeneratedAt: number | null;
};
/** The session that a passkey is asked for in, and when. */
interface DrawnFor {
  readonly sessionId: string | undefined;
  readonly at: Date;
}

const FROZEN = `interval '24 hours'`;
const FREEZE_AGAIN = `interval '7 days'`;

@Injectable()
export class AccountRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  get table(): string {
    return this.tables.accounts;
  }

  async status(userId: string, at: Date): Promise<AccountStatus> {
    const { sql, parameters } = this.statusOf(userId, at);
    return shownStatus(await this.database.query<StatusRow>(sql, parameters));
  }

  /** Reads one row, for {@link shownStatus}. */
  statusOf(userId: string, at: Date): Statement {
    const { accounts, enrolments, secrets, passkeys, backupCodes } = this.tables;
    return {
      sql: `SELECT (SELECT ${epochOf('enabled_at')} FROM ${accounts} WHERE user_id = $1) AS "enabledAt",
        EXISTS (SELECT FROM ${enrolments} WHERE user_id = $1 AND expires_at > $2) AS "isPending",
        EXISTS (SELECT FROM ${passkeys} WHERE user_id = $1) AS "hasPasskey",
        EXISTS (SELECT FROM ${secrets} WHERE user_id = $1) AS "hasTotp",
        count(*)::int AS "backupCodesTotal", (count(*) FILTER (WHERE used_at IS NULL))::int AS "backupCodesRemaining",
        ${epochOf('max(created_at)')} AS "backupCodesGeneratedAt"
      FROM ${backupCodes} WHERE user_id = $1`,
      parameters: [userId, at],
    };
  }

  /** Of an account with a row, while that is locked. */
  async generationOf(transaction: TwoFactorTransaction, userId: string): Promise<string> {
    const [account] = await transaction.query<{ generation: string }>(
      `SELECT generation::text AS generation FROM ${this.tables.accounts} WHERE user_id = $1`,
      [userId],
    );
    if (account === undefined) {
      throw new Error('An account with a factor has a row');
    }
    return account.generation;
  }

  async isEnabled(userId: string, on: SqlRunner = this.database): Promise<boolean> {
    const sql = `SELECT user_id FROM ${this.tables.accounts} WHERE user_id = $1 AND enabled_at IS NOT NULL`;
    return (await on.query(sql, [userId])).length > 0;
  }

  /**
   * Serialises everything that changes the factors of a user: a lock of the user's own, also when there is
   * no row yet, and then the row. Whoever holds it sees, from its next statement on, all that others committed.
   */
  async lock(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`SELECT 1 AS one FROM pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      lockName(userId),
    ]);
    await transaction.query(`SELECT user_id FROM ${this.tables.accounts} WHERE user_id = $1 FOR UPDATE`, [
      userId,
    ]);
  }

  /** The same for many at once, in an order that all who lock many keep: so none of them waits for one that waits for it. */
  async lockAll(transaction: TwoFactorTransaction, userIds: readonly string[]): Promise<void> {
    const ordered = [...new Set(userIds)].toSorted();
    await transaction.query(
      'SELECT 1 AS one FROM unnest($1::text[]) name, LATERAL pg_advisory_xact_lock(hashtextextended(name, 0))',
      [ordered.map(lockName)],
    );
    await transaction.query(
      `SELECT user_id FROM ${this.tables.accounts} WHERE user_id = ANY($1::text[]) ORDER BY user_id FOR UPDATE`,
      [ordered],
    );
  }

  /** The lock of a sign-in without a second factor: many at once, but none while factors change (ADR 0005). */
  async lockShared(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`SELECT 1 AS one FROM pg_advisory_xact_lock_shared(hashtextextended($1, 0))`, [
      lockName(userId),
    ]);
  }

  /** Yields the user, as `subject`, if a factor is asked for; `drawn` is what a passkey was asked for in the session. */
  enabled(userId: string, { sessionId, at }: DrawnFor): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT a.user_id, a.generation, (SELECT c.challenge ${this.#ceremony()}) AS drawn
        FROM read_committed, ${this.tables.accounts} a WHERE a.user_id = $1 AND a.enabled_at IS NOT NULL`,
      parameters: [userId, sessionId ?? null, at],
    };
  }

  /** The same once more when the `account` is locked, and with it what was drawn. */
  drawnFor(userId: string, { sessionId, at }: DrawnFor): readonly NamedStatement[] {
    return [
      {
        name: 'own_ceremony',
        sql: `SELECT c.challenge ${this.#ceremony()} AND EXISTS (SELECT FROM account) FOR UPDATE OF c`,
        parameters: [userId, sessionId ?? null, at],
      },
      {
        name: 'subject',
        sql: 'SELECT user_id, (SELECT challenge FROM own_ceremony) AS drawn FROM account',
        parameters: [],
      },
    ];
  }

  #ceremony(): string {
    return `FROM ${this.tables.ceremonies} c WHERE c.user_id = $1 AND c.purpose = 'prove'
      AND c.session_id = $2::text AND c.expires_at > $3::timestamptz`;
  }

  /** Yields the user without a factor, whose row it makes, with a user handle, as `account`, if a relation has a row. */
  withoutFactor(
    userId: string,
    { userHandle, ifAny }: { readonly userHandle: Buffer; readonly ifAny: NamedStatement['name'] },
  ): NamedStatement {
    return {
      name: 'account',
      sql: `INSERT INTO ${this.tables.accounts} AS a (user_id, user_handle)
        SELECT $1::text, $2::bytea FROM read_committed WHERE EXISTS (SELECT FROM ${ifAny})
        ON CONFLICT (user_id) DO UPDATE SET user_handle = coalesce(a.user_handle, excluded.user_handle)
          WHERE a.enabled_at IS NULL
        RETURNING a.user_id, a.user_handle`,
      parameters: [userId, userHandle],
    };
  }

  /** The user handle of an account; the first time, the one that is given. */
  async userHandle(
    transaction: TwoFactorTransaction,
    userId: string,
    { orElse }: { readonly orElse: Buffer },
  ): Promise<Buffer | undefined> {
    const [row] = await transaction.query<{ handle: string }>(
      `WITH handle AS (UPDATE ${this.tables.accounts} SET user_handle = coalesce(user_handle, $2) WHERE user_id = $1
        RETURNING user_handle) SELECT encode(user_handle, 'hex') AS handle FROM handle`,
      [userId, orElse],
    );
    return row && Buffer.from(row.handle, 'hex');
  }

  /** Locks the row of a user while a factor is on, and still those of `generation` if one is given, as `account`. */
  locked(
    userId: string,
    { generation = null }: { readonly generation?: string | null } = {},
  ): NamedStatement {
    return {
      name: 'account',
      sql: `SELECT a.user_id, a.generation FROM read_committed, ${this.tables.accounts} a
        WHERE a.user_id = $1 AND a.generation = coalesce($2::bigint, a.generation) AND a.enabled_at IS NOT NULL
        FOR UPDATE OF a`,
      parameters: [userId, generation],
    };
  }

  /** From now on a factor is asked for, or it is another one. */
  async enable(
    transaction: TwoFactorTransaction,
    { userId, at }: { readonly userId: string; readonly at: Date },
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.accounts} AS a (user_id, enabled_at, generation) VALUES ($1, $2, 1)
      ON CONFLICT (user_id) DO UPDATE SET enabled_at = excluded.enabled_at, generation = a.generation + 1`,
      [userId, at],
    );
  }

  /**
   * What was issued until now is dead. Of a user who never had a factor there is nothing that was, but for the token of an
   * enrolment that is due.
   */
  async startGeneration(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.requiredEnrolments} WHERE user_id = $1`, [userId]);
    await transaction.query(
      `UPDATE ${this.tables.accounts} SET generation = generation + 1 WHERE user_id = $1`,
      [userId],
    );
  }

  /** From now on a factor is asked for, and nobody but an import has touched it: the generation stays 0. */
  async enableImported(
    transaction: TwoFactorTransaction,
    { userIds, at }: { readonly userIds: readonly string[]; readonly at: Date },
  ): Promise<void> {
    await transaction.query(
      // There may be a row of somebody who has asked for a passkey, and made none.
      `INSERT INTO ${this.tables.accounts} AS a (user_id, enabled_at) SELECT DISTINCT u, $2::timestamptz FROM unnest($1::text[]) u
      ON CONFLICT (user_id) DO UPDATE SET enabled_at = coalesce(a.enabled_at, excluded.enabled_at)`,
      [userIds, at],
    );
  }

  /**
   * From now on nobody changes its factors for a day, and what was issued until now is dead. Only one panic in seven days
   * freezes: whoever reads the owner's mail must not keep the owner's hands tied with one after the other.
   */
  async freeze(transaction: TwoFactorTransaction, userId: string, at: Date): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.accounts} AS a (user_id, generation, frozen_at) VALUES ($1, 1, $2)
      ON CONFLICT (user_id) DO UPDATE SET generation = a.generation + 1,
        frozen_at = CASE WHEN a.frozen_at > $2::timestamptz - ${FREEZE_AGAIN} THEN a.frozen_at ELSE $2 END`,
      [userId, at],
    );
  }

  /** Whole seconds until its factors may change again. @returns `undefined` when they may */
  async frozenSeconds(userId: string, at: Date, on: SqlRunner = this.database): Promise<number | undefined> {
    const [frozen] = await on.query<{ seconds: number }>(this.#frozen(), [userId, at]);
    return frozen?.seconds;
  }

  /** The same of a user without a factor, as `own_freeze`; nothing of one with a factor, nor without a time. */
  frozenWithoutFactor(userId: string, at: Date | null): NamedStatement {
    return {
      name: 'own_freeze',
      sql: `${this.#frozen()} AND enabled_at IS NULL`,
      parameters: [userId, at],
    };
  }

  #frozen(): string {
    return `SELECT ceil(extract(epoch FROM frozen_at + ${FROZEN} - $2::timestamptz))::int AS seconds
      FROM ${this.tables.accounts} WHERE user_id = $1 AND frozen_at > $2::timestamptz - ${FROZEN}`;
  }

  /** A factor is asked for as before, and it is another one, or one more or less. @returns since when it is */
  async change(transaction: TwoFactorTransaction, userId: string): Promise<Date> {
    const [account] = await transaction.query<{ enabledAt: number }>(
      `WITH changed AS (UPDATE ${this.tables.accounts} SET generation = generation + 1
        WHERE user_id = $1 AND enabled_at IS NOT NULL RETURNING enabled_at)
      SELECT ${epochOf('enabled_at')} AS "enabledAt" FROM changed`,
      [userId],
    );
    if (account === undefined) {
      throw new Error('Factors changed of an account that asks for none');
    }
    return dateOf(account.enabledAt);
  }

  /** No factor is asked for any more. The row stays, for its generation. */
  async disable(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(
      `UPDATE ${this.tables.accounts} SET enabled_at = NULL, generation = generation + 1 WHERE user_id = $1`,
      [userId],
    );
  }
}

function lockName(userId: string): string {
  return `nestjs-two-factor:${userId}`;
}

export function shownStatus([status]: readonly StatusRow[]): AccountStatus {
  if (status === undefined) {
    throw new Error('An aggregate without GROUP BY always yields a row');
  }
  return {
    ...status,
    enabledAt: dateOrNull(status.enabledAt),
    backupCodesGeneratedAt: dateOrNull(status.backupCodesGeneratedAt),
  };
}
