import { Client } from 'pg';
import { type MockInstance, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { type Person, aUser } from '../support/people.js';

/** Enough that a plan which reads a whole table costs more than one that reads a user's rows. */
const OTHER_USERS = 3000;

/** What belongs to one user, session or challenge, and to nobody else. */
const BOUND_BY = /\((?:\w+\.)?(user_id|id|token_hash|session_id|email) = /;

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
  await liveAWholeLife();
  for (const [question] of spy.mock.calls as unknown[][]) {
    statements.add(typeof question === 'string' ? question : (question as { text: string }).text);
  }
  spy.mockRestore();
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
        'backup_codes',
        'refresh_tokens',
        'sessions',
        'two_factor_attempts',
        'two_factor_challenges',
        'two_factor_events',
        'user_secrets',
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
      'SELECT FROM user_secrets WHERE enabled_at > $1',
      'SELECT FROM two_factor_events WHERE id > $1 ORDER BY id LIMIT 10',
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
    if (/^(START|BEGIN|COMMIT|ROLLBACK)/.test(sql)) {
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

async function liveAWholeLife(): Promise<void> {
  const person = await aUser(app);
  await person.call('/auth/me');
  await person.call('/auth/2fa');
  await person.withTwoFactor();

  await answerRightAndWrong(person);
  await person.call('/auth/2fa/events');
  await person.post('/auth/refresh', { refreshToken: person.tokens.refreshToken });
  await person.post('/auth/refresh', { refreshToken: person.tokens.refreshToken });

  person.tokens = await signIn(person, { code: person.code });
  app.clock.advance({ seconds: 30 });
  expect((await person.post('/auth/2fa/backup-codes', { code: person.code })).status).toBe(200);
  app.clock.advance({ seconds: 30 });
  expect((await person.post('/auth/2fa/setup', { code: person.code })).status).toBe(200);
  app.clock.advance({ seconds: 30 });
  person.tokens = await signIn(person, { code: person.code });
  app.clock.advance({ seconds: 870 });
  const late = { code: person.code, password: person.password };
  expect((await person.post('/auth/2fa/disable', late)).status).toBe(200);
  await person.login();
  await person.post('/auth/logout');
}

async function answerRightAndWrong(person: Person): Promise<void> {
  await signIn(person, { backupCode: person.backupCodes[0] });
  const challengeToken = await person.challenge();
  await person.verify({ challengeToken, backupCode: person.backupCodes[0] });
  await person.verify({ challengeToken, backupCode: '00000-00000-00000' });
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await person.verify({ challengeToken: await person.challenge(), code: '000000' });
  }
  app.clock.advance({ seconds: 3600 });
}

async function signIn(person: Person, proof: Record<string, unknown>): Promise<Person['tokens']> {
  const { status, data, text } = await person.verify<Person['tokens']>({
    challengeToken: await person.challenge(),
    ...proof,
  });
  if (status !== 200) {
    throw new Error(`verify answered ${status}: ${text}`);
  }
  return data;
}

/** Other people's rows in every table. */
async function seedOthers(): Promise<void> {
  await database.query(
    `INSERT INTO users (email, password_hash, created_at)
      SELECT n || '@example.com', 'x', now() FROM generate_series(1, $1::int) n`,
    [OTHER_USERS],
  );
  for (const sql of [
    `INSERT INTO user_secrets (id, user_id, state, sealed_secret, last_used_step, created_at, enabled_at)
      SELECT gen_random_uuid(), id, 'active', 'x', 1, now(), now() FROM users ON CONFLICT DO NOTHING`,
    `INSERT INTO backup_codes (user_id, code_hash, pepper_id, created_at)
      SELECT id, 'x' || n, 'p1', now() FROM users, generate_series(1, 10) n`,
    `INSERT INTO two_factor_challenges (user_id, slot, token_hash, attempts, expires_at)
      SELECT id, 0, sha256(id::text::bytea), 0, now() FROM users ON CONFLICT DO NOTHING`,
    `INSERT INTO two_factor_attempts (user_id, method, failures_in_a_row, failed_at) SELECT id, 'totp', 0, '{}' FROM users
      ON CONFLICT DO NOTHING`,
    `INSERT INTO two_factor_events (user_id, at, type, outcome)
      SELECT id, now(), 'enabled', 'success' FROM users, generate_series(1, 3)`,
    `INSERT INTO sessions (id, user_id, amr, authenticated_at, expires_at)
      SELECT gen_random_uuid(), id, '{pwd}', now(), now() FROM users, generate_series(1, 2)`,
    `INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
      SELECT sha256((id::text || n)::bytea), id, now() FROM sessions, generate_series(1, 3) n`,
    'ANALYZE',
  ]) {
    await database.query(sql);
  }
}
