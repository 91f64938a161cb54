import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts in hundredths of a second, on every machine there is. */
const TICK_MS = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly endedChildrenMs: number;
}

/** CPU time of a process so far; `NaN` where there is no /proc. */
export function cpuMs(processId: number): number {
  return timesOf(processId)?.ownMs ?? Number.NaN;
}

/** CPU time of a process and all its children, those included that have ended. */
export function cpuMsWithChildren(processId: number): number {
  const own = timesOf(processId);
  if (own === undefined) {
    return Number.NaN;
  }
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => timesOf(Number(name)))
    .filter((times) => times?.parent === processId);
  return children.reduce((sum, times) => sum + (times?.ownMs ?? 0), own.ownMs + own.endedChildrenMs);
}

/** proc_pid_stat(5): the name, in parentheses, may hold anything. */
function timesOf(processId: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const at = (number: number): number => Number(fields[number - 3]);
    return {
      parent: at(4),
      ownMs: (at(14) + at(15)) * TICK_MS,
      endedChildrenMs: (at(16) + at(17)) * TICK_MS,
    };
  } catch {
    return undefined;
  }
}
