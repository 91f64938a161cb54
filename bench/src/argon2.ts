import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { hashBackupCode } from '../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import type { Contender } from './contenders/contender.js';
import type { Load } from './load/load.js';
import type { ServerProcess } from './processes.js';
import { median } from './statistics.js';

export interface Argon2Bound {
  /** One computation, as ours does it. */
  readonly argon2Ms: number;
  /** Signing in with a backup code, at one client. */
  readonly backupMs: number;
  /** The median of the ratios within each round. */
  readonly ratio: number;
}

const COMPUTATIONS = 8;
const ROUND_MS = 500;

/** Whether a backup code costs what one Argon2id computation costs: the two in turn, one at a time. */
export async function measureArgon2Bound(
  load: Load,
  contender: Contender,
  { server, rounds }: { readonly server: ServerProcess; readonly rounds: number },
): Promise<Argon2Bound> {
  const hashing = { salt: randomBytes(16), pepper: randomBytes(32) };
  const each = 60;
  const calls = await contender.prepare('backup', rounds * each);
  const measured: { readonly argon2Ms: number; readonly backupMs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const times: number[] = [];
    for (let computation = 0; computation < COMPUTATIONS; computation += 1) {
      const began = performance.now();
      await hashBackupCode('XXXXX-XXXXX-XXXXX', hashing);
      times.push(performance.now() - began);
    }
    const { p50Ms } = await load.run({
      urls: [server.url],
      dialect: contender.dialect,
      operation: 'backup',
      clients: 1,
      milliseconds: ROUND_MS,
      calls: calls.slice(round * each, (round + 1) * each),
      isRepeatable: false,
    });
    measured.push({ argon2Ms: median(times), backupMs: p50Ms });
  }
  return {
    argon2Ms: median(measured.map(({ argon2Ms }) => argon2Ms)),
    backupMs: median(measured.map(({ backupMs }) => backupMs)),
    ratio: median(measured.map(({ argon2Ms, backupMs }) => backupMs / argon2Ms)),
  };
}
