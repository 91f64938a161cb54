import type { Comparison } from '../compare.js';
import { type Measured, ratio } from '../measure.js';
import { type Compared, OPERATIONS } from '../load/call.js';
import type { Results } from './results.js';

const CONTENDERS = ['ours', 'better-auth', 'tutorial', 'floor'] as const;

const TITLES: Readonly<Record<Compared, string>> = {
  verify: 'verify, one-time code',
  passkey: 'verify, passkey',
  backup: 'verify, backup code',
  setup: 'setup',
  enable: 'enable (4 clients)',
  status: 'status',
  refresh: 'refresh',
};

const FULL_ONLY = 'in full runs only';
const ABSENT: Readonly<Record<string, string>> = {
  'better-auth refresh': 'no such call',
  'better-auth passkey': 'no such call',
  'tutorial passkey': 'no such call',
};

const WITHOUT = 'what the floor does without: Nest, the log, validation, more guards and columns';

interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: number | null;
  readonly isMet: (value: number) => boolean;
  /** What holds it back when it is missed. */
  readonly because?: string;
}

function goalsOf(
  { ratios }: Results,
  { operations, argon2, signIn, residentMiB, readyMs, flush, bulk }: Comparison,
): readonly Goal[] {
  const floorOfBetterAuth = ratio(operations.verify['floor'], operations.verify['better-auth']);
  const atLeast = (limit: number) => (value: number) => value >= limit;
  const atMost = (limit: number) => (value: number) => value <= limit;
  // Two commits that each wait for a slow disk are no fault of the software.
  const signInAtMost = flush.laterMs === 0 ? 1.15 : 1.4;
  return [
    {
      what: 'verify, of better-auth',
      goal: '≥ 7 ×',
      measured: ratios.verify_vs_better_auth,
      isMet: atLeast(7),
      because: `the floor itself reaches ${figures(floorOfBetterAuth)} ×`,
    },
    {
      what: 'verify, of the floor',
      goal: '≥ 0.65 ×',
      measured: ratios.verify_vs_floor,
      isMet: atLeast(0.65),
      because: WITHOUT,
    },
    {
      what: 'verify, of the floor as it was, which charged in a commit of its own',
      goal: '≥ 0.7 ×',
      measured: ratios.verify_vs_old_floor,
      isMet: atLeast(0.7),
      because: WITHOUT,
    },
    {
      what: 'verify by passkey, of bare SimpleWebAuthn with as many trips to the database',
      goal: '≥ 0.7 ×',
      measured: ratios.passkey_vs_simplewebauthn,
      isMet: atLeast(0.7),
      because: WITHOUT,
    },
    {
      what: "setup, of better-auth's enable",
      goal: '≥ 10 ×',
      measured: ratios.setup_vs_better_auth,
      isMet: atLeast(10),
    },
    {
      what: "a whole sign-in at one client, of its password's Argon2id",
      goal: `≤ ${signInAtMost} ×`,
      measured: argon2.signIn.ratio,
      isMet: atMost(signInAtMost),
      because: `${figures(argon2.signIn.callMs - argon2.signIn.argon2Ms)} ms go to its two calls, ${figures(signIn.statements)} statements and ${figures(signIn.commits)} commits`,
    },
    {
      what: 'statements of a whole sign-in',
      goal: '≤ 4',
      measured: signIn.statements,
      isMet: atMost(4),
      because: 'docs/scale.md names each',
    },
    {
      what: 'commits of a whole sign-in',
      goal: '≤ 2',
      measured: signIn.commits,
      isMet: atMost(2),
      because:
        'two of them charge the password before it is checked, and take that back: in an unlogged table, so they wait for no disk',
    },
    {
      what: 'backup code at one client, of one Argon2id computation',
      goal: '≤ 1.3 ×',
      measured: argon2.backup.ratio,
      isMet: atMost(1.3),
    },
    {
      what: 'enable at one client, of its ten Argon2id computations on the same cores',
      goal: '≤ 1.1 ×',
      measured: argon2.enable.ratio,
      isMet: atMost(1.1),
      because: 'the rest are 24 statements, one after the other, of which 20 are one transaction under locks',
    },
    {
      what: 'verify with 1,000,000 users, of that with 1,000',
      goal: '≥ 0.9 ×',
      measured: ratios.verify_1m_vs_1k,
      isMet: atLeast(0.9),
      because:
        'after a checkpoint PostgreSQL logs each page whole once: 31 KiB of log for a verify instead of 4, spread over more pages',
    },
    {
      what: `importer, rows a second of ${count(bulk.rows)}`,
      goal: '≥ 10,000',
      measured: bulk.importedPerSecond,
      isMet: atLeast(10_000),
      because: 'each row is sealed, tagged and written with its account and its event',
    },
    {
      what: `keys:rotate, rows a second of ${count(bulk.rows)}`,
      goal: '≥ 10,000',
      measured: bulk.resealedPerSecond,
      isMet: atLeast(10_000),
      because: 'each row is opened, sealed and written, its indexes too',
    },
    {
      what: 'two processes, of one (each held to a quarter of a core)',
      goal: '≥ 1.6 ×',
      measured: ratios.two_processes_vs_one,
      isMet: atLeast(1.6),
    },
    {
      what: 'resident memory after the load, without WebAuthn',
      goal: '≤ 160 MiB',
      measured: residentMiB['ours'] ?? null,
      isMet: atMost(160),
      because:
        "V8's heap between two full collections, and what its threads' allocator keeps for the next Argon2id",
    },
    {
      what: 'ready, against a running database',
      goal: '≤ 600 ms',
      measured: readyMs,
      isMet: atMost(600),
      because: 'compiling and running the modules of Nest and TypeORM, which takes half of it by the profile',
    },
  ];
}

/** The results for people, in Markdown. */
export function tableOf(results: Results, comparison: Comparison): string {
  const { operations, proofs, residentMiB } = comparison;
  const { machine } = results;
  const row = (title: string, cell: (contender: string) => string): string =>
    `| ${[title, ...CONTENDERS.map(cell)].join(' | ')} |`;
  const lines = [
    row('requests a second (median latency)', (name) => name),
    row('---', () => '--:'),
    ...OPERATIONS.map((operation) =>
      row(TITLES[operation], (name) => {
        const measured = operations[operation][name];
        return measured === undefined
          ? (ABSENT[`${name} ${operation}`] ?? FULL_ONLY)
          : `${count(measured.perSecond)} (${figures(measured.p50Ms)} ms)`;
      }),
    ),
    row('CPU time of a verify: server + database', (name) => cpuOf(operations.verify[name])),
    row('resident memory after the load', (name) => memoryOf(residentMiB[name])),
    row('the same code a second time', (name) => proofs[name]?.sameCodeAgain ?? FULL_ONLY),
    '',
    '| goal | | measured | |',
    '| --- | --- | --: | --- |',
    ...goalsOf(results, comparison).map(
      ({ measured, ...goal }) =>
        `| ${goal.what} | ${goal.goal} | ${measured === null ? FULL_ONLY : figures(measured)} | ${verdict(measured, goal)} |`,
    ),
  ];
  return `${lines.join('\n')}\n\n${NOTES}\n\nMeasured ${machine['date']} in ${machine['seconds']} s (${machine['mode']}) on ${machine['cores']} cores of ${machine['cpu']}, Node ${machine['node']}, PostgreSQL ${machine['postgres']} with \`fsync\` on, where a commit took ${machine['commitMs']} ms${laterFlushes(results)}, 16 clients; server, database and load share the cores.\n`;
}

function laterFlushes({ machine: { flushLaterMs } }: Results): string {
  return flushLaterMs === 0 ? '' : ` (each flush ${flushLaterMs} ms later than the disk)`;
}

/** Where those that are compared do not do the same work. */
const NOTES = `Every answer is checked, status and content; one wrong one voids the run. The work differs:
- **better-auth** 1.7.25 seals its backup codes and compares them as text, where ours spends one Argon2id computation on each attempt: faster, and whoever has the key has the codes. Its setup asks for the password (scrypt), draws no QR code and hashes nothing. It does not remember which code was used. Its status is the session call; a session renews itself, so there is no refresh.
- **tutorial** keeps the secret in plain text, counts no attempts, remembers no used code, writes no events, and its tokens cannot be ended. It hashes ten codes by bcrypt at setup already, and compares them one after another: the code asked for is its last one.
- **floor** is Fastify and pg on the tables of ours, with the memory allocator set as npm start sets it, one prepared statement that reads and one that settles, the same sealing, hashing and QR code. Its passkeys are bare SimpleWebAuthn between the same two. It has no request log, no validation, no error contract, no request ids, and keeps no keys but one.`;

function verdict(measured: number | null, { isMet, because }: Pick<Goal, 'isMet' | 'because'>): string {
  if (measured === null) {
    return '';
  }
  const reason = because === undefined ? '' : `: ${because}`;
  return isMet(measured) ? 'met' : `**missed**${reason}`;
}

function cpuOf(measured: Measured | undefined): string {
  return measured === undefined
    ? FULL_ONLY
    : `${figures(measured.serverCpuMs)} + ${figures(measured.databaseCpuMs)} ms`;
}

function memoryOf(residentMiB: number | undefined): string {
  return residentMiB === undefined ? FULL_ONLY : `${figures(residentMiB)} MiB`;
}

function count(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : figures(value);
}

function figures(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
