import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from './database.js';

/** Longer than any statement of the application may take. */
const PATIENCE_MS = 15_000;

/**
 * Resolves once a statement on this database, or so many of them, wait for what somebody holds.
 *
 * @throws Error when it has not come to that for so long that it never will
 */
export async function somebodyWaits(
  database: Pick<TestDatabase, 'query'>,
  { atLeast = 1 } = {},
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const waiting = await database.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length >= atLeast) {
      return;
    }
    await delay(10);
  }
  throw new Error(`Fewer than ${atLeast} statements wait for a lock`);
}

/**
 * Resolves once no statement runs on this database. What a killed process had sent goes on until the server notices.
 *
 * @throws Error when it has not come to that
 */
export async function nobodyRuns(database: Pick<TestDatabase, 'query'>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let running: object[] = [];
  while (performance.now() < end) {
    running = await database.query(
      `SELECT pid, state, query FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    if (running.length === 0) {
      return;
    }
    await delay(10);
  }
  throw new Error(`There still runs ${JSON.stringify(running)}`);
}

/** How many deadlocks PostgreSQL has broken off in this database. */
export async function deadlocksIn(database: Pick<TestDatabase, 'query'>): Promise<number> {
  const [row] = await database.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks ?? 0;
}
