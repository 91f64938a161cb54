import { createHash } from 'node:crypto';
import { Client } from 'pg';
import type { AttemptMethod } from '../../libs/two-factor/src/options/factor-method.js';
import type { TestDatabase } from './database.js';
import { seedFailures } from './seed.js';

/**
 * Rows that a test holds, so that whoever needs one of them waits: that makes a race certain. Which row it is
 * that a call comes by is said here and in no test.
 */
export class HeldRows {
  private constructor(private readonly holder: Client) {}

  /** Begins to hold, and holds nothing yet. */
  static async in({ url }: Pick<TestDatabase, 'url'>): Promise<HeldRows> {
    const holder = new Client({ connectionString: url });
    // A test that fails leaves it open, and the database is dropped all the same.
    holder.on('error', () => undefined);
    await holder.connect();
    // If it comes to a deadlock, it is the application that notices it.
    await holder.query(`SET deadlock_timeout = '1min'`);
    await holder.query('BEGIN');
    return new HeldRows(holder);
  }

  /** Whatever else the transaction has to do. */
  async query(sql: string, parameters: unknown[] = []): Promise<void> {
    await this.holder.query(sql, parameters);
  }

  /** What every change of a user's factors comes by, and no use of a code. */
  async changes(userId: string): Promise<this> {
    await this.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `nestjs-two-factor:${userId}`,
    ]);
    return this;
  }

  /** What every use and every change of a user's factors comes by, whether or not there is a factor yet. */
  async account(userId: string): Promise<this> {
    await this.changes(userId);
    await this.query('SELECT FROM two_factor_accounts WHERE user_id = $1 FOR UPDATE', [userId]);
    return this;
  }

  /** What whoever confirms a setup comes by, and whoever starts another one. */
  async setup(userId: string): Promise<this> {
    await this.query('SELECT FROM two_factor_enrolments WHERE user_id = $1 FOR UPDATE', [userId]);
    return this;
  }

  /** What an attempt comes by when it is charged to its method. */
  async charges(userId: string, method: AttemptMethod): Promise<this> {
    await seedFailures(this, [userId], { method });
    return this;
  }

  /** What a guess at a challenge comes by. */
  async challenge(token: string): Promise<this> {
    const hash = createHash('sha256').update(token).digest();
    await this.query('SELECT FROM two_factor_challenges WHERE token_hash = $1 FOR UPDATE', [hash]);
    return this;
  }

  /** What a one-time code comes by when it is compared with the last one used. */
  async authenticator(userId: string): Promise<this> {
    await this.query('SELECT FROM two_factor_secrets WHERE user_id = $1 FOR UPDATE', [userId]);
    return this;
  }

  /** What the user's next challenge comes by: its place, as if another one were taking it. */
  async nextPlace(userId: string): Promise<this> {
    await this.query(
      `INSERT INTO two_factor_challenges (user_id, slot, token_hash, attempts, expires_at)
        SELECT user_id, challenge_slot + 1, '', 0, now() FROM two_factor_accounts WHERE user_id = $1`,
      [userId],
    );
    return this;
  }

  /** What a backup code comes by when it is spent: it is charged by then, and the account is locked. */
  async backupCodes(userId: string): Promise<this> {
    await this.query('SELECT FROM two_factor_backup_codes WHERE user_id = $1 FOR UPDATE', [userId]);
    return this;
  }

  /** What enable and disable come by when they end sessions: the last thing that they do. */
  async sessions(userId: string): Promise<this> {
    await this.query('SELECT FROM sessions WHERE user_id = $1 FOR UPDATE', [userId]);
    return this;
  }

  async release(): Promise<void> {
    await this.holder.query('COMMIT');
    await this.holder.end();
  }
}

/** What has become of a user. */
export interface UserRows {
  /** The oldest of its authenticators. */
  readonly active: {
    readonly id: string;
    readonly lastUsedStep: number;
    readonly sealedSecret: string;
  } | null;
  readonly pending: { readonly id: string; readonly replaces: string | null } | null;
  readonly codes: number;
  readonly unspent: number;
  readonly challenges: number;
  readonly sessions: readonly { readonly id: string; readonly passed: readonly string[] }[];
  readonly attempts: Readonly<Record<string, { readonly inARow: number; readonly failed: number }>>;
  readonly events: readonly string[];
}

export async function rowsOf(database: Pick<TestDatabase, 'query'>, userId: string): Promise<UserRows> {
  const [rows] = await database.query<UserRows>(
    `SELECT
        (SELECT json_build_object('id', id, 'lastUsedStep', last_used_step, 'sealedSecret', sealed_secret)
          FROM two_factor_secrets WHERE user_id = $1 ORDER BY created_at, id LIMIT 1) AS active,
        (SELECT json_build_object('id', id, 'replaces', replaces)
          FROM two_factor_enrolments WHERE user_id = $1) AS pending,
        (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1) AS codes,
        (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1 AND used_at IS NULL) AS unspent,
        (SELECT count(*)::int FROM two_factor_challenges WHERE user_id = $1) AS challenges,
        coalesce((SELECT json_agg(json_build_object('id', s.id, 'passed', array(SELECT p.method FROM two_factor_assurances p
          JOIN two_factor_accounts a USING (user_id, generation) WHERE p.user_id = $1 AND p.session_id = s.id::text
            AND a.enabled_at IS NOT NULL)) ORDER BY s.authenticated_at) FROM sessions s WHERE s.user_id = $1::uuid), '[]') AS sessions,
        coalesce((SELECT json_object_agg(method, json_build_object('inARow', failures_in_a_row, 'failed', cardinality(failed_at)))
          FROM two_factor_attempts WHERE user_id = $1), '{}') AS attempts,
        coalesce((SELECT json_agg(concat_ws(' ', type, outcome, method, reason) ORDER BY id) FROM two_factor_events
          WHERE user_id = $1), '[]') AS events`,
    [userId],
  );
  if (rows === undefined) {
    throw new Error('A select without FROM always yields a row');
  }
  return rows;
}
