import { Injectable } from '@nestjs/common';
import { BackupCode } from '../backup-codes/backup-code.entity.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import type { NamedStatement, SqlRunner, Statement } from '../../sql/one-statement.js';
import { UserSecret } from './user-secret.entity.js';

/** Where the status call reads from, in one row. */
export interface SecretStatus {
  readonly enabledAt: Date | null;
  readonly isPending: boolean;
  readonly backupCodesTotal: number;
  readonly backupCodesRemaining: number;
  readonly backupCodesGeneratedAt: Date | null;
}

/** A setup that waits to be confirmed. */
export interface PendingSecret {
  readonly id: string;
  readonly userId: string;
  readonly sealedSecret: string;
  readonly sealedBackupCodes: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** The step of an active authenticator that is about to be spent. */
export interface SpentStep {
  readonly id: string;
  readonly userId: string;
  readonly step: number;
}

@Injectable()
export class UserSecretRepository {
  readonly #table: string;
  readonly #codes: string;

  constructor(private readonly database: TwoFactorDatabase) {
    this.#table = database.tableOf(UserSecret);
    this.#codes = database.tableOf(BackupCode);
  }

  async status(userId: string, at: Date): Promise<SecretStatus> {
    const [status] = await this.database.query<SecretStatus>(
      `SELECT s."enabledAt", coalesce(s."isPending", false) AS "isPending", c.*
      FROM (SELECT max(enabled_at) AS "enabledAt", bool_or(state = 'pending' AND expires_at > $2) AS "isPending"
          FROM ${this.#table} WHERE user_id = $1) s,
        (SELECT count(*)::int AS "backupCodesTotal", (count(*) FILTER (WHERE used_at IS NULL))::int AS "backupCodesRemaining",
          max(created_at) AS "backupCodesGeneratedAt" FROM ${this.#codes} WHERE user_id = $1) c`,
      [userId, at],
    );
    if (status === undefined) {
      throw new Error('An aggregate without GROUP BY always yields a row');
    }
    return status;
  }

  /**
   * Serialises everything that changes the factors of a user: a lock of the user's own, also when there is
   * no row yet, and then the rows. Whoever holds it sees, from its next statement on, all that others committed.
   */
  async lockUser(transaction: SqlRunner, userId: string): Promise<void> {
    await transaction.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [lockName(userId)]);
    await transaction.query(`SELECT id FROM ${this.#table} WHERE user_id = $1 ORDER BY state FOR UPDATE`, [
      userId,
    ]);
  }

  /** The lock of a sign-in without a second factor: many at once, but none while factors change. */
  async lockUserShared(transaction: SqlRunner, userId: string): Promise<void> {
    await transaction.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))`, [
      lockName(userId),
    ]);
  }

  /** Yields the user, as `subject`, if there is an active authenticator. */
  activeSubject(userId: string): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT s.user_id FROM read_committed, ${this.#table} s WHERE s.user_id = $1 AND s.state = 'active'`,
      parameters: [userId],
    };
  }

  /** Yields the user, as `subject`, if there is a setup that can still be confirmed. */
  pendingSubject(userId: string, at: Date): NamedStatement {
    return {
      name: 'subject',
      sql: `SELECT s.user_id FROM read_committed, ${this.#table} s
        WHERE s.user_id = $1 AND s.state = 'pending' AND s.expires_at > $2`,
      parameters: [userId, at],
    };
  }

  /**
   * Saves a setup for a user without an active authenticator, in place of an earlier one, as `accepted`.
   *
   * @param gate yields a row, or nothing is saved
   */
  savePending(pending: PendingSecret, gate: string): NamedStatement {
    const hasNone = `NOT EXISTS (SELECT FROM ${this.#table} WHERE user_id = $2 AND state = 'active')`;
    return {
      name: 'accepted',
      sql: `${this.#upsertPending(`FROM read_committed WHERE ${hasNone} AND EXISTS (SELECT FROM ${gate})`)} RETURNING s.user_id`,
      parameters: [...pendingParameters(pending), null],
    };
  }

  /** Saves a setup that may replace the authenticator `replaces`, for the user whose proof was `accepted`. */
  saveReplacement(pending: PendingSecret, replaces: string): Statement {
    return {
      sql: this.#upsertPending('FROM accepted'),
      parameters: [...pendingParameters(pending), replaces],
    };
  }

  #upsertPending(source: string): string {
    return `INSERT INTO ${this.#table} AS s
        (id, user_id, sealed_secret, sealed_backup_codes, created_at, expires_at, replaces, state)
      SELECT $1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $7::uuid, 'pending' ${source}
      ON CONFLICT (user_id, state) DO UPDATE SET id = excluded.id, sealed_secret = excluded.sealed_secret,
        sealed_backup_codes = excluded.sealed_backup_codes, created_at = excluded.created_at,
        expires_at = excluded.expires_at, replaces = excluded.replaces`;
  }

  async hasActive(userId: string): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT FROM ${this.#table} WHERE user_id = $1 AND state = 'active'`,
      [userId],
    );
    return rows.length > 0;
  }

  /** Adds an active authenticator that the user has on the phone already, unless there is one, and yields the user as `accepted`. */
  importActive({
    id,
    userId,
    sealedSecret,
    at,
  }: Pick<PendingSecret, 'id' | 'userId' | 'sealedSecret'> & { readonly at: Date }): NamedStatement {
    return {
      name: 'accepted',
      sql: `INSERT INTO ${this.#table} (id, user_id, state, sealed_secret, last_used_step, created_at, enabled_at)
        VALUES ($1, $2, 'active', $3, 0, $4, $4) ON CONFLICT (user_id, state) DO NOTHING RETURNING user_id`,
      parameters: [id, userId, sealedSecret, at],
    };
  }

  /** Locks the active authenticator, as `secret`, if the step is later than the last one used (RFC 6238 §5.2). */
  lockForStep({ id, userId, step }: SpentStep): NamedStatement {
    return {
      name: 'secret',
      sql: `SELECT s.id, s.user_id FROM read_committed, ${this.#table} s
        WHERE s.id = $1 AND s.user_id = $2 AND s.state = 'active' AND s.last_used_step < $3 FOR UPDATE OF s`,
      parameters: [id, userId, step],
    };
  }

  /** Locks the active authenticator, as `secret`, for a backup code. */
  lockForBackupCode(userId: string): NamedStatement {
    return {
      name: 'secret',
      sql: `SELECT s.id, s.user_id FROM read_committed, ${this.#table} s
        WHERE s.user_id = $1 AND s.state = 'active' FOR UPDATE OF s`,
      parameters: [userId],
    };
  }

  /**
   * Spends the step for the user that `gate` yields, and yields that user as `accepted`.
   *
   * @param resealedSecret the secret under the first key, when another one sealed it
   */
  acceptStep({
    gate,
    id,
    step,
    resealedSecret,
  }: {
    readonly gate: string;
    readonly id: string;
    readonly step: number;
    readonly resealedSecret: string | undefined;
  }): NamedStatement {
    return {
      name: 'accepted',
      sql: `UPDATE ${this.#table} s SET last_used_step = $1, sealed_secret = coalesce($2::text, s.sealed_secret)
        FROM ${gate} g WHERE s.id = $3 AND s.user_id = g.user_id RETURNING s.user_id`,
      parameters: [step, resealedSecret ?? null, id],
    };
  }

  /** Takes the setup away from the user, as `pending`, if it is the one that was confirmed and not expired. */
  takePending({
    id,
    userId,
    at,
  }: {
    readonly id: string;
    readonly userId: string;
    readonly at: Date;
  }): NamedStatement {
    return {
      name: 'pending',
      sql: `DELETE FROM ${this.#table} s USING read_committed
        WHERE s.id = $1 AND s.user_id = $2 AND s.state = 'pending' AND s.expires_at > $3
        RETURNING s.id, s.user_id, s.sealed_secret, s.replaces`,
      parameters: [id, userId, at],
    };
  }

  /**
   * Makes the `pending` authenticator the active one, with the step that confirmed it spent, and yields
   * the user as `accepted`. An active authenticator is replaced only if it is the very one that a proof
   * allowed to replace: without proof `replaces` is null and equals nothing.
   */
  activate({ step, at }: { readonly step: number; readonly at: Date }): NamedStatement {
    return {
      name: 'accepted',
      sql: `INSERT INTO ${this.#table} AS s (id, user_id, state, sealed_secret, last_used_step, created_at, enabled_at)
        SELECT p.id, p.user_id, 'active', p.sealed_secret, $1::bigint, $2::timestamptz, $2::timestamptz FROM pending p
        ON CONFLICT (user_id, state) DO UPDATE SET id = excluded.id, sealed_secret = excluded.sealed_secret,
          last_used_step = excluded.last_used_step, created_at = excluded.created_at, enabled_at = excluded.enabled_at
          WHERE s.id = (SELECT replaces FROM pending)
        RETURNING s.user_id`,
      parameters: [step, at],
    };
  }

  /** Removes the `secret` that is locked, and yields its user as `accepted`. */
  removeActive(): NamedStatement {
    return {
      name: 'accepted',
      sql: `DELETE FROM ${this.#table} s USING secret g WHERE s.id = g.id RETURNING s.user_id`,
      parameters: [],
    };
  }

  /** Removes what the user that `accepted` yields had set up and not confirmed. */
  removePending(): Statement {
    return {
      sql: `DELETE FROM ${this.#table} s USING accepted g WHERE s.user_id = g.user_id AND s.state = 'pending'`,
      parameters: [],
    };
  }
}

function lockName(userId: string): string {
  return `nestjs-two-factor:${userId}`;
}

function pendingParameters(pending: PendingSecret): unknown[] {
  const { id, userId, sealedSecret, sealedBackupCodes, createdAt, expiresAt } = pending;
  return [id, userId, sealedSecret, sealedBackupCodes, createdAt, expiresAt];
}
