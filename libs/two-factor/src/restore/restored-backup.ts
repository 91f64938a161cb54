import { Inject, Injectable } from '@nestjs/common';
import { timeStepOf } from '../factors/totp/totp.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { IS_OPEN } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';

/** What was made of a restored database, in rows. */
export interface RestoredBackupReport {
  readonly accounts: number;
  readonly challenges: number;
}

/** A backup brings back what was used up since it was taken. This uses it up again, before anybody is let in. */
@Injectable()
export class RestoredBackup {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /**
   * In one commit, for all users: what sessions have passed and trusted devices are dead, for the generation is another
   * one; challenges, ceremonies, pending setups and resets of support are over; no one-time code up to now works again. It can be run again.
   *
   * What it cannot know: backup codes that were spent, and factors that were changed, after the backup was taken. Sessions
   * are the host's to end.
   */
  async run(): Promise<RestoredBackupReport> {
    const { accounts, challenges, ceremonies, enrolments, requiredEnrolments, resets, secrets } = this.tables;
    const at = this.settings.clock.now();
    const step = timeStepOf(at);
    return this.database.transaction(async (transaction) => {
      // Taking every row of every account, beside servers that run: whoever is at work is waited for.
      await transaction.query(`SELECT set_config('lock_timeout', '0', true)`);
      const rowsOf = async (sql: string, parameters: readonly unknown[] = []): Promise<number> => {
        const counting = `WITH changed AS (${sql} RETURNING user_id) SELECT count(*)::int AS rows FROM changed`;
        const [row] = await transaction.query<{ rows: number }>(counting, parameters);
        return row?.rows ?? 0;
      };
      const raised = await rowsOf(`UPDATE ${accounts} SET generation = generation + 1`);
      await rowsOf(`UPDATE ${secrets} SET last_used_step = $1::bigint WHERE last_used_step < $1::bigint`, [
        step,
      ]);
      await rowsOf(`DELETE FROM ${ceremonies}`);
      await rowsOf(`DELETE FROM ${enrolments}`);
      await rowsOf(`DELETE FROM ${requiredEnrolments}`);
      // It may have been cancelled since, or its code used. Nobody has cancelled it by this: a panic can still do that to the next.
      await rowsOf(`UPDATE ${resets} SET ended_at = $1, outcome = 'expired' WHERE ${IS_OPEN}`, [at]);
      return { accounts: raised, challenges: await rowsOf(`DELETE FROM ${challenges}`) };
    });
  }
}
