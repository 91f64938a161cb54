import { join, resolve } from 'node:path';
import type { OursOptions } from './contenders/ours.js';
import { ours } from './contenders/ours.js';
import { startLoad } from './load/load.js';
import { type Runner, measure, ratio } from './measure.js';
import { type BenchPostgres, startPostgres } from './postgres.js';
import { threeFigures } from './statistics.js';
import type { Contender } from './contenders/contender.js';

/** How many times as many verifications a second as the other build, and by how many clients. */
export interface Against {
  readonly [setting: string]: {
    readonly here: number;
    readonly there: number;
    readonly ratio: number;
    readonly ratiosOfRounds: readonly number[];
  };
}

interface OtherTree {
  ours(postgres: BenchPostgres, options: OursOptions): Promise<Contender>;
}

const ROUNDS = 8;
const SETTINGS = [1, 16].flatMap((clients) => [0, 2].map((delayMs) => ({ clients, delayMs })));

/**
 * Measures verify of this tree's build beside that of another one, round after round, on one PostgreSQL: as it is, and
 * with every flush of its log two milliseconds late, as on disks in a cloud.
 *
 * @param folder the other working tree, with its packages installed and `dist/server` built
 */
export async function measureAgainst(folder: string, tell: (line: string) => void): Promise<Against> {
  const postgres = await startPostgres({ flushMs: 0 });
  const load = startLoad();
  const runners: Runner[] = [];
  const result: Record<string, Against[string]> = {};
  try {
    // Its own rows are written by its own code: its tables may be others.
    const other: OtherTree = await import(resolve(folder, 'bench/src/contenders/ours.ts'));
    const program = join(resolve(folder), 'dist/server/main.js');
    for (const [label, contender] of [
      ['here', await ours(postgres, { name: 'here' })],
      ['there', await other.ours(postgres, { name: 'there', program })],
    ] as const) {
      runners.push({ label, contender, servers: [await contender.start()] });
    }
    for (const { clients, delayMs } of SETTINGS) {
      await postgres.delayFlushes(delayMs);
      const plan = { clients, rounds: ROUNDS, warmUpMs: 2000, roundMs: 2000, mostPerSecond: 1500 };
      const { here, there } = await measure({ postgres, load }, 'verify', { runners, plan });
      const name = `${clients} client${clients === 1 ? '' : 's'}, flush + ${delayMs} ms`;
      const ratios = (here?.rounds ?? []).map((value, round) => value / (there?.rounds[round] ?? Number.NaN));
      result[name] = {
        here: threeFigures(here?.perSecond ?? Number.NaN),
        there: threeFigures(there?.perSecond ?? Number.NaN),
        ratio: threeFigures(ratio(here, there)),
        ratiosOfRounds: ratios.map(threeFigures),
      };
      tell(`${name}: ${JSON.stringify(result[name])}`);
    }
    return result;
  } finally {
    await Promise.all(runners.flatMap(({ servers }) => servers.map((server) => server.stop())));
    await Promise.all(runners.map(({ contender }) => contender.close()));
    await load.stop();
    await postgres.stop();
  }
}
