import { type Contender, REPEATABLE } from './contenders/contender.js';
import { type Call, type LoadResult, type Operation } from './load/call.js';
import type { Load } from './load/load.js';
import type { OperationPlan } from './plan.js';
import type { BenchPostgres } from './postgres.js';
import type { ServerProcess } from './processes.js';
import { median } from './statistics.js';

/** A contender with its servers running. */
export interface Runner {
  /** What it is called in the results: a contender may run twice, on another database. */
  readonly label: string;
  readonly contender: Contender;
  readonly servers: readonly ServerProcess[];
}

/** What all contenders share. */
export interface Stage {
  readonly postgres: BenchPostgres;
  readonly load: Load;
}

/** What one contender did, in the medians of its rounds. */
export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of one answer: steadier than throughput when the machine has other work. `NaN` without /proc. */
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number;
  /** One throughput for each round, for ratios within a round. */
  readonly rounds: readonly number[];
}

interface Round extends LoadResult {
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number;
}

/**
 * Runs an operation on all of them, round after round: A B C A B C. What disturbs the machine for some
 * seconds disturbs them all.
 */
export async function measure(
  { load, postgres }: Stage,
  operation: Operation,
  {
    runners,
    plan,
  }: { readonly runners: readonly Runner[]; readonly plan: Omit<OperationPlan, 'contenders'> },
): Promise<Readonly<Record<string, Measured>>> {
  const { clients, rounds, warmUpMs, roundMs, mostPerSecond } = plan;
  const once = new Set<string>(plan.once);
  const isRepeatable = REPEATABLE.has(operation);
  const usersFor = ({ mostPerSecond: its = mostPerSecond }: Contender, milliseconds: number): number =>
    isRepeatable ? mostPerSecond : Math.ceil((Math.min(mostPerSecond, its) * milliseconds) / 1000) + clients;
  const results = new Map<string, Round[]>();

  const run = async (
    { contender, servers }: Runner,
    calls: readonly Call[],
    milliseconds: number,
  ): Promise<Round> => {
    const cpuOfServers = (): number => servers.reduce((sum, server) => sum + server.cpuMs(), 0);
    const before = { server: cpuOfServers(), database: postgres.cpuMs() };
    const result = await load.run({
      urls: servers.map(({ url }) => url),
      dialect: contender.dialect,
      operation,
      clients,
      milliseconds,
      calls,
      isRepeatable,
    });
    return {
      ...result,
      serverCpuMs: (cpuOfServers() - before.server) / result.answered,
      databaseCpuMs: (postgres.cpuMs() - before.database) / result.answered,
    };
  };

  const prepared = new Map<string, readonly Call[]>();
  for (const { label, contender } of runners) {
    const forRounds = isRepeatable ? 0 : rounds * usersFor(contender, roundMs);
    const count = usersFor(contender, warmUpMs) + forRounds;
    prepared.set(label, await contender.prepare(operation, count));
  }
  const callsOf = (
    { label, contender }: Runner,
    { from, milliseconds }: { readonly from: number; readonly milliseconds: number },
  ): readonly Call[] => {
    const calls = prepared.get(label) ?? [];
    return isRepeatable ? calls : calls.slice(from, from + usersFor(contender, milliseconds));
  };

  for (const runner of runners.filter(({ label }) => warmUpMs > 0 && !once.has(label))) {
    await run(runner, callsOf(runner, { from: 0, milliseconds: warmUpMs }), warmUpMs);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const runner of runners.filter(({ label }) => round === 0 || !once.has(label))) {
      const from = usersFor(runner.contender, warmUpMs) + round * usersFor(runner.contender, roundMs);
      const result = await run(runner, callsOf(runner, { from, milliseconds: roundMs }), roundMs);
      results.set(runner.label, [...(results.get(runner.label) ?? []), result]);
    }
  }
  return Object.fromEntries(
    [...results].map(([label, all]) => [
      label,
      {
        perSecond: median(all.map(({ perSecond }) => perSecond)),
        p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
        p99Ms: median(all.map(({ p99Ms }) => p99Ms)),
        serverCpuMs: median(all.map(({ serverCpuMs }) => serverCpuMs)),
        databaseCpuMs: median(all.map(({ databaseCpuMs }) => databaseCpuMs)),
        rounds: all.map(({ perSecond }) => perSecond),
      },
    ]),
  );
}

/** How many times as fast: the median of the ratios within each round, so that a slow minute weighs on both. */
export function ratio(above: Measured | undefined, below: Measured | undefined): number {
  const rounds = Math.min(above?.rounds.length ?? 0, below?.rounds.length ?? 0);
  const ratios = (above?.rounds ?? [])
    .slice(0, rounds)
    .map((value, round) => value / (below?.rounds[round] ?? Number.NaN));
  return median(ratios);
}
