import type { Contender } from './contenders/contender.js';
import type { Call } from './load/call.js';
import type { Load } from './load/load.js';
import type { BenchDatabase } from './postgres.js';
import { startCounter } from './statement-counter.js';

/** What one whole sign-in asks of the database, on average: statements, and commits that wait for a flush. */
export interface StatementCount {
  readonly statements: number;
  readonly commits: number;
}

const SIGN_INS = 20;

/** Counts what whole sign-ins send to PostgreSQL, on the connections of a server of its own. */
export async function countStatements(load: Load, contender: Contender): Promise<StatementCount> {
  const counter = await startCounter(contender.database.url);
  const server = await contender.start({ variables: { DATABASE_URL: counter.url } });
  const signIn = async (calls: readonly Call[]): Promise<void> => {
    const { answered } = await load.run({
      urls: [server.url],
      dialect: contender.dialect,
      operation: 'signIn',
      clients: 1,
      milliseconds: 120_000,
      calls,
      isRepeatable: false,
    });
    if (answered !== calls.length) {
      throw new Error(`Only ${answered} of ${calls.length} sign-ins were made`);
    }
  };
  try {
    const calls = await contender.prepare('signIn', 2 * SIGN_INS);
    // The first ones open connections.
    await signIn(calls.slice(0, SIGN_INS));
    const before = { statements: counter.statements(), commits: await nextTransaction(contender.database) };
    await signIn(calls.slice(SIGN_INS));
    const commits = (await nextTransaction(contender.database)) - before.commits;
    return { statements: (counter.statements() - before.statements) / SIGN_INS, commits: commits / SIGN_INS };
  } finally {
    await server.stop();
    await counter.stop();
  }
}

/** Only a transaction that writes or locks takes a number, and its commit a flush. Asking takes none. */
async function nextTransaction(database: BenchDatabase): Promise<number> {
  const [row] = await database.query<{ next: string }>(
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
  );
  return Number(row?.next);
}
