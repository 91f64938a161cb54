import { describe, expect, it } from 'vitest';
import type { SqlRunner } from '../sql/one-statement.js';
import { checkEngine, engineFault } from './engine-check.js';

describe('engineFault', () => {
  it.each([
    ['CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27)', 'CockroachDB'],
    ['PostgreSQL 11.2-YB-2.20.3.1-b0 on x86_64-pc-linux-gnu', 'YugabyteDB before 2.27'],
    ['PostgreSQL 11.2-YB-2.6.20.0-b0 on x86_64-pc-linux-gnu', 'YugabyteDB before 2.27'],
  ])('refuses %s by name', (version, name) => {
    expect(engineFault(version)).toContain(`this is ${name}: `);
  });

  it.each([
    'PostgreSQL 18.1 on x86_64-pc-linux-gnu, compiled by gcc 12.2.0, 64-bit',
    'PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu',
    'PostgreSQL 15.2-YB-2.27.0.0-b0 on x86_64-pc-linux-gnu',
    'PostgreSQL 15.12-YB-2025.1.0.0-b0 on x86_64-pc-linux-gnu',
  ])('takes %s', (version) => {
    expect(engineFault(version)).toBeUndefined();
  });
});

it('stops the start on another engine', async () => {
  const cockroach: SqlRunner = {
    query: async <Row>() => [{ version: 'CockroachDB CCL v25.4.0' }] as Row[],
  };

  await expect(checkEngine(cockroach)).rejects.toThrow(/needs PostgreSQL, and this is CockroachDB/);
});
