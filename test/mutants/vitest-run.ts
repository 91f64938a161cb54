import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MutantKind } from './mutant.js';
import type { TreeCopy } from './tree.js';

/** Longer than the slowest test file takes, on a machine that has more to do. */
const LIMIT_MS = 600_000;
/** How long a run may take to stop its servers and its database once it is told to end. */
const GRACE_MS = 20_000;

export interface RunOutcome {
  /** `timeout`: the run, or the test that failed, took too long; a slow machine does that too. */
  readonly verdict: 'passed' | 'failed' | 'timeout' | 'broken';
  /** The first test that failed, or what else went wrong. */
  readonly by: string;
}

interface ProcessOutcome {
  readonly isOk: boolean;
  readonly isOver: boolean;
  readonly endedWith: number | NodeJS.Signals | null;
  readonly output: string;
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** Runs commands in a copy of the tree, one at a time, each in a process group of its own. */
export class Runs {
  #child: ChildProcess | undefined;
  #hasEnded = false;

  constructor(private readonly tree: TreeCopy) {}

  /** Builds what attacks and packed hosts run. @returns whether it could be built */
  async build(): Promise<boolean> {
    const { isOk } = await this.#run(['--import', 'tsx', 'scripts/build-if-stale.ts', 'packages']);
    return isOk;
  }

  /** Runs test files until the first of their tests fails. */
  async test(kind: MutantKind, files: readonly string[]): Promise<RunOutcome> {
    const report = join(this.tree.temporary, 'report.json');
    rmSync(report, { force: true });
    const { isOk, isOver, endedWith, output } = await this.#run([
      'node_modules/vitest/vitest.mjs',
      'run',
      ...(kind === 'attack' ? ['--config', 'vitest.attacks.config.ts'] : []),
      '--bail=1',
      '--maxWorkers=1',
      '--reporter=json',
      `--outputFile=${report}`,
      ...files,
    ]);
    if (isOver) {
      return { verdict: 'timeout', by: `the run took longer than ${LIMIT_MS / 1000} s` };
    }
    if (isOk) {
      return { verdict: 'passed', by: '' };
    }
    const found = existsSync(report) ? this.#failureIn(JSON.parse(readFileSync(report, 'utf8'))) : undefined;
    return found ?? { verdict: 'broken', by: `it ended with ${endedWith}: ${output.trim().slice(-2000)}` };
  }

  /** Ends what runs, and begins nothing more. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#stop();
  }

  /** As Ctrl-C does, and then by force. */
  async #stop(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) {
      return;
    }
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await Promise.race([exited, delay(GRACE_MS, undefined, { ref: false })]);
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  }

  async #run(args: readonly string[]): Promise<ProcessOutcome> {
    const child = spawn(process.execPath, args, {
      cwd: this.tree.root,
      env: { ...process.env, TMPDIR: this.tree.temporary, CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    let isOver = false;
    const limit = setTimeout(() => {
      isOver = true;
      void this.#stop();
    }, LIMIT_MS);
    await once(child, 'close');
    clearTimeout(limit);
    if (this.#hasEnded) {
      // Whoever ended it ends the process; until then nothing goes on.
      return new Promise(() => {});
    }
    const endedWith = child.exitCode ?? child.signalCode;
    return { isOk: endedWith === 0, isOver, endedWith, output };
  }

  /** Only a test that failed counts: a file that could not be loaded says nothing about the fault. */
  #failureIn({ testResults }: JsonReport): RunOutcome | undefined {
    for (const { name, assertionResults } of testResults) {
      const failed = assertionResults.find(({ status }) => status === 'failed');
      if (failed !== undefined) {
        const isTimeout = /timed out in \d+ ?ms/.test(failed.failureMessages?.[0] ?? '');
        const by = `${relative(this.tree.root, name)} > ${failed.fullName}`;
        return { verdict: isTimeout ? 'timeout' : 'failed', by };
      }
    }
    const unloaded = testResults.find(({ message }) => message !== '');
    return unloaded === undefined
      ? undefined
      : { verdict: 'broken', by: `${relative(this.tree.root, unloaded.name)}: ${unloaded.message}` };
  }
}
