import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from './contenders/contender.js';
import type { ArrivalResult, RudeResult } from './load/call.js';
import { type Load, startLoad } from './load/load.js';
import type { ServerProcess } from './processes.js';
import { median, quantile, threeFigures } from './statistics.js';
import { withOurs } from './with-ours.js';

/** One run, on a server and a database of its own. */
export interface Overload {
  /** Verifications a second at 16 clients, just before. */
  readonly capacity: number;
  readonly arrivalsPerSecond: number;
  readonly seconds: number;
  readonly answers: ArrivalResult['answers'];
  /** `GET /health/live`, asked ten times a second meanwhile. */
  readonly health: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** `lowest` of each half: what each full collection leaves, so that a heap that grows shows. */
  readonly residentMiB: {
    readonly before: number;
    readonly lowest: readonly [number, number];
    readonly most: number;
    readonly after: number;
  };
  /** Sign-ins that are in the database, over those that were answered with 200. */
  readonly committedPerAnswered: number;
  /** From the last arrival to an answer as quick as before. */
  readonly recoveryMs: number;
  readonly besideRudeCallers: BesideRudeCallers;
}

/** Honest callers alone, and beside some that hang up and some that never finish: medians of their answers. */
export interface BesideRudeCallers {
  readonly quietMs: number;
  readonly besideMs: number;
  readonly ratio: number;
  readonly rude: RudeResult;
  /** Of the honest ones, beside the others. */
  readonly answers: ArrivalResult['answers'];
}

export interface OverloadOptions {
  readonly runs: number;
  readonly seconds: number;
  readonly tell: (line: string) => void;
}

const TIMES_CAPACITY = 5;
const CAPACITY_MS = 8000;
const PROBE_EVERY_MS = 100;
/** What a load balancer's connections to one process may well be. */
const UNDER_WAY_AT_MOST = 1000;
const RECOVERY_PATIENCE_MS = 60_000;
/** Of the capacity, each: what hangs up is work for the server too. */
const HONEST_SHARE = 0.25;
const HANG_UP_SHARE = 0.25;
const SLOW_CALLERS = 200;
const HONEST_UNDER_WAY = 100;
const RUDE_SECONDS_AT_MOST = 15;

/** Each run anew: what one leaves behind does not weigh on the next. */
export async function measureOverload({ runs, ...options }: OverloadOptions): Promise<readonly Overload[]> {
  const results: Overload[] = [];
  for (let run = 1; run <= runs; run += 1) {
    options.tell(`run ${run} of ${runs}`);
    results.push(await measureRun(options));
  }
  return results;
}

/** Five times as many sign-ins as ours can carry, for half a minute. */
function measureRun({ seconds, tell }: Omit<OverloadOptions, 'runs'>): Promise<Overload> {
  return withOurs({}, async ({ contender, server, load }) => {
    const warm = await contender.prepare('verify', 15_000);
    const job = { urls: [server.url], dialect: 'ours', operation: 'verify', clients: 16 } as const;
    const [first, second] = [warm.slice(0, warm.length / 2), warm.slice(warm.length / 2)];
    await load.run({ ...job, milliseconds: CAPACITY_MS, calls: first, isRepeatable: false });
    const { perSecond: capacity, p50Ms: usualMs } = await load.run({
      ...job,
      milliseconds: CAPACITY_MS,
      calls: second,
      isRepeatable: false,
    });
    const arrivalsPerSecond = Math.round(capacity * TIMES_CAPACITY);
    tell(`capacity ${capacity.toFixed(0)}/s; ${arrivalsPerSecond} arrive each second for ${seconds} s`);
    const calls = await contender.prepare('verify', arrivalsPerSecond * seconds);
    const [status] = await contender.prepare('status', 1);
    const signIns = async (): Promise<number> => {
      const [row] = await contender.database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM two_factor_events WHERE type = 'challenge_answered' AND outcome = 'success'`,
      );
      return row?.count ?? 0;
    };
    const signInsBefore = await signIns();

    const before = server.residentMiB();
    const probe = startProbe(server);
    const { answers } = await load.runArrivals({
      url: server.url,
      perSecond: arrivalsPerSecond,
      milliseconds: seconds * 1000,
      arrivals: calls.map((call) => ({ operation: 'verify', call })),
      underWayAtMost: UNDER_WAY_AT_MOST,
    });
    const recoveryMs = await recovery(server, { status, usualMs });
    const { latencies, residentMiB } = await probe.stop();
    const after = server.residentMiB();
    const signInsAfter = await signIns();
    const besideRudeCallers = await measureBesideRudeCallers(contender, { server, load, capacity, seconds });
    tell(
      `refused in ${(answers['503']?.p99Ms ?? Number.NaN).toFixed(0)} ms (p99); ` +
        `honest callers beside rude ones: ${besideRudeCallers.ratio.toFixed(2)} ×`,
    );
    const half = Math.floor(residentMiB.length / 2);
    return {
      capacity: threeFigures(capacity),
      arrivalsPerSecond,
      seconds,
      answers,
      health: {
        p50Ms: median(latencies),
        p99Ms: quantile(latencies, 0.99),
        maxMs: quantile(latencies, 1),
      },
      residentMiB: {
        before,
        lowest: [Math.min(...residentMiB.slice(0, half)), Math.min(...residentMiB.slice(half))],
        most: Math.max(...residentMiB),
        after,
      },
      committedPerAnswered: (signInsAfter - signInsBefore) / (answers['200']?.count ?? Number.NaN),
      recoveryMs,
      besideRudeCallers,
    };
  });
}

async function measureBesideRudeCallers(
  contender: Contender,
  {
    server,
    load,
    capacity,
    seconds: most,
  }: {
    readonly server: ServerProcess;
    readonly load: Load;
    readonly capacity: number;
    readonly seconds: number;
  },
): Promise<BesideRudeCallers> {
  const seconds = Math.min(most, RUDE_SECONDS_AT_MOST);
  const honestPerSecond = Math.ceil(capacity * HONEST_SHARE);
  const hangUpsPerSecond = Math.ceil(capacity * HANG_UP_SHARE);
  const honestCalls = await contender.prepare('verify', 2 * honestPerSecond * seconds);
  const honest = (from: number): Promise<ArrivalResult> =>
    load.runArrivals({
      url: server.url,
      perSecond: honestPerSecond,
      milliseconds: seconds * 1000,
      arrivals: honestCalls
        .slice(from, from + honestPerSecond * seconds)
        .map((call) => ({ operation: 'verify', call })),
      underWayAtMost: HONEST_UNDER_WAY,
    });
  const hangUps = await contender.prepare('verify', hangUpsPerSecond * seconds);
  const slowOnes = await contender.prepare('verify', SLOW_CALLERS);
  const quiet = await honest(0);
  const rudeLoad = startLoad();
  try {
    const rude = rudeLoad.beRude({
      url: server.url,
      milliseconds: seconds * 1000,
      hangUps: { perSecond: hangUpsPerSecond, calls: hangUps },
      slowOnes,
    });
    const [{ answers }, made] = await Promise.all([honest(honestPerSecond * seconds), rude]);
    const quietMs = quiet.answers['200']?.p50Ms ?? Number.NaN;
    const besideMs = answers['200']?.p50Ms ?? Number.NaN;
    return { quietMs, besideMs, ratio: threeFigures(besideMs / quietMs), rude: made, answers };
  } finally {
    rudeLoad.stop();
  }
}

interface Probe {
  stop(): Promise<{ readonly latencies: readonly number[]; readonly residentMiB: readonly number[] }>;
}

/** Asks for the health of the process as a supervisor does, from this process, which has nothing else to do. */
function startProbe(server: ServerProcess): Probe {
  const latencies: number[] = [];
  const residentMiB: number[] = [];
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const began = performance.now();
      const answer = await fetch(`${server.url}/health/live`).catch(() => undefined);
      await answer?.arrayBuffer();
      latencies.push(answer?.status === 200 ? performance.now() - began : Number.POSITIVE_INFINITY);
      residentMiB.push(server.residentMiB());
      await delay(PROBE_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await done;
      return { latencies, residentMiB };
    },
  };
}

async function recovery(
  server: ServerProcess,
  {
    status,
    usualMs,
  }: { readonly status: { path: string; headers?: object } | undefined; readonly usualMs: number },
): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < RECOVERY_PATIENCE_MS) {
    const sent = performance.now();
    const answer = await fetch(`${server.url}${status?.path ?? ''}`, { headers: { ...status?.headers } });
    await answer.arrayBuffer();
    if (answer.status === 200 && performance.now() - sent < usualMs) {
      return performance.now() - began;
    }
  }
  return Number.POSITIVE_INFINITY;
}
