import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { PARTITIONED_TABLES, partitionByUser } from '../support/partitioned.js';
import { liveAWholeLife, liveWithPasskeyAndTrust } from './whole-life.js';

const PARTITIONS = 4;

interface Asked {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

let database: TestDatabase;
let app: TestApp;
const asked: Asked[] = [];

beforeAll(async () => {
  database = await createDatabase();
  await partitionByUser(database, PARTITIONS);
  const spy = vi.spyOn(Client.prototype, 'query');
  app = await startApp({ database, variables: { TRUSTED_DEVICE_DAYS: '30' } });
  spy.mockClear();
  await liveAWholeLife(app);
  await liveWithPasskeyAndTrust(app);
  asked.push(...(spy.mock.calls as unknown[][]).map(askedIn));
  spy.mockRestore();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

/** Policy, notices and support have a life of their own, which the one below does not reach. */
const NOT_REACHED = [
  'two_factor_deadlines',
  'two_factor_notices',
  'two_factor_panic_tokens',
  'two_factor_resets',
];

describe('with its tables in four partitions by the user, the life of an account', () => {
  it('touches every table but those of policy, notices and support', () => {
    const text = asked.map(({ sql }) => sql).join('\n');
    const untouched = PARTITIONED_TABLES.filter((table) => !text.includes(table));

    expect(untouched).toEqual(NOT_REACHED);
  });

  it('asks at most one partition in each statement', async () => {
    const spread = new Set<string>();
    for (const each of asked.filter(({ sql }) => /two_factor_/.test(sql))) {
      const found = await partitionsOf(each);
      // None: an insert finds its partition when it runs.
      if (found.length > 1) {
        spread.add(`${found.join()}: ${each.sql}`);
      }
    }
    expect([...spread]).toEqual([]);
  });

  it('would be noticed if it asked all of them', async () => {
    expect(
      await partitionsOf({ sql: 'SELECT FROM two_factor_accounts WHERE enabled_at < now()', values: [] }),
    ).toHaveLength(PARTITIONS);
  });

  it('leaves events that nobody alters, by the name of a partition either', async () => {
    const [event] = await database.query<{ name: string }>(
      'SELECT tableoid::regclass::text AS name FROM two_factor_events LIMIT 1',
    );

    for (const table of ['two_factor_events', event!.name]) {
      await expect(database.query(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '23001' });
      await expect(database.query(`UPDATE ${table} SET ip = NULL`)).rejects.toMatchObject({ code: '23001' });
    }
  });
});

function askedIn([question, values]: unknown[]): Asked {
  if (typeof question === 'string') {
    return { sql: question, values: Array.isArray(values) ? values : [] };
  }
  const { text, values: own } = question as { text: string; values?: readonly unknown[] };
  return { sql: text, values: own ?? (Array.isArray(values) ? values : []) };
}

/** The numbers of the partitions in the plan that PostgreSQL makes for these values. */
async function partitionsOf({ sql, values }: Asked): Promise<string[]> {
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) ${sql}`, [
    ...values,
  ]);
  const numbers = nodesOf(row!['QUERY PLAN'][0].Plan).flatMap(
    (node) => /^two_factor_\w+_p(\d+)$/.exec(node['Relation Name'] ?? '')?.[1] ?? [],
  );
  return [...new Set(numbers)];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
