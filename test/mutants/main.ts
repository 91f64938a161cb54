// Puts small faults into a copy of the code, one at a time, and looks whether the tests notice: CONTRIBUTING.md.
import { parseArgs } from 'node:util';
import { GROUPS, KINDS, type Mutant, type MutantKind } from './mutant.js';
import { MUTANTS } from './mutants.js';
import { type Trial, table } from './report.js';
import { TreeCopy, isThere, matchesOf } from './tree.js';
import { Runs } from './vitest-run.js';

/** Faults of a hundred that must be noticed. */
const ENOUGH_PERCENT = 95;
const USAGE = `npm run test:mutants -- [--only S01,C05] [--group ${GROUPS.join(',')}] [--kind ${KINDS.join(',')}] [--check]`;

const { only, group, kind, isCheck } = readArguments();
const twice = MUTANTS.filter(({ id }, index) => MUTANTS.findIndex((other) => other.id === id) !== index);
if (twice.length > 0) {
  print(`Two mutants have one id: ${twice.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
const chosen = MUTANTS.filter(
  (mutant) =>
    (only?.includes(mutant.id) ?? true) &&
    (group?.includes(mutant.group) ?? true) &&
    (kind?.includes(mutant.kind) ?? true),
);
const stale = chosen.filter((mutant) => matchesOf(mutant) !== 1);
for (const mutant of stale) {
  print(`${mutant.id} is stale: its text stands ${matchesOf(mutant)} times in ${mutant.file}`);
}
if (stale.length > 0 || chosen.length === 0) {
  print(chosen.length === 0 ? `No such mutant. ${USAGE}` : 'Write them anew, for they prove nothing.');
  process.exit(2);
}
if (isCheck) {
  print(`Each of ${chosen.length} mutants has its place.`);
  process.exit(0);
}

const tree = new TreeCopy();
const runs = new Runs(tree);
let ending: Promise<never> | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Not once: tsx passes on what the terminal has sent already.
  process.on(signal, () => void end(130));
}
try {
  await end(await tryAll());
} catch (error) {
  print(String(error));
  await end(1);
}

async function tryAll(): Promise<number> {
  const counted = chosen.filter(({ equivalent }) => equivalent === undefined);
  if (!(await isSound(counted))) {
    return 1;
  }
  const trials: Trial[] = [];
  for (const mutant of chosen) {
    const trial = await trialOf(mutant);
    trials.push(trial);
    print(`${trials.length}/${chosen.length} ${mutant.id} ${trial.verdict} (${trial.seconds} s) ${trial.by}`);
  }
  const { text, percent } = table(trials);
  print(text);
  return percent >= ENOUGH_PERCENT && trials.every(({ verdict }) => verdict !== 'broken') ? 0 : 1;
}

/** Whether the tests pass without a fault: else they would "notice" every one. */
async function isSound(mutants: readonly Mutant[]): Promise<boolean> {
  for (const each of KINDS) {
    const ofKind = mutants.filter((mutant) => mutant.kind === each);
    const files = [...new Set(ofKind.flatMap(({ tests }) => tests))].filter(isThere);
    if (files.length === 0) {
      continue;
    }
    print(`First without a fault (${each}): ${files.length} files`);
    const { verdict, by } = await runTests(each, files);
    if (verdict !== 'passed') {
      print(`The tests do not pass as they are: ${verdict}, ${by}`);
      return false;
    }
  }
  return true;
}

async function trialOf(mutant: Mutant): Promise<Trial> {
  const { kind: ofMutant, tests, equivalent } = mutant;
  const files = tests.filter(isThere);
  if (equivalent !== undefined) {
    return { mutant, verdict: 'equivalent', by: equivalent, seconds: 0 };
  }
  if (files.length === 0) {
    return { mutant, verdict: 'survived', by: `no test yet: ${tests.join(', ')}`, seconds: 0 };
  }
  const startedAt = performance.now();
  const undo = tree.apply(mutant);
  const { verdict, by } = await runTests(ofMutant, files);
  undo();
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const verdicts = { passed: 'survived', failed: 'killed', timeout: 'timeout', broken: 'broken' } as const;
  return { mutant, verdict: verdicts[verdict], by, seconds };
}

async function runTests(ofKind: MutantKind, files: readonly string[]): ReturnType<Runs['test']> {
  if (ofKind !== 'quick' && !(await runs.build())) {
    return { verdict: 'broken', by: 'it cannot be built' };
  }
  return runs.test(ofKind, files);
}

/** Leaves nothing behind, whatever was under way. */
function end(exitCode: number): Promise<never> {
  ending ??= (async () => {
    await runs.end();
    tree.remove();
    process.exit(exitCode);
  })();
  return ending;
}

/** Without a choice: what needs neither packed hosts nor a browser. */
function readArguments(): {
  readonly only: readonly string[] | undefined;
  readonly group: readonly string[] | undefined;
  readonly kind: readonly string[] | undefined;
  readonly isCheck: boolean;
} {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      group: { type: 'string' },
      kind: { type: 'string' },
      check: { type: 'boolean', default: false },
    },
  });
  const [ids, groups, kinds] = [values.only, values.group, values.kind].map((list) => list?.split(','));
  const isChoice = values.check || [ids, groups, kinds].some((list) => list !== undefined);
  return { only: ids, group: groups, kind: isChoice ? kinds : ['quick', 'attack'], isCheck: values.check };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
