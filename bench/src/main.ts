// npm run bench [-- [--quick] [--flush-ms <ms>] | --profile | --overload [--runs <n>] [--seconds <s>] |
//   --soak [--minutes <m>] | --against <working tree>]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { measureAgainst } from './against.js';
import { compare } from './compare.js';
import { measureOverload } from './overload.js';
import { FLUSHED, FULL, QUICK } from './plan.js';
import { BENCH } from './processes.js';
import { measureSoak } from './soak.js';
import { profile } from './profile.js';
import { showTable } from './report/documents.js';
import { plotOf } from './report/plot.js';
import { resultsOf } from './report/results.js';
import { tableOf } from './report/table.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    overload: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    against: { type: 'string' },
    'flush-ms': { type: 'string' },
    // For proving that it works; what counts are three runs of half a minute, and ten minutes.
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    minutes: { type: 'string', default: '10' },
  },
});

const flushMs = values['flush-ms'] === undefined ? undefined : Number(values['flush-ms']);
if (flushMs !== undefined && !(flushMs > 0 && flushMs <= 1000)) {
  throw new Error('--flush-ms takes milliseconds, such as 2');
}
const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1000;
const tell = (line: string): void =>
  void process.stdout.write(`${elapsed().toFixed(0).padStart(4)} s  ${line}\n`);

async function compareAll(): Promise<void> {
  const plan = values.quick ? QUICK : flushMs === undefined ? FULL : FLUSHED;
  const comparison = await compare(plan, { flushMs, tell });
  const results = resultsOf(comparison, plan, { seconds: elapsed() });
  const table = tableOf(results, comparison);
  const folder = join(BENCH, 'results');
  const name = flushMs === undefined ? 'latest' : `flush-${flushMs}ms`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(folder, `${name}.md`), table);
  await writeFile(join(folder, `${name}.svg`), plotOf(comparison));
  // A quick run is for looking at: what is shown to others is of full ones.
  const document = values.quick ? undefined : await showTable(name, table);
  const written = `bench/results/${name}.{json,md,svg}${document === undefined ? '' : ` and ${document}`}`;
  process.stdout.write(`\n${table}\nWritten to ${written}\n`);
}

async function write(name: string, result: object): Promise<void> {
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await mkdir(join(BENCH, 'results'), { recursive: true });
  await writeFile(join(BENCH, 'results', `${name}.json`), text);
  process.stdout.write(text);
}

if (values.against !== undefined) {
  await write('against', await measureAgainst(values.against, tell));
} else if (values.profile) {
  await profile(tell);
} else if (values.overload) {
  await write(
    'overload',
    await measureOverload({ runs: Number(values.runs), seconds: Number(values.seconds), tell }),
  );
} else if (values.soak) {
  await write('soak', await measureSoak({ minutes: Number(values.minutes), tell }));
} else {
  await compareAll();
}
