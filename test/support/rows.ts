import { createHash } from 'node:crypto';
import { Client } from 'pg';
import type { AttemptMethod } from '../../libs/two-factor/src/verification/attempt-budget.js';
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

  /** What every use and every change of a user's factors comes by. */
  async account(userId: string): Promise<this> {
    await this.query('SELECT FROM user_secrets WHERE user_id = $1 FOR UPDATE', [userId]);
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

  /** What a backup code comes by when it is spent: it is charged by then, and the account is locked. */
  async backupCodes(userId: string): Promise<this> {
    await this.query('SELECT FROM backup_codes WHERE user_id = $1 FOR UPDATE', [userId]);
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
