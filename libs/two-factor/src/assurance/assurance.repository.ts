import { Inject, Injectable } from '@nestjs/common';
import type { FactorMethod } from '../options/factor-method.js';
import { LONGEST_ASSURANCE_SECONDS } from '../options/max-age.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { type SqlRunner, type Statement, effects, runAsOne, userAs } from '../sql/one-statement.js';
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

/** What is asked of a session: a factor that it has passed, of any age that counts and any kind unless it says more. */
export interface AssuranceDemand {
  readonly maxAgeSeconds?: number | undefined;
  readonly methods?: readonly FactorMethod[] | undefined;
}

/** How a session stands to what is asked of it. */
export interface MetDemand {
  readonly isMet: boolean;
  /** Whether the account has a factor that could be passed. */
  readonly hasFactor: boolean;
}

/** A row as it is read: times are numbers. */
export interface RecoveryRow {
  readonly until: number;
}

/** How long what a session has passed counts. Older rows go with the user's next sign-in. */
const COUNTS = `interval '${LONGEST_ASSURANCE_SECONDS} seconds'`;

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
    const rows = await this.database.query<{
      method: FactorMethod;
      isUserVerified: boolean;
      passedAt: number;
    }>(
      `SELECT s.method, s.user_verified AS "isUserVerified", ${epochOf('s.passed_at')} AS "passedAt" ${this.#counting()}`,
      [userId, sessionId, at],
    );
    return rows.map(({ method, isUserVerified, passedAt }) => ({
      method,
      isUserVerified,
      passedAt: dateOf(passedAt),
    }));
  }

  /** Whether a session meets a demand at this moment: by one factor that is neither too old nor of another kind. */
  async meets(
    { userId, sessionId, at }: Pick<NewAssurance, 'userId' | 'sessionId' | 'at'>,
    { maxAgeSeconds, methods }: AssuranceDemand,
  ): Promise<MetDemand> {
    const [met] = await this.database.query<MetDemand>(
      `SELECT EXISTS (SELECT ${this.#counting()}
          AND s.passed_at >= $3::timestamptz - interval '1 second' * coalesce($4::integer, ${LONGEST_ASSURANCE_SECONDS})
          AND s.method = ANY (coalesce(string_to_array($5::text, ','), ARRAY[s.method]))) AS "isMet",
        EXISTS (SELECT FROM ${this.tables.accounts} WHERE user_id = $1 AND enabled_at IS NOT NULL) AS "hasFactor"`,
      [userId, sessionId, at, maxAgeSeconds ?? null, methods?.join(',') ?? null],
    );
    if (met === undefined) {
      throw new Error('A select without FROM always yields a row');
    }
    return met;
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

  /** What the session `$2` of the user `$1` has passed, as `s`, and counts at `$3`. */
  #counting(): string {
    const { assurances, accounts } = this.tables;
    return `FROM ${assurances} s
      JOIN ${accounts} a ON a.user_id = s.user_id AND a.generation = s.generation AND a.enabled_at IS NOT NULL
      WHERE s.user_id = $1 AND s.session_id = $2
        AND s.passed_at <= $3 AND s.passed_at > $3::timestamptz - ${COUNTS}`;
  }

  /**
   * Until when a session that was signed in by a backup code may replace an authenticator without another proof.
   *
   * @returns `null` when it may not
   */
  async recoveryUntil(
    { userId, sessionId, at }: Pick<NewAssurance, 'userId' | 'sessionId' | 'at'>,
    { withinSeconds }: { readonly withinSeconds: number },
    on: SqlRunner = this.database,
  ): Promise<Date | null> {
    const { sql, parameters } = this.recoveryOf({ userId, sessionId, at }, { withinSeconds });
    return shownRecovery(await on.query<RecoveryRow>(sql, parameters));
  }

  /** The same, for {@link shownRecovery}; nothing without a session. */
  recoveryOf(
    {
      userId,
      sessionId,
      at,
    }: Pick<NewAssurance, 'userId' | 'at'> & { readonly sessionId: string | undefined },
    { withinSeconds }: { readonly withinSeconds: number },
  ): Statement {
    return {
      sql: `SELECT ${epochOf(`s.passed_at + interval '${withinSeconds} seconds'`)} AS until ${this.#counting()}
        AND s.method = 'backup_code' AND s.passed_at >= $3::timestamptz - interval '${withinSeconds} seconds'`,
      parameters: [userId, sessionId ?? null, at],
    };
  }

  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await transaction.query(`DELETE FROM ${this.tables.assurances} WHERE user_id = $1`, [userId]);
  }
}

export function shownRecovery([passed]: readonly RecoveryRow[]): Date | null {
  return passed === undefined ? null : dateOf(passed.until);
}
