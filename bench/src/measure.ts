import { type Contender, REPEATABLE } from './contenders/contender.js';
import { type Call, type LoadResult, type Operation } from './load/call.js';
import type { Load } from './load/load.js';
import type { OperationPlan } from './plan.js';
import type { ServerProcess } from './processes.js';
import { median } from './statistics.js';

/** A contender with its servers running. */
export interface Runner {
  /** What it is called in the results: a contender may run twice, on another database. */
  readonly label: string;
  readonly contender: Contender;
  readonly servers: readonly ServerProcess[];
}

/** What one contender did, in the medians of its rounds. */
export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** One throughput for each round, for ratios within a round. */
  readonly rounds: readonly number[];
}

/**
 * Runs an operation on all of them, round after round: A B C A B C. What disturbs the machine for some
 * seconds disturbs them all.
 */
export async function measure(
  load: Load,
  operation: Operation,
  {
    runners,
    plan,
  }: { readonly runners: readonly Runner[]; readonly plan: Omit<OperationPlan, 'contenders'> },
): Promise<Readonly<Record<string, Measured>>> {
  const { clients, rounds, warmUpMs, roundMs, mostPerSecond } = plan;
  const isRepeatable = REPEATABLE.has(operation);
  const usersFor = (milliseconds: number): number =>
    isRepeatable ? mostPerSecond : Math.ceil((mostPerSecond * milliseconds) / 1000) + clients;
  const results = new Map<string, LoadResult[]>();

  const run = ({ contender, servers }: Runner, calls: readonly Call[], milliseconds: number) =>
    load.run({
      urls: servers.map(({ url }) => url),
      dialect: contender.dialect,
      operation,
      clients,
      milliseconds,
      calls,
      isRepeatable,
    });

  const prepared = new Map<string, readonly Call[]>();
  for (const { label, contender } of runners) {
    const count = usersFor(warmUpMs) + (isRepeatable ? 0 : rounds * usersFor(roundMs));
    prepared.set(label, await contender.prepare(operation, count));
  }
  const callsOf = (label: string, from: number, milliseconds: number): readonly Call[] => {
    const calls = prepared.get(label) ?? [];
    return isRepeatable ? calls : calls.slice(from, from + usersFor(milliseconds));
  };

  for (const runner of runners) {
    await run(runner, callsOf(runner.label, 0, warmUpMs), warmUpMs);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const runner of runners) {
      const from = usersFor(warmUpMs) + round * usersFor(roundMs);
      const result = await run(runner, callsOf(runner.label, from, roundMs), roundMs);
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
        rounds: all.map(({ perSecond }) => perSecond),
      },
    ]),
  );
}

/** How many times as fast: the median of the ratios within each round, so that a slow minute weighs on both. */
export function ratio(above: Measured | undefined, below: Measured | undefined): number {
  const ratios = (above?.rounds ?? []).map((value, round) => value / (below?.rounds[round] ?? Number.NaN));
  return median(ratios);
}
