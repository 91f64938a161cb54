import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemErrorCode } from './embedded-postgres.error.js';

/** A process that runs now; a zombie does not. */
export interface RunningProcess {
  readonly pid: number;
  /** Opaque, without spaces, slashes or underscores. A later process with the same pid has another. */
  readonly startedAt: string;
  readonly command: string;
}

// Slim Linux images carry no `ps`, macOS carries no /proc.
const hasProc = existsSync('/proc/self/stat');
// Start times count from the boot: without its id, a machine that boots the same way twice could repeat them.
const bootId = hasProc ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8) : '';

/** The process with this pid, or undefined when none runs. */
export async function findProcess(pid: number): Promise<RunningProcess | undefined> {
  return hasProc ? readProc(pid) : (await readPs(['-p', String(pid)]))[0];
}

/** All processes that run now. */
export async function listProcesses(): Promise<readonly RunningProcess[]> {
  if (!hasProc) {
    return readPs(['-A']);
  }
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.map(readProc).filter((found) => found !== undefined);
}

/** Sends a signal; a process that has just ended is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') {
      throw error;
    }
  }
}

/** Synchronous: /proc is memory, and asynchronous reads took twenty times as long. Exported for its test. */
export function readProc(pid: number): RunningProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // proc(5): the second field, the name, may itself hold spaces and brackets; state is field 3, start field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || startTicks === undefined) {
      return undefined;
    }
    return {
      pid,
      startedAt: `${bootId}-${startTicks}`,
      command: commandLine.replaceAll('\0', ' ').trim(),
    };
  } catch {
    return undefined;
  }
}

/** Exported for its test. */
export async function readPs(selection: readonly string[]): Promise<readonly RunningProcess[]> {
  const columns = ['-ww', '-o', 'pid=', '-o', 'stat=', '-o', 'lstart=', '-o', 'command='];
  const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 64 * 1024 * 1024 };
  // `ps -p` fails when there is no such process.
  const { stdout } = await promisify(execFile)('ps', [...selection, ...columns], options).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state, startedAt, command] = /^\s*(\d+)\s+(\S+)\s+((?:\S+\s+){5})(.*)$/.exec(line) ?? [];
    if (pid === undefined || startedAt === undefined || command === undefined || state?.startsWith('Z')) {
      return [];
    }
    return [{ pid: Number(pid), startedAt: startedAt.trim().replaceAll(/[\s:]+/g, '-'), command }];
  });
}
