import type { HostProcess } from './installed-host.js';

const STARTS = 3;

/** What a host costs once it listens: the middle of three starts, of each. */
export interface Weight {
  readonly milliseconds: number;
  readonly residentMebibytes: number;
}

export async function weigh(start: () => Promise<HostProcess>): Promise<Weight> {
  const all: Weight[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const process = await start();
    const { milliseconds } = process;
    const residentMebibytes = await process.residentMebibytes();
    await process.stop();
    all.push({ milliseconds, residentMebibytes });
  }
  return {
    milliseconds: middle(all.map(({ milliseconds }) => milliseconds)),
    residentMebibytes: middle(all.map(({ residentMebibytes }) => residentMebibytes)),
  };
}

function middle(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Both, as a test prints them. */
export function comparison(beside: Weight, without: Weight): string {
  return [
    `ready after ${beside.milliseconds.toFixed(0)} ms, without it ${without.milliseconds.toFixed(0)} ms`,
    `resident ${beside.residentMebibytes.toFixed(0)} MiB, without it ${without.residentMebibytes.toFixed(0)} MiB`,
  ].join('\n');
}
