import { Inject, Injectable } from '@nestjs/common';
import { TWO_FACTOR_TABLES } from '../../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../../sql/database.js';
import type { NamedStatement, SqlRunner, Statement } from '../../sql/one-statement.js';
import type { TwoFactorTables } from '../../sql/tables.js';

/** A secret of a user, as it is checked against. */
export interface SecretMaterial {
  readonly id: string;
  readonly sealedSecret: string;
  readonly lastUsedStep: number;
  /** Whether the proof may be by it. Of the others only what a right code spends is looked for. */
  readonly isAsked: boolean;
}

/** A secret that becomes an authenticator. */
export interface NewSecret {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly sealedSecret: string;
  /** Under the key that seals it. */
  readonly secretTag: string;
  readonly lastUsedStep: number;
  /** `null` when it was not used yet. */
  readonly lastUsedAt: Date | null;
  readonly at: Date;
}

/** A secret that an import brings. */
export type ImportedRow = Pick<NewSecret, 'id' | 'userId' | 'name' | 'sealedSecret' | 'secretTag'>;

/** The step of an authenticator that a code has matched. */
export interface MatchedStep extends Pick<SecretMaterial, 'id' | 'isAsked'> {
  readonly step: number;
}

@Injectable()
export class UserSecretRepository {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
  ) {}

  /**
   * {@link SecretMaterial} of each authenticator of the `subject`, as one jsonb, and as many guesses as may prove it.
   * The others are there for what a code spends: one that fits two is spent on both, whichever was asked.
   */
  material(authenticatorId?: string): Statement {
    return {
      sql: `SELECT jsonb_agg(jsonb_build_object('id', t.id, 'sealedSecret', t.sealed_secret, 'lastUsedStep', t.last_used_step,
          'isAsked', t.id = coalesce($1::uuid, t.id)) ORDER BY t.created_at, t.id) AS material,
          greatest(count(*) FILTER (WHERE t.id = coalesce($1::uuid, t.id)), 1)::integer AS guesses
        FROM ${this.tables.secrets} t WHERE t.user_id = s.user_id`,
      parameters: [authenticatorId ?? null],
    };
  }

  /**
   * Yields `proof`: right, if a step is still later than the last one used (RFC 6238 §5.2). It locks the
   * authenticators whether or not a code has matched, so that both take the same way.
   */
  proof(
    userId: string,
    { matched, reason }: { readonly matched: readonly MatchedStep[]; readonly reason: string },
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
        sql: `SELECT s.user_id, EXISTS (SELECT FROM own_secrets o JOIN unnest($1::uuid[], $2::bigint[]) m (id, step) ON m.id = o.id
            WHERE o.last_used_step < m.step) AS is_right, $3::text AS reason FROM subject s`,
        parameters: [...arraysOf(matched.filter(({ isAsked }) => isAsked)), reason],
      },
    ];
  }

  /**
   * Spends each step for the user whose proof was `accepted`: part of the statement for a wrong code too, and its time. A
   * step only grows, on each of them.
   */
  spend(
    userId: string,
    { matched, at }: { readonly matched: readonly MatchedStep[]; readonly at: Date },
  ): Statement {
    return {
      sql: `UPDATE ${this.tables.secrets} t SET last_used_step = m.step, last_used_at = $4::timestamptz
        FROM accepted a, unnest($1::uuid[], $2::bigint[]) m (id, step)
        WHERE t.user_id = $3 AND t.user_id = a.user_id AND t.id = m.id AND t.last_used_step < m.step`,
      parameters: [...arraysOf(matched), userId, at],
    };
  }

  /** Writes a secret that was sealed again, unless somebody has changed it since it was read. @returns whether it did */
  async reseal({
    userId,
    id,
    from,
    to,
    secretTag,
  }: {
    readonly userId: string;
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly secretTag: string;
  }): Promise<boolean> {
    const written = await this.database.query(
      `WITH written AS (
        UPDATE ${this.tables.secrets} SET sealed_secret = $4, secret_tag = $5 WHERE user_id = $1 AND id = $2 AND sealed_secret = $3 RETURNING id)
      SELECT id FROM written`,
      [userId, id, from, to, secretTag],
    );
    return written.length > 0;
  }

  async add(transaction: TwoFactorTransaction, secret: NewSecret): Promise<void> {
    const { id, userId, name, sealedSecret, secretTag, lastUsedStep, lastUsedAt, at } = secret;
    await transaction.query(
      `INSERT INTO ${this.tables.secrets}
        (user_id, id, name, sealed_secret, secret_tag, last_used_step, last_used_at, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [userId, id, name, sealedSecret, secretTag, lastUsedStep, lastUsedAt, at],
    );
  }

  /** Adds many that were not used yet. */
  async addImported(
    transaction: TwoFactorTransaction,
    secrets: readonly ImportedRow[],
    at: Date,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO ${this.tables.secrets} (user_id, id, name, sealed_secret, secret_tag, last_used_step, created_at)
      SELECT u, i, n, s, t, 0, $6::timestamptz
      FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[]) x (u, i, n, s, t)`,
      [
        secrets.map(({ userId }) => userId),
        secrets.map(({ id }) => id),
        secrets.map(({ name }) => name),
        secrets.map(({ sealedSecret }) => sealedSecret),
        secrets.map(({ secretTag }) => secretTag),
        at,
      ],
    );
  }

  /** Of each of these users: whether nobody but an import has touched the account, if there is one, and the tags of its secrets. */
  async importedOf(
    on: SqlRunner,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly isUntouched: boolean; readonly tags: readonly string[] }>> {
    const { accounts, secrets } = this.tables;
    const rows = await on.query<{ userId: string; isUntouched: boolean; tags: readonly string[] }>(
      `SELECT u AS "userId",
        NOT EXISTS (SELECT FROM ${accounts} a WHERE a.user_id = u AND a.generation > 0) AS "isUntouched",
        ARRAY(SELECT s.secret_tag FROM ${secrets} s WHERE s.user_id = u) AS tags FROM unnest($1::text[]) u`,
      [userIds],
    );
    return new Map(rows.map(({ userId, ...found }) => [userId, found]));
  }

  /** Which the user has, oldest first. */
  async idsOf(userId: string): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM ${this.tables.secrets} WHERE user_id = $1 ORDER BY created_at, id`,
      [userId],
    );
    return rows.map(({ id }) => id);
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

function arraysOf(matched: readonly MatchedStep[]): [ids: string[], steps: number[]] {
  return [matched.map(({ id }) => id), matched.map(({ step }) => step)];
}
