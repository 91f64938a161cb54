import { GROUPS, type Mutant } from './mutant.js';

/** What became of a mutant. */
export interface Trial {
  readonly mutant: Mutant;
  readonly verdict: 'killed' | 'survived' | 'timeout' | 'broken' | 'equivalent';
  /** The test that noticed it, or why none did. */
  readonly by: string;
  readonly seconds: number;
}

/** The table of a run. A mutant whose tests took too long is not counted as noticed. */
export function table(trials: readonly Trial[]): { readonly text: string; readonly percent: number } {
  const rows = trials.map(
    ({ mutant, verdict, by, seconds }) =>
      `| ${mutant.id} | ${mutant.what} | ${verdict} | ${by.split('\n', 1)[0]} | ${seconds} |`,
  );
  const counted = trials.filter(({ verdict }) => verdict !== 'equivalent');
  const groups = GROUPS.map((group) => ({
    group,
    all: counted.filter(({ mutant }) => mutant.group === group),
  })).filter(({ all }) => all.length > 0);
  const percent = percentOf(counted);
  return {
    text: [
      '',
      '| id | fault | verdict | by | s |',
      '|---|---|---|---|---|',
      ...rows,
      '',
      ...groups.map(({ group, all }) => `${group}: ${killedOf(all)} of ${all.length}`),
      `Noticed: ${killedOf(counted)} of ${counted.length}, ${percent.toFixed(1)} %`,
    ].join('\n'),
    percent,
  };
}

function killedOf(trials: readonly Trial[]): number {
  return trials.filter(({ verdict }) => verdict === 'killed').length;
}

function percentOf(trials: readonly Trial[]): number {
  return trials.length === 0 ? 100 : (100 * killedOf(trials)) / trials.length;
}
