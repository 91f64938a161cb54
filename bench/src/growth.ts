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

/**
 * Writes enrolled users who have signed in once: every table of theirs, every value as long as a real one.
 * Ids are random, so that their indexes are as unordered as real ones.
 */
async function fill(database: BenchDatabase, users: number): Promise<void> {
  const sets = 'SELECT id, id::text AS user_id FROM users';
  await database.query(
    `INSERT INTO users (email, password_hash, created_at)
      SELECT 'user-' || n || '@example.com', '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('x', 66), now()
      FROM generate_series(1, $1::int) n`,
    [users],
  );
  await database.query(
    `INSERT INTO user_secrets (id, user_id, state, sealed_secret, last_used_step, created_at, enabled_at)
      SELECT gen_random_uuid(), user_id, 'active', 'v1.k1.' || repeat('x', 102), 1, now(), now() FROM (${sets}) u`,
  );
  await database.query('ALTER TABLE backup_codes DROP CONSTRAINT backup_codes_pkey');
  await database.query(
    `INSERT INTO backup_codes (user_id, code_hash, pepper_id, created_at)
      SELECT user_id, '$argon2id$v=19$m=19456,t=2,p=1$' || substr(md5(user_id), 1, 22) || '$'
        || substr(encode(sha256((user_id || n)::bytea), 'base64'), 1, 43), 'p1', now()
      FROM (${sets}) u, generate_series(1, 10) n`,
  );
  await database.query('ALTER TABLE backup_codes ADD PRIMARY KEY (user_id, code_hash)');
  await database.query(
    `INSERT INTO two_factor_attempts (user_id, method, failures_in_a_row, failed_at)
      SELECT user_id, 'totp', 0, '{}' FROM (${sets}) u`,
  );
  await database.query(
    `INSERT INTO two_factor_events (user_id, at, type, method, outcome, request_id, ip, user_agent)
      SELECT user_id, now(), type, 'totp', 'success', user_id, '203.0.113.17', repeat('x', 110)
      FROM unnest('{setup_started,enabled,challenge_answered}'::text[]) type, (${sets}) u`,
  );
  await database.query(
    `INSERT INTO sessions (id, user_id, amr, authenticated_at, expires_at)
      SELECT gen_random_uuid(), id, '{pwd,otp,mfa}', now(), now() + interval '30 days' FROM users`,
  );
  await database.query(
    `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
      SELECT sha256(id::text::bytea), id, now() + interval '30 days' FROM sessions`,
  );
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
