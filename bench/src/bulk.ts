import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BenchPostgres } from './postgres.js';
import { ROOT } from './processes.js';

/** What walks over all users, in rows a second. */
export interface Bulk {
  readonly rows: number;
  readonly importedPerSecond: number;
  readonly resealedPerSecond: number;
}

/** Imports so many secrets into a database of their own, and seals them again with another key. */
export async function measureBulk(postgres: BenchPostgres, rows: number): Promise<Bulk> {
  const database = await postgres.createDatabase('bulk');
  await database.close();
  const program = ['dist/server/measure-bulk.js', String(rows)];
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
  });
  const bulk: Bulk = JSON.parse(stdout);
  return bulk;
}
