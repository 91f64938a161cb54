import { Client } from 'pg';
import { type MockInstance, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import {
  seedAddressOfEverybody,
  seedManyAccounts,
  seedSessionOfEverybody,
} from '../support/seed-accounts.js';
import { seedEverybody } from '../support/seed.js';
import { liveAWholeLife } from './whole-life.js';

/** Enough that a plan which reads a whole table costs more than one that reads a user's rows. */
const OTHER_USERS = 3000;

/** What belongs to one user, session or challenge, and to nobody else. */
const BOUND_BY = /\((?:\w+\.)?(?:(user_id|id|token_hash|session_id|email) = |\(key\)::text = ANY )/;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

let database: TestDatabase;
let app: TestApp;
let spy: MockInstance;
const statements = new Set<string>();
/** By how much there was in the tables. The plans of a fresh installation live on in its prepared statements. */
const found: { size: string; plans: readonly Plan[] }[] = [];

beforeAll(async () => {
  spy = vi.spyOn(Client.prototype, 'query');
  database = await createDatabase();
  app = await startApp({ database });
  spy.mockClear();
  await liveAWholeLife(app);
  for (const [question] of spy.mock.calls as unknown[][]) {
    statements.add(typeof question === 'string' ? question : (question as { text: string }).text);
  }
  spy.mockRestore();
  // The limits look for several keys at once, which PostgreSQL does in a small table by reading it whole.
  await database.query(
    `INSERT INTO rate_limits (key, points, expire) SELECT 'other' || n, 1, 0 FROM generate_series(1, 10000) n`,
  );
  await database.query('ANALYZE rate_limits');
  found.push({ size: 'nearly empty', plans: await plans() });
  await seedOthers();
  found.push({ size: `${OTHER_USERS} users`, plans: await plans() });
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('every statement of an account, from its registration to its end', () => {
  it('meets every table that holds something of a user', () => {
    const tables = found[0]!.plans.flatMap(({ nodes }) => nodes.map((node) => node['Relation Name']));

    expect(new Set(tables.filter((table) => table !== undefined))).toEqual(
      new Set([
        'rate_limits',
        'refresh_tokens',
        'sessions',
        'sign_in_addresses',
        'two_factor_accounts',
        'two_factor_assurances',
        'two_factor_attempts',
        'two_factor_backup_codes',
        'two_factor_ceremonies',
        'two_factor_challenges',
        'two_factor_enrolments',
        'two_factor_events',
        'two_factor_passkeys',
        'two_factor_secrets',
        'users',
      ]),
    );
    expect(statements.size).toBeGreaterThan(20);
  });

  it('reads no table from end to end, however many users there are', () => {
    expect(found.map(({ size, plans: made }) => ({ size, scans: made.flatMap(scansOf) }))).toEqual([
      { size: 'nearly empty', scans: [] },
      { size: '3000 users', scans: [] },
    ]);
  });

  it('finds its rows by one user, session, challenge or token', () => {
    expect(found.flatMap(({ plans: made }) => made.flatMap(unboundOf))).toEqual([]);
  });

  it('would be noticed if it did otherwise', async () => {
    const everybody = await plans([
      'SELECT FROM two_factor_accounts WHERE enabled_at > $1',
      'SELECT FROM two_factor_events WHERE user_id > $1 ORDER BY user_id, id LIMIT 10',
    ]);

    expect(everybody.flatMap(scansOf)).toHaveLength(1);
    expect(everybody.flatMap(unboundOf)).toHaveLength(1);
  });
});

interface Plan {
  readonly sql: string;
  readonly nodes: readonly PlanNode[];
}

function scansOf({ sql, nodes }: Plan): { node: PlanNode; sql: string }[] {
  return nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => ({ node, sql }));
}

function unboundOf({ sql, nodes }: Plan): { node: PlanNode; sql: string }[] {
  return nodes
    .filter((node) => /Index/.test(node['Node Type']) && !BOUND_BY.test(node['Index Cond'] ?? ''))
    .map((node) => ({ node, sql }));
}

/** The plan PostgreSQL makes for any values of the parameters: the one a prepared statement ends up with. */
async function plans(of: Iterable<string> = statements): Promise<Plan[]> {
  const made = [];
  for (const sql of of) {
    if (/^(START|SET|BEGIN|COMMIT|ROLLBACK)/.test(sql)) {
      continue;
    }
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`,
    );
    made.push({ sql, nodes: nodesOf(row!['QUERY PLAN'][0].Plan) });
  }
  return made;
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Other people's rows in every table. */
async function seedOthers(): Promise<void> {
  await seedManyAccounts(database, OTHER_USERS);
  await seedEverybody(database, { hasChallenges: true });
  await seedSessionOfEverybody(database);
  await seedAddressOfEverybody(database);
  await database.query('ANALYZE');
}
