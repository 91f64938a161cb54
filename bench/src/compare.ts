import { type Argon2Bounds, measureArgon2Bounds } from './argon2.js';
import { type Bulk, measureBulk } from './bulk.js';
import { betterAuth } from './contenders/better-auth.js';
import type { Contender, ContenderName, StartOptions } from './contenders/contender.js';
import { floor } from './contenders/floor.js';
import { ours } from './contenders/ours.js';
import { WEBAUTHN_VARIABLES } from './contenders/passkeys.js';
import { tutorial } from './contenders/tutorial.js';
import { type Growth, measureGrowth } from './growth.js';
import { type Compared, OPERATIONS } from './load/call.js';
import { startLoad } from './load/load.js';
import { type Measured, type Runner, measure } from './measure.js';
import type { Plan } from './plan.js';
import { type BenchPostgres, startPostgres } from './postgres.js';
import type { ServerProcess } from './processes.js';
import { type Proof, prove } from './proof.js';
import { type StatementCount, countStatements } from './statements.js';
import { median } from './statistics.js';
import { type TwoProcesses, measureTwoProcesses } from './two-processes.js';

const MAKERS: Readonly<Record<ContenderName, (postgres: BenchPostgres) => Promise<Contender>>> = {
  ours: (postgres) => ours(postgres),
  'better-auth': betterAuth,
  tutorial,
  floor: (postgres) => floor(postgres),
  'old floor': (postgres) => floor(postgres, { chargesFirst: true }),
};

/** Everything one run has measured. */
export interface Comparison {
  readonly postgresVersion: string;
  /** How much later each flush of PostgreSQL's log was, and how long a commit of nothing took. */
  readonly flush: { readonly laterMs: number; readonly commitMs: number };
  readonly proofs: Readonly<Record<string, Proof>>;
  readonly operations: Readonly<Record<Compared, Readonly<Record<string, Measured>>>>;
  readonly argon2: Argon2Bounds;
  /** Of a whole sign-in of ours. */
  readonly signIn: StatementCount;
  readonly twoProcesses: TwoProcesses;
  readonly growth: Growth | undefined;
  readonly bulk: Bulk;
  /** From the start of the process of ours to its first right answer, against a running database. */
  readonly readyMs: number;
  readonly residentMiB: Readonly<Record<string, number>>;
}

/**
 * Measures all contenders on one PostgreSQL.
 *
 * @param flushMs how much later each flush of its log is
 * @param tell takes a line for each step that is done
 */
export async function compare(
  plan: Plan,
  { flushMs, tell }: { readonly flushMs: number | undefined; readonly tell: (line: string) => void },
): Promise<Comparison> {
  const postgres = await startPostgres({ flushMs });
  const load = startLoad();
  const stage = { postgres, load };
  const running: ServerProcess[] = [];
  const contenders: Contender[] = [];
  try {
    const competing = new Set(Object.values(plan.operations).flatMap((each) => each.contenders));
    contenders.push(...(await Promise.all(Array.from(competing, (name) => MAKERS[name](postgres)))));
    const startAll = (those: readonly Contender[], options: StartOptions = {}): Promise<readonly Runner[]> =>
      Promise.all(
        those.map(async (contender) => {
          const server = await contender.start(options);
          running.push(server);
          return { label: contender.name, contender, servers: [server] };
        }),
      );
    const runners = await startAll(contenders);
    const flush = { laterMs: flushMs ?? 0, commitMs: await postgres.commitMs() };
    tell(`All contenders are running; a commit takes ${flush.commitMs.toFixed(2)} ms`);

    const proofs: Record<string, Proof> = {};
    for (const { label, contender, servers } of runners) {
      proofs[label] = await prove(contender, servers[0]?.url ?? '');
    }

    const measured = new Map<Compared, Readonly<Record<string, Measured>>>();
    const measureOne = async (operation: Compared, those: readonly Runner[]): Promise<void> => {
      const operationPlan = plan.operations[operation];
      const among = new Set<string>(operationPlan.contenders);
      const result = await measure(stage, operation, {
        runners: those.filter(({ label }) => among.has(label)),
        plan: operationPlan,
      });
      measured.set(operation, result);
      tell(`${operation}: ${Object.entries(result).map(summary).join(', ')}`);
    };
    for (const operation of OPERATIONS.filter((each) => each !== 'passkey')) {
      await measureOne(operation, runners);
    }
    const residentMiB = Object.fromEntries(
      runners.map(({ label, servers }) => [label, servers[0]?.residentMiB() ?? Number.NaN]),
    );

    const [own] = runners;
    const [ownServer] = own?.servers ?? [];
    if (own === undefined || ownServer === undefined) {
      throw new Error('Ours is not running');
    }
    const argon2 = await measureArgon2Bounds(load, own.contender, {
      server: ownServer,
      rounds: plan.argon2Rounds,
    });
    for (const [call, { ratio, callMs }] of Object.entries(argon2)) {
      tell(`${call} at one client: ${callMs.toFixed(1)} ms, ${ratio.toFixed(2)} × its Argon2id`);
    }
    const signIn = await countStatements(load, own.contender);
    tell(`a sign-in: ${signIn.statements} statements, ${signIn.commits} commits`);

    const readyMs = await medianStart(own.contender, plan.starts);
    tell(`ready in ${readyMs.toFixed(0)} ms against a running database`);

    const second = await own.contender.start();
    running.push(second);
    const twoProcesses = await measureTwoProcesses(stage, own.contender, {
      servers: [ownServer, second],
      plan: plan.twoProcesses,
    });
    tell(`two processes: ${twoProcesses.isolated.toFixed(2)} × one`);
    const stopAll = async (): Promise<void> => {
      await Promise.all(running.splice(0).map((server) => server.stop()));
    };
    await stopAll();

    // In servers of their own: SimpleWebAuthn costs memory and time to start.
    const knowPasskeys = new Set<string>(plan.operations.passkey.contenders);
    const passkeyServers = await startAll(
      contenders.filter(({ name }) => knowPasskeys.has(name)),
      { variables: WEBAUTHN_VARIABLES },
    );
    await measureOne('passkey', passkeyServers);
    await stopAll();

    const bulk = await measureBulk(postgres, plan.bulkRows);
    tell(`${bulk.rows} rows: imported ${bulk.importedPerSecond}/s, sealed again ${bulk.resealedPerSecond}/s`);

    const growth = plan.growth && (await measureGrowth({ ...stage, tell }, plan.growth));
    return {
      postgresVersion: postgres.version,
      flush,
      proofs,
      operations: recordOf(measured),
      argon2,
      signIn,
      twoProcesses,
      growth,
      bulk,
      readyMs,
      residentMiB,
    };
  } finally {
    load.stop();
    await Promise.all(running.map((server) => server.stop()));
    await Promise.all(contenders.map((contender) => contender.close()));
    await postgres.stop();
  }
}

async function medianStart(contender: Contender, starts: number): Promise<number> {
  const times: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const server = await contender.start();
    times.push(server.readyMs);
    await server.stop();
  }
  return median(times);
}

function summary([label, { perSecond, p50Ms }]: [string, Measured]): string {
  return `${label} ${perSecond.toFixed(0)}/s (${p50Ms.toFixed(1)} ms)`;
}

function recordOf(
  measured: ReadonlyMap<Compared, Readonly<Record<string, Measured>>>,
): Comparison['operations'] {
  const of = (operation: Compared): Readonly<Record<string, Measured>> => measured.get(operation) ?? {};
  return {
    verify: of('verify'),
    passkey: of('passkey'),
    backup: of('backup'),
    setup: of('setup'),
    enable: of('enable'),
    status: of('status'),
    refresh: of('refresh'),
  };
}
