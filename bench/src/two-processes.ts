import type { Contender } from './contenders/contender.js';
import { type Measured, type Stage, measure, ratio } from './measure.js';
import type { Plan } from './plan.js';
import type { ServerProcess } from './processes.js';

const ON_MS = 10;
const PERIOD_MS = 40;
const CLIENTS = 16;
const MOST_PER_SECOND = 1200;

export interface TwoProcesses {
  /** Each process has a quarter of a core, so that database and load are not in its way. */
  readonly isolated: number;
  /** All on the cores there are, where the second process takes them from the database and the load. */
  readonly shared: number | undefined;
  readonly perSecond: Readonly<Record<string, Measured>>;
}

/**
 * One process against two, on the same database with the same 16 clients.
 *
 * On a machine whose cores are full with one process, its database and the load, a second one gains nothing
 * whatever the software does. So each process is held to a quarter of a core, by stopping and continuing it
 * as `cpulimit` does, and the two take turns: then what limits is the process, and its doubling shows.
 */
export async function measureTwoProcesses(
  stage: Stage,
  contender: Contender,
  { servers, plan }: { readonly servers: readonly ServerProcess[]; readonly plan: Plan['twoProcesses'] },
): Promise<TwoProcesses> {
  const runners = [
    { label: 'one', contender, servers: servers.slice(0, 1) },
    { label: 'two', contender, servers },
  ];
  const operation = { clients: CLIENTS, warmUpMs: 0, roundMs: plan.roundMs, rounds: plan.rounds };
  await warmUp(stage, contender, {
    urls: servers.slice(1).map(({ url }) => url),
    milliseconds: plan.warmUpMs,
  });
  const shared = plan.isShared
    ? await measure(stage, 'verify', { runners, plan: { ...operation, mostPerSecond: MOST_PER_SECOND } })
    : {};
  const release = throttle(servers);
  try {
    const isolated = await measure(stage, 'verify', { runners, plan: { ...operation, mostPerSecond: 500 } });
    return {
      isolated: ratio(isolated['two'], isolated['one']),
      shared: plan.isShared ? ratio(shared['two'], shared['one']) : undefined,
      perSecond: { ...prefixed('shared', shared), ...prefixed('isolated', isolated) },
    };
  } finally {
    release();
  }
}

/** Lets V8 compile what the first process has compiled long ago. */
async function warmUp(
  { load }: Stage,
  contender: Contender,
  { urls, milliseconds }: { readonly urls: readonly string[]; readonly milliseconds: number },
): Promise<void> {
  const calls = await contender.prepare('verify', (MOST_PER_SECOND * milliseconds) / 1000 + CLIENTS);
  const { dialect } = contender;
  await load.run({
    urls,
    dialect,
    operation: 'verify',
    clients: CLIENTS,
    milliseconds,
    calls,
    isRepeatable: false,
  });
}

function prefixed(prefix: string, measured: Readonly<Record<string, Measured>>): Record<string, Measured> {
  return Object.fromEntries(Object.entries(measured).map(([label, value]) => [`${prefix}_${label}`, value]));
}

/** Lets each server run for a part of the time, one after another. */
function throttle(servers: readonly ServerProcess[]): () => void {
  let isReleased = false;
  const began = performance.now();
  const timers = servers.map((server, index) => {
    server.signal('SIGSTOP');
    const phase = (PERIOD_MS / servers.length) * index;
    const turn = (): void => {
      if (isReleased) {
        return;
      }
      server.signal('SIGCONT');
      setTimeout(() => !isReleased && server.signal('SIGSTOP'), ON_MS);
      // By the clock, so that a late timer does not shift the turns against each other.
      const elapsed = performance.now() - began - phase;
      setTimeout(turn, PERIOD_MS - (((elapsed % PERIOD_MS) + PERIOD_MS) % PERIOD_MS));
    };
    return setTimeout(turn, phase);
  });
  return () => {
    isReleased = true;
    for (const timer of timers) {
      clearTimeout(timer);
    }
    for (const server of servers) {
      server.signal('SIGCONT');
    }
  };
}
