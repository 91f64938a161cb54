import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from './load/call.js';
import { ROOT } from './processes.js';
import { withOurs } from './with-ours.js';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

type Node = CpuProfile['nodes'][number];

const PROFILED: readonly Operation[] = ['verify', 'setup'];
const WARM_UP_MS = 10_000;
const ROUND_MS = 10_000;
const MOST_PER_SECOND = 900;
const FUNCTIONS_SHOWN = 25;

/** Profiles ours under verify and setup, and says by package and by function where its time goes. */
export async function profile(tell: (line: string) => void): Promise<void> {
  // One file for each module, so that the profile says which package a function is of.
  execFileSync('npm', ['run', '--silent', 'build:packages'], { cwd: ROOT, stdio: 'inherit' });
  execFileSync('npx', ['nest', 'build'], { cwd: ROOT, stdio: 'inherit' });
  for (const operation of PROFILED) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-profile-'));
    const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const perSecond = await withOurs({ program: 'dist/main.js', nodeArgs }, async (stage) => {
      const { contender, server, load } = stage;
      const calls = await contender.prepare(operation, (MOST_PER_SECOND * (WARM_UP_MS + ROUND_MS)) / 1000);
      const result = await load.run({
        urls: [server.url],
        dialect: contender.dialect,
        operation,
        clients: 16,
        milliseconds: WARM_UP_MS + ROUND_MS,
        calls,
        isRepeatable: false,
      });
      return result.perSecond;
    });
    const [file = ''] = await readdir(folder);
    const measured: CpuProfile = JSON.parse(await readFile(join(folder, file), 'utf8'));
    await rm(folder, { recursive: true, force: true });
    tell(`${operation}: ${perSecond.toFixed(0)}/s under the profiler`);
    process.stdout.write(`\n${summaryOf(measured, operation)}\n`);
  }
}

/** Self time of the last part of a profile: the start and the warm-up are left out. */
function summaryOf({ nodes, samples, timeDeltas }: CpuProfile, title: string): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const from = total - ROUND_MS * 1000;
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let elapsed = 0;
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    elapsed += delta;
    const node = byId.get(id);
    if (elapsed < from || node === undefined || node.callFrame.functionName === '(idle)') {
      continue;
    }
    busy += delta;
    const owner = ownerOf(node, byId, parents);
    add(packages, owner, delta);
    add(functions, `${owner}: ${node.callFrame.functionName || '(anonymous)'}`, delta);
  }
  const table = (sums: ReadonlyMap<string, number>, heading: string): string[] => [
    `| ${heading} | self time |`,
    '| --- | --: |',
    ...[...sums]
      .toSorted(([, left], [, right]) => right - left)
      .slice(0, FUNCTIONS_SHOWN)
      .map(([name, sum]) => `| ${name} | ${((100 * sum) / busy).toFixed(1)} % |`),
    '',
  ];
  return [
    `${title}: busy ${((busy / 1000 / ROUND_MS) * 100).toFixed(0)} % of the time`,
    '',
    ...table(packages, 'package'),
    ...table(functions, 'function'),
  ].join('\n');
}

function add(sums: Map<string, number>, name: string, delta: number): void {
  sums.set(name, (sums.get(name) ?? 0) + delta);
}

/** The package a function lies in; what is Node's own counts for itself, native code by the name V8 gives it. */
function ownerOf(node: Node, byId: ReadonlyMap<number, Node>, parents: ReadonlyMap<number, number>): string {
  const { url, functionName } = node.callFrame;
  const inPackage = [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
  if (inPackage !== undefined) {
    return inPackage;
  }
  if (url.includes('/libs/two-factor/')) {
    return 'nestjs-two-factor';
  }
  if (url.includes('/dist/')) {
    return 'src';
  }
  if (url.startsWith('node:')) {
    return url;
  }
  if (functionName.startsWith('(')) {
    return functionName;
  }
  const parent = byId.get(parents.get(node.id) ?? -1);
  return parent === undefined ? 'native' : ownerOf(parent, byId, parents);
}
