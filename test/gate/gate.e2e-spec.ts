import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const GATE = fileURLToPath(new URL('../../.ci/run', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the gate on a project of these scripts. */
async function runGate(scripts: Readonly<Record<string, string>>): Promise<{
  exit: number | null;
  lines: string[];
  left: string[];
}> {
  const [project, temporary] = [join(folder, 'project'), join(folder, 'tmp')];
  mkdirSync(temporary);
  cpSync(GATE, join(project, '.ci/run'), { recursive: true });
  const all = {
    lint: 'true',
    'format:check': 'true',
    types: 'true',
    pretest: 'true',
    test: 'true',
    ...scripts,
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', scripts: all }));
  writeFileSync(
    join(project, 'package-lock.json'),
    JSON.stringify({ name: 'project', lockfileVersion: 3, packages: { '': { name: 'project' } } }),
  );
  const git = (...words: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: project });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'x');
  const gate = spawn('bash', ['.ci/run'], {
    cwd: project,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [output, [exit]] = await Promise.all([text(gate.stdout), once(gate, 'close')]);
  return { exit, lines: output.trimEnd().split('\n'), left: readdirSync(temporary) };
}

/** What Vitest writes at the end of a run. */
const tests = (counts: string): string => `echo '      Tests  ${counts}'`;

describe('.ci/run', () => {
  it('ends with the sum of all runs, and leaves nothing', async () => {
    const { exit, lines, left } = await runGate({
      test: `${tests('7 passed (7)')} && ${tests('2 passed | 1 skipped (3)')}`,
      'test:clients': tests('4 passed (4)'),
      'lint:openapi': 'echo clean',
    });

    expect(lines.at(-1)).toBe('13 passed, 0 failed, 1 skipped');
    expect(lines).toEqual(expect.arrayContaining(['== lint:openapi', 'clean', '== test:clients']));
    expect({ exit, left }).toEqual({ exit: 0, left: [] });
  });

  it('fails when a step before the tests does, which counts as one', async () => {
    const { exit, lines, left } = await runGate({ lint: 'exit 3', test: tests('7 passed (7)') });

    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect({ exit, left }).toEqual({ exit: 3, left: [] });
  });

  it('fails with the tests, counts those that did, and names a process that they leave behind', async () => {
    const orphan = `nohup sh -c 'sleep 60; : "$0"' "$TMPDIR" > /dev/null 2>&1 &`;

    const { exit, lines, left } = await runGate({
      test: `${orphan} ${tests('2 failed | 5 passed (7)')}; exit 1`,
    });

    const named = lines.filter((line) => line.includes('sleep 60; :'));
    const pids = named.map((line) => Number(/\d+/.exec(line)?.[0]));
    pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
    // Where there is no /proc nothing is looked for.
    expect(pids).toHaveLength(process.platform === 'linux' ? 1 : 0);
    expect(lines.at(-1)).toBe('5 passed, 2 failed');
    expect({ exit, left }).toEqual({ exit: 1, left: [] });
  });
});
