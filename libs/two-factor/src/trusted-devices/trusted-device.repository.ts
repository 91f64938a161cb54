import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import type { SecurityEvent } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import type { FactorMethod } from '../options/factor-method.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { type NamedStatement, type Statement, effects, runAsOne } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOf, epochOf } from '../sql/times.js';
import type { NamedTrust } from './trust-token.js';

const PER_USER = 5;
/** Within it a token that is spent is a second tab, or an answer that was lost. */
const GRACE = "interval '60 seconds'";

/** A trust as it is made. */
export interface NewTrust extends NamedTrust {
  readonly method: FactorMethod;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** A trust as it comes with a password. */
export interface PresentedTrust extends NamedTrust {
  /** Known by this from now on, if its turn has come. */
  readonly nextHash: Buffer;
  readonly at: Date;
  /** What was made at this moment or before is too old. */
  readonly madeAfter: Date;
}

/** A trust that has counted. */
export interface CountedTrust {
  /** Whether the next token is the one from now on. */
  readonly isRotated: boolean;
  readonly expiresAt: Date;
}

/** A device, as its user may see it. */
export interface ShownTrust {
  readonly id: string;
  readonly current: boolean;
  readonly method: FactorMethod;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

type ShownRow = Omit<ShownTrust, 'createdAt' | 'lastUsedAt' | 'expiresAt'> & {
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
};

const ACCEPTED = { sql: 'SELECT user_id FROM accepted', parameters: [] } as const;

/** Whoever writes here has locked the user's account first: so two of them come one after the other. */
@Injectable()
export class TrustedDeviceRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    private readonly accounts: AccountRepository,
    private readonly securityEvents: SecurityEventRepository,
  ) {}

  /**
   * Makes a trust, and ends the oldest beyond five. It runs in the transaction that has locked the account, and
   * after that: so it sees all that others have made.
   */
  async make(transaction: TwoFactorTransaction, trust: NewTrust, event: SecurityEvent): Promise<void> {
    const { userId, id, tokenHash, method, at, expiresAt } = trust;
    const made = {
      name: 'accepted',
      sql: `INSERT INTO ${this.tables.trustedDevices} (user_id, id, generation, token_hash, rotated_at, created_at, expires_at,
          last_used_at, method, ip, user_agent)
        SELECT user_id, $1::uuid, generation, $2::bytea, $3::timestamptz, $3, $4::timestamptz, $3, $5::text, $6::text, $7::text
        FROM account RETURNING user_id`,
      parameters: [id, tokenHash, at, expiresAt, method, event.ip ?? null, event.userAgent ?? null],
    } as const;
    const kept = `SELECT k.id FROM ${this.tables.trustedDevices} k JOIN account a USING (user_id, generation)
      WHERE k.user_id = $1 AND k.expires_at > $2::timestamptz ORDER BY k.created_at DESC, k.id LIMIT ${PER_USER - 1}`;
    const ended = {
      sql: `DELETE FROM ${this.tables.trustedDevices} d USING accepted p
        WHERE d.user_id = $1 AND d.user_id = p.user_id AND d.id NOT IN (${kept})`,
      parameters: [userId, at],
    };
    await this.#run(transaction, [this.accounts.locked(userId), made], [ended, ...this.#noted(event)]);
  }

  /**
   * Uses a trust, if the token is the newest of it, or the one before while the newest was never used.
   *
   * The newest is rotated. So is the one before, for the answer with the newest has been lost; but not within the grace,
   * when it is one of several that came at once.
   *
   * @returns `undefined` when it counts for nothing
   */
  async use(
    transaction: TwoFactorTransaction,
    { userId, id, tokenHash, nextHash, at, madeAfter }: PresentedTrust,
    event: SecurityEvent,
  ): Promise<CountedTrust | undefined> {
    const isOneOfSeveral = `d.token_hash <> $3 AND d.rotated_at > $4::timestamptz - ${GRACE}`;
    const unlessOneOfSeveral = (column: string, value: string): string =>
      `${column} = CASE WHEN ${isOneOfSeveral} THEN d.${column} ELSE ${value} END`;
    const used = {
      name: 'accepted',
      sql: `UPDATE ${this.tables.trustedDevices} d SET ${unlessOneOfSeveral('token_hash', '$5::bytea')},
          ${unlessOneOfSeveral('previous_hash', '$3::bytea')}, ${unlessOneOfSeveral('rotated_at', '$4')},
          last_used_at = $4, ip = $7::text, user_agent = $8::text
        FROM account a WHERE d.user_id = $1 AND d.id = $2 AND d.user_id = a.user_id AND d.generation = a.generation
          AND d.expires_at > $4 AND d.created_at > $6::timestamptz AND $3 IN (d.token_hash, d.previous_hash)
        RETURNING d.user_id, d.token_hash = $5 AS is_rotated, d.expires_at`,
      parameters: [userId, id, tokenHash, at, nextHash, madeAfter, event.ip ?? null, event.userAgent ?? null],
    } as const;
    const [counted] = await this.#run<{ isRotated: boolean; expiresAt: number }>(
      transaction,
      [this.accounts.locked(userId), used],
      this.#noted(event),
      {
        sql: `SELECT is_rotated AS "isRotated", ${epochOf('expires_at')} AS "expiresAt" FROM accepted`,
        parameters: [],
      },
    );
    return counted && { ...counted, expiresAt: dateOf(counted.expiresAt) };
  }

  /**
   * Ends a trust one of whose spent tokens comes back: two have it. In the grace it is only not accepted.
   *
   * @returns whether it has ended one
   */
  async endMisused(
    transaction: TwoFactorTransaction,
    { userId, id, tokenHash, at }: PresentedTrust,
    event: SecurityEvent,
  ): Promise<boolean> {
    const ended = {
      name: 'accepted',
      sql: `DELETE FROM ${this.tables.trustedDevices} d USING account a
        WHERE d.user_id = $1 AND d.id = $2 AND d.user_id = a.user_id AND d.generation = a.generation AND d.expires_at > $4
          AND d.token_hash <> $3 AND d.previous_hash IS DISTINCT FROM $3 AND d.rotated_at <= $4::timestamptz - ${GRACE}
        RETURNING d.user_id`,
      parameters: [userId, id, tokenHash, at],
    } as const;
    const rows = await this.#run(transaction, [this.accounts.locked(userId), ended], this.#noted(event));
    return rows.length > 0;
  }

  /** The trusts that count now, the latest used first. `current`: the one that this token belongs to. */
  async listOf({
    userId,
    at,
    madeAfter,
    tokenHash = null,
  }: Pick<PresentedTrust, 'userId' | 'at' | 'madeAfter'> & {
    readonly tokenHash?: Buffer | null;
  }): Promise<ShownTrust[]> {
    const rows = await this.database.query<ShownRow>(
      `SELECT d.id, coalesce($4::bytea IN (d.token_hash, d.previous_hash), false) AS current, d.method, d.ip,
        d.user_agent AS "userAgent", ${epochOf('d.created_at')} AS "createdAt", ${epochOf('d.last_used_at')} AS "lastUsedAt",
        ${epochOf('d.expires_at')} AS "expiresAt"
      FROM ${this.tables.trustedDevices} d
      JOIN ${this.tables.accounts} a ON a.user_id = d.user_id AND a.generation = d.generation AND a.enabled_at IS NOT NULL
      WHERE d.user_id = $1 AND d.expires_at > $2 AND d.created_at > $3
      ORDER BY d.last_used_at DESC, d.id`,
      [userId, at, madeAfter, tokenHash],
    );
    return rows.map(({ id, current, method, ip, userAgent, createdAt, lastUsedAt, expiresAt }) => ({
      id,
      current,
      method,
      createdAt: dateOf(createdAt),
      lastUsedAt: dateOf(lastUsedAt),
      expiresAt: dateOf(expiresAt),
      ip,
      userAgent,
    }));
  }

  /**
   * Ends one trust of a user, or all.
   *
   * @returns whether there was any
   */
  async remove(
    { userId, id = null }: Pick<NamedTrust, 'userId'> & { readonly id?: string | null | undefined },
    event: SecurityEvent,
  ): Promise<boolean> {
    const removed = {
      name: 'own_removed',
      sql: `DELETE FROM ${this.tables.trustedDevices} d USING account a
        WHERE d.user_id = $1 AND d.user_id = a.user_id AND d.id = coalesce($2::uuid, d.id) RETURNING d.user_id`,
      parameters: [userId, id],
    } as const;
    const accepted = {
      name: 'accepted',
      sql: 'SELECT DISTINCT user_id FROM own_removed',
      parameters: [],
    } as const;
    const statements = [this.accounts.locked(userId), removed, accepted];
    return (await this.#run(this.database, statements, this.#noted(event))).length > 0;
  }

  #noted(event: SecurityEvent): readonly Statement[] {
    return this.securityEvents.record(event);
  }

  #run<Row extends object>(
    on: Pick<TwoFactorTransaction, 'query'>,
    statements: readonly NamedStatement[],
    follows: readonly Statement[],
    answer: Statement = ACCEPTED,
  ): Promise<Row[]> {
    return runAsOne<Row>(on, [...statements, ...effects(follows)], answer);
  }
}
