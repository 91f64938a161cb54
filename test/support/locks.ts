import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from './database.js';

/** Resolves once a statement on this database, or so many of them, wait for what somebody holds. */
export async function somebodyWaits(
  database: TestDatabase,
  { atLeast = 1 }: { readonly atLeast?: number } = {},
): Promise<void> {
  for (;;) {
    const waiting = await database.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length >= atLeast) {
      return;
    }
    await delay(10);
  }
}
