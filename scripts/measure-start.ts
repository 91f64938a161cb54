// Measures what a newcomer waits for: from start to ready with no data and with data, and the first setup call.
// npm run measure:start -- --first: the very first `npm start` after `npm ci`, in a clone of the last commit; it builds first.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeTemporaryFolder } from '@nestjs-two-factor/embedded-postgres/testing';

const ROUNDS = 5;
const PORT = 18_099;
const API = `http://127.0.0.1:${PORT}/api/v1`;

interface Running {
  readonly process: ChildProcess;
  readonly milliseconds: number;
}

async function start(
  dataDir: string,
  {
    command: [program, ...args],
    cwd,
  }: { readonly command: readonly [string, ...string[]]; readonly cwd: string },
): Promise<Running> {
  const began = performance.now();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(PORT), LOG_LEVEL: 'silent', DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('Ready in')) {
      return { process: child, milliseconds: performance.now() - began };
    }
  }
  throw new Error('The server ended before it was ready');
}

async function stop({ process: child }: Running): Promise<void> {
  // npm hands it on.
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const BUILT = { command: ['node', 'dist/server/main.js'], cwd: process.cwd() } as const;

async function firstStart(): Promise<void> {
  const folder = await makeTemporaryFolder();
  const cwd = join(folder.path, 'checkout');
  execFileSync('git', ['clone', '--quiet', process.cwd(), cwd]);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd, stdio: 'inherit' });
  const running = await start(join(folder.path, 'data'), { command: ['npm', 'start'], cwd });
  await stop(running);
  await folder.remove();
  report('first npm start after npm ci', [running.milliseconds]);
}

async function firstSetup(): Promise<number> {
  const account = { email: 'first@example.com', password: 'correct horse battery staple' };
  const registered = await fetch(`${API}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  const { data }: { data: { accessToken: string } } = JSON.parse(await registered.text());
  const began = performance.now();
  const answer = await fetch(`${API}/auth/2fa/setup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${data.accessToken}` },
  });
  await answer.text();
  const milliseconds = performance.now() - began;
  if (answer.status !== 200) {
    throw new Error(`setup answered ${answer.status}`);
  }
  return milliseconds;
}

function report(what: string, milliseconds: readonly number[]): void {
  const sorted = milliseconds.toSorted((left, right) => left - right);
  const [least, median, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(
    (value) => String(Math.round(value ?? Number.NaN)).padStart(6),
  );
  process.stdout.write(`${what.padEnd(34)} ${least} ms ${median} ms ${most} ms\n`);
}

async function eachStart(): Promise<void> {
  const first: number[] = [];
  const later: number[] = [];
  const setups: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = await makeTemporaryFolder();
    const fresh = await start(folder.path, BUILT);
    first.push(fresh.milliseconds);
    setups.push(await firstSetup());
    await stop(fresh);
    const again = await start(folder.path, BUILT);
    later.push(again.milliseconds);
    await stop(again);
    await folder.remove();
  }
  process.stdout.write(`${ROUNDS} rounds: least, median, most\n`);
  report('start to ready, no data yet', first);
  report('start to ready, with data', later);
  report('first setup call', setups);
}

await (process.argv.includes('--first') ? firstStart() : eachStart());
