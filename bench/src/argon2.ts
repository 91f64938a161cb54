import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { argon2id, hash } from 'argon2';
import { hashBackupCode } from '../../libs/two-factor/src/factors/backup-codes/backup-code-hash.js';
import { type Contender, PASSWORD } from './contenders/contender.js';
import type { Operation } from './load/call.js';
import type { Load } from './load/load.js';
import type { ServerProcess } from './processes.js';
import { median } from './statistics.js';

export interface Argon2Bound {
  /** The computations alone, as ours does them. */
  readonly argon2Ms: number;
  /** The call, at one client. */
  readonly callMs: number;
  /** The median of the ratios within each round. */
  readonly ratio: number;
}

/** Calls that Argon2id makes slow, and what they should cost: the computations alone. */
export type Argon2Bounds = Readonly<Record<'backup' | 'signIn' | 'enable', Argon2Bound>>;

const ROUND_MS = 700;
const MOST_PER_SECOND = 120;
const hashing = { salt: randomBytes(16), pepper: randomBytes(32) };

/** What a call has to compute. The ten codes of an enrolment are hashed side by side, on the cores there are. */
const COMPUTATIONS: Readonly<Record<keyof Argon2Bounds, () => Promise<unknown>>> = {
  backup: () => hashBackupCode('XXXXX-XXXXX-XXXXX', hashing),
  signIn: () => hash(PASSWORD, { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
  enable: () => Promise.all(Array.from({ length: 10 }, () => hashBackupCode('XXXXX-XXXXX-XXXXX', hashing))),
};

/** Whether a call costs what its Argon2id costs: the two in turn, one at a time. */
export async function measureArgon2Bounds(
  load: Load,
  contender: Contender,
  options: { readonly server: ServerProcess; readonly rounds: number },
): Promise<Argon2Bounds> {
  return {
    backup: await measureBound(load, contender, { ...options, operation: 'backup' }),
    signIn: await measureBound(load, contender, { ...options, operation: 'signIn' }),
    enable: await measureBound(load, contender, { ...options, operation: 'enable' }),
  };
}

async function measureBound(
  load: Load,
  contender: Contender,
  {
    server,
    rounds,
    operation,
  }: {
    readonly server: ServerProcess;
    readonly rounds: number;
    readonly operation: keyof Argon2Bounds & Operation;
  },
): Promise<Argon2Bound> {
  const each = Math.ceil((MOST_PER_SECOND * ROUND_MS) / 1000);
  // One round more, which is not counted: it lets V8 compile what the call needs.
  const calls = await contender.prepare(operation, (rounds + 1) * each);
  const measured: { readonly argon2Ms: number; readonly callMs: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const argon2Ms = await alone(COMPUTATIONS[operation]);
    const { p50Ms: callMs } = await load.run({
      urls: [server.url],
      dialect: contender.dialect,
      operation,
      clients: 1,
      milliseconds: ROUND_MS,
      calls: calls.slice(round * each, (round + 1) * each),
      isRepeatable: false,
    });
    measured.push({ argon2Ms, callMs });
  }
  const counted = measured.slice(1);
  return {
    argon2Ms: median(counted.map(({ argon2Ms }) => argon2Ms)),
    callMs: median(counted.map(({ callMs }) => callMs)),
    ratio: median(counted.map(({ argon2Ms, callMs }) => callMs / argon2Ms)),
  };
}

/** The median, over as long as a round of calls. */
async function alone(compute: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const since = performance.now();
  while (performance.now() - since < ROUND_MS / 2) {
    const began = performance.now();
    await compute();
    times.push(performance.now() - began);
  }
  return median(times);
}
