import { seedManyAccounts, seedSessionOfEverybody } from '../../test/support/seed-accounts.js';
import { seedEverybody } from '../../test/support/seed.js';
import { ours } from './contenders/ours.js';
import { type Measured, type Stage, measure, ratio } from './measure.js';
import type { Plan } from './plan.js';
import type { BenchDatabase } from './postgres.js';

/** How big a table is, indexes and all. */
export interface TableSize {
  readonly rows: number;
  readonly bytes: number;
}

export interface Growth {
  readonly users: number;
  /** Throughput of verify with many users, over that with a thousand. */
  readonly ratio: number;
  readonly measured: Readonly<Record<string, Measured>>;
  readonly tables: Readonly<Record<string, TableSize>>;
}

const SMALL = 1000;

/** Signing in with a million enrolled users in the tables against a thousand: two databases, two servers, in turn. */
export async function measureGrowth(
  { postgres, load, tell }: Stage & { readonly tell: (line: string) => void },
  { users, rounds, roundMs }: NonNullable<Plan['growth']>,
): Promise<Growth> {
  const small = await ours(postgres, { name: 'ours_small' });
  const large = await ours(postgres, { name: 'ours_large' });
  const servers = [];
  try {
    const runners = [];
    for (const [contender, count] of [
      [small, SMALL],
      [large, users],
    ] as const) {
      const server = await contender.start();
      servers.push(server);
      await fill(contender.database, count);
      tell(`${count} users are written`);
      runners.push({ label: String(count), contender, servers: [server] });
    }
    const tables = await sizes(large.database);
    const measured = await measure({ postgres, load }, 'verify', {
      runners,
      plan: { clients: 16, warmUpMs: roundMs, rounds, roundMs, mostPerSecond: 1500 },
    });
    return {
      users,
      ratio: ratio(measured[String(users)], measured[String(SMALL)]),
      measured,
      tables,
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await small.close();
    await large.close();
  }
}

/** Writes enrolled users who have signed in once: every table of theirs, every value as long as a real one. */
async function fill(database: BenchDatabase, users: number): Promise<void> {
  await seedManyAccounts(database, users);
  await seedEverybody(database, { hasChallenges: false });
  await seedSessionOfEverybody(database);
  await database.query('VACUUM ANALYZE');
  await database.query('CHECKPOINT');
}

async function sizes(database: BenchDatabase): Promise<Readonly<Record<string, TableSize>>> {
  const rows = await database.query<{ name: string; rows: string; bytes: string }>(
    `SELECT relname AS name, n_live_tup AS rows, pg_total_relation_size(relid) AS bytes
      FROM pg_stat_user_tables ORDER BY relname`,
  );
  return Object.fromEntries(
    rows.map(({ name, rows: count, bytes }) => [name, { rows: Number(count), bytes: Number(bytes) }]),
  );
}
