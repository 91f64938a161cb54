import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { hashOf, type DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findProcess, listProcesses, sendSignal, type RunningProcess } from './processes.js';
import { chooseSocketDir, makeSocketDir, PORT, SOCKET } from './socket-folder.js';

const POLL_MS = 15;
const START_PATIENCE_MS = 30_000;
/** Backends of a killed postmaster notice within milliseconds, unless a query keeps them busy. */
const STRAY_PATIENCE_MS = 1000;
/** Fast shutdown; then immediate, which the next start recovers from; then by force. */
const SHUTDOWN_STEPS = [
  { signal: 'SIGINT', patienceMs: 20_000 },
  { signal: 'SIGQUIT', patienceMs: 5000 },
  { signal: 'SIGKILL', patienceMs: 2000 },
] as const;

/** The database every start provides. */
export const DATABASE = 'app';
/** The superuser initdb was told to make. */
export const USERNAME = 'postgres';

/** How a server is launched. */
interface Launch {
  readonly binDir: string;
  readonly fsync: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** A server's first process, as its own postmaster.pid describes it. */
export interface Postmaster {
  readonly process: RunningProcess;
  readonly port: number;
  readonly socketDir: string;
}

/**
 * Gives the running server of this cluster, ready for connections and with the database in it: one that
 * another process started, one that outlived its Node, or a new one. Only for the holder of the folder's lock.
 *
 * @throws EmbeddedPostgresError `START_FAILED` with the end of the server's log, or `SOCKET_DIR_UNSAFE`
 */
export async function ensureRunning(folder: DataFolder, options: Launch): Promise<Postmaster> {
  const begun = performance.now();
  let launched: ChildProcess | undefined;
  let reason: unknown = 'it exited';
  while (performance.now() < begun + START_PATIENCE_MS) {
    const postmaster = await findPostmaster(folder);
    if (postmaster !== undefined && (await hasLostItsSocket(postmaster))) {
      // A cleaner of /tmp took it: nobody can connect any more, and PostgreSQL makes it only at its start.
      await shutDown(folder);
      launched = undefined;
    } else if (postmaster !== undefined) {
      try {
        await provideDatabase(postmaster);
        return postmaster;
      } catch (error) {
        reason = error;
      }
    } else if (launched === undefined) {
      const strays = await listStrays(folder);
      if (strays.length === 0) {
        launched = await launch(folder, options);
      } else if (performance.now() > begun + STRAY_PATIENCE_MS) {
        for (const stray of strays) {
          sendSignal(stray.pid, 'SIGKILL');
        }
      }
    } else if (launched.exitCode !== null || launched.signalCode !== null) {
      break;
    }
    await delay(POLL_MS);
  }
  launched?.kill('SIGKILL');
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `PostgreSQL did not start: ${String(reason)}. The end of its log:\n${await endOfLog(folder)}`,
  );
}

/** Ends the cluster's server, if one runs, and what it left in the temporary folder. Only for the lock's holder. */
export async function shutDown(folder: DataFolder): Promise<void> {
  const postmaster = await findPostmaster(folder);
  if (postmaster !== undefined && !(await end(postmaster.process))) {
    throw new EmbeddedPostgresError(
      'STOP_FAILED',
      `PostgreSQL (pid ${postmaster.process.pid}) does not end.`,
    );
  }
  const socketDir = postmaster?.socketDir || (await chooseSocketDir(folder));
  // A killed server leaves its socket. By name and not recursively: this may run as root, on a path in /tmp.
  for (const name of [SOCKET, `${SOCKET}.lock`]) {
    await rm(join(socketDir, name), { force: true });
  }
  await rmdir(socketDir).catch(() => undefined);
}

async function end({ pid, startedAt }: RunningProcess): Promise<boolean> {
  for (const { signal, patienceMs } of SHUTDOWN_STEPS) {
    sendSignal(pid, signal);
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      if ((await findProcess(pid))?.startedAt !== startedAt) {
        return true;
      }
      await delay(POLL_MS);
    }
  }
  return false;
}

async function launch(folder: DataFolder, { binDir, fsync, environment }: Launch): Promise<ChildProcess> {
  const socketDir = await makeSocketDir(folder);
  const settings = {
    listen_addresses: '',
    port: PORT,
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: 200,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Failed statements are the client's matter, and could carry what no log should: only the server's own life.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    logging_collector: 'off',
    ...(fsync ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  const logPath = join(folder.home, 'postgres.log');
  await rename(logPath, `${logPath}.1`).catch(() => undefined);
  const logFile = await open(logPath, 'wx', 0o600);
  try {
    // The cluster's name comes first, where `isPostmasterOf` looks for it.
    const child = spawn(
      join(binDir, 'postgres'),
      ['-c', `cluster_name=${nameOf(folder)}`, '-D', folder.cluster, ...args],
      {
        ...folder.user,
        cwd: '/',
        // A session of its own: Ctrl-C in the terminal must reach Node alone, which drains and then stops it.
        detached: true,
        stdio: ['ignore', logFile.fd, logFile.fd],
        // Nobody's PGDATA or PGOPTIONS. And the pid in a stale postmaster.pid may since belong to any process;
        // PostgreSQL takes it for a rival, unless it is this one, meant for pg_ctl's own parent. Removing the
        // file instead would also remove PostgreSQL's guard against surviving backends.
        env: { ...environment, LC_ALL: 'C', PG_GRANDPARENT_PID: (await readPidFile(folder))[0] },
      },
    );
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return child;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'START_FAILED',
      `${join(binDir, 'postgres')} cannot be run: ${String(cause)}`,
      {
        cause,
      },
    );
  } finally {
    await logFile.close();
  }
}

/** The running server of this cluster, from postmaster.pid; its pid alone could be anybody's by now. */
async function findPostmaster(folder: DataFolder): Promise<Postmaster | undefined> {
  // PostgreSQL's miscadmin.h: pid, data folder, start time, port, socket folder. The last once the socket is there.
  const [pid, , , port, socketDir] = await readPidFile(folder);
  if (!(Number(pid) > 0)) {
    return undefined;
  }
  const found = await findProcess(Number(pid));
  if (found === undefined || !isPostmasterOf(folder, found)) {
    return undefined;
  }
  return { process: found, port: Number(port), socketDir: socketDir ?? '' };
}

async function readPidFile(folder: DataFolder): Promise<readonly string[]> {
  const text = await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n');
}

function nameOf(folder: DataFolder): string {
  return `embedded-${hashOf(folder.cluster)}`;
}

function isPostmasterOf(folder: DataFolder, { command }: RunningProcess): boolean {
  return command.includes(`/postgres -c cluster_name=${nameOf(folder)} `);
}

/**
 * What a killed postmaster left running, or a postmaster whose Node was killed before it wrote its pid.
 * PostgreSQL starts no second server over their shared memory.
 */
async function listStrays(folder: DataFolder): Promise<readonly RunningProcess[]> {
  return (await listProcesses()).filter(
    (found) => isPostmasterOf(folder, found) || found.command.startsWith(`postgres: ${nameOf(folder)}: `),
  );
}

async function hasLostItsSocket({ socketDir }: Postmaster): Promise<boolean> {
  return socketDir !== '' && !existsSync(join(socketDir, SOCKET));
}

/** Only a connection that works says that the server is ready. */
async function provideDatabase({ socketDir, port }: Postmaster): Promise<void> {
  const client = new Client({
    host: socketDir,
    port,
    user: USERNAME,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5000,
  });
  // Without a listener, a server that dies now would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${DATABASE}`);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function endOfLog(folder: DataFolder): Promise<string> {
  const text = await readFile(join(folder.home, 'postgres.log'), 'utf8').catch(() => '(no log)');
  return text.trimEnd().split('\n').slice(-20).join('\n');
}
