import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const GATE = fileURLToPath(new URL('../../.ci/run', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the gate on a project of these scripts. */
function runGate(scripts: Readonly<Record<string, string>>): {
  exit: number | null;
  lines: string[];
  left: string[];
} {
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
  const { status, stdout } = spawnSync('bash', ['.ci/run'], {
    cwd: project,
    env: { ...process.env, TMPDIR: temporary },
    encoding: 'utf8',
  });
  return { exit: status, lines: stdout.trimEnd().split('\n'), left: readdirSync(temporary) };
}

/** What Vitest writes at the end of a run. */
const tests = (text: string): string => `echo '      Tests  ${text}'`;

describe('.ci/run', () => {
  it('ends with the sum of all runs, and leaves nothing', () => {
    const { exit, lines, left } = runGate({
      test: `${tests('7 passed (7)')} && ${tests('2 passed | 1 skipped (3)')}`,
      'test:clients': tests('4 passed (4)'),
      'lint:openapi': 'echo clean',
    });

    expect(lines.at(-1)).toBe('13 passed, 0 failed, 1 skipped');
    expect(lines).toEqual(expect.arrayContaining(['== lint:openapi', 'clean', '== test:clients']));
    expect({ exit, left }).toEqual({ exit: 0, left: [] });
  });

  it.each(['lint', 'test:clients'])('fails when %s does, which counts as one', (step) => {
    const { exit, lines, left } = runGate({ test: tests('7 passed (7)'), [step]: 'exit 3' });

    expect(lines.at(-1)).toBe(`${step === 'test:clients' ? 7 : 0} passed, 1 failed`);
    expect({ exit, left }).toEqual({ exit: 3, left: [] });
  });

  it('fails with the tests, and counts those that did', () => {
    const { exit, lines, left } = runGate({ test: `${tests('2 failed | 5 passed (7)')} && exit 1` });

    expect(lines.at(-1)).toBe('5 passed, 2 failed');
    expect({ exit, left }).toEqual({ exit: 1, left: [] });
  });

  it.runIf(process.platform === 'linux')('fails when a test leaves a process behind, and names it', () => {
    const { exit, lines } = runGate({
      test: `${tests('1 passed (1)')}; nohup sh -c 'sleep 60; : "$0"' "$TMPDIR" > /dev/null 2>&1 & true`,
    });

    const [, pid] = /(\d+)/.exec(lines.find((line) => line.includes('sleep 60; :')) ?? '') ?? [];
    process.kill(Number(pid), 'SIGKILL');
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
    expect(exit).toBe(1);
  });
});
