import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMs } from './cpu.js';
import { freePort } from '../../test/support/free-port.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BENCH = fileURLToPath(new URL('..', import.meta.url));

const READY_PATIENCE_MS = 60_000;
const POLL_MS = 10;

/** A contender's server, in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly processId: number;
  /** From the start of the process to its first right answer. */
  readonly readyMs: number;
  /** Resident memory in MiB. */
  residentMiB(): number;
  /** CPU time so far. */
  cpuMs(): number;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface ServerCommand {
  /** What follows `node`. */
  readonly args: readonly string[];
  /** Beside PATH and PORT: nothing of the caller's environment reaches a contender. */
  readonly env: Readonly<Record<string, string>>;
  /** A path that answers 200 when the server is ready. */
  readonly readyPath: string;
  /** Where node runs it. */
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

export async function startServer({
  args,
  env,
  readyPath,
  cwd = ROOT,
}: ServerCommand): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'production',
      MAIL: 'off',
      HOST: '127.0.0.1',
      PORT: String(port),
      ...env,
    },
    // The request log goes where a container's goes: down a pipe that somebody reads.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stdout.on('data', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  const exited = once(child, 'exit').finally(() => running.delete(child));

  while (!(await answers(`${url}${readyPath}`))) {
    if (child.exitCode !== null || performance.now() > began + READY_PATIENCE_MS) {
      child.kill('SIGKILL');
      throw new Error(`node ${args.join(' ')} is not ready: ${said}`);
    }
    await delay(POLL_MS);
  }
  const { pid = 0 } = child;
  return {
    url,
    processId: pid,
    readyMs: performance.now() - began,
    residentMiB: () => residentMiB(pid),
    cpuMs: () => cpuMs(pid),
    signal: (name) => void child.kill(name),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(killer);
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

function residentMiB(processId: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(processId)], { encoding: 'utf8' })) / 1024;
}
