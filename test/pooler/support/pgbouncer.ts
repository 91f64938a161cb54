import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { TestDatabase } from '../../support/database.js';
import { freePort } from '../../support/free-port.js';

/** Where Debian puts it. */
export const PGBOUNCER = '/usr/sbin/pgbouncer';

const PATIENCE_MS = 10_000;

/** A PgBouncer before one database. */
export interface Pooler {
  readonly url: string;
  /** Its own number. */
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts one in transaction mode, with so many connections to PostgreSQL for all that come. */
export async function startPooler(
  { connection: { host, port, username, database } }: Pick<TestDatabase, 'connection'>,
  { poolSize }: { readonly poolSize: number },
): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  await chmod(folder, 0o755);
  const ownPort = await freePort();
  const settings = [
    '[databases]',
    `${database} = host=${host} port=${port} user=${username} dbname=${database}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
    'max_client_conn = 100',
  ];
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o644 });
  // It does not run as root, and only PostgreSQL's user may enter the folder of its socket.
  const { uid, gid } = await stat(host);
  const child = spawn(PGBOUNCER, ['-q', file], { uid, gid, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = `postgres://${username}@127.0.0.1:${ownPort}/${database}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  };
  try {
    await answers(url, child);
  } catch (error) {
    await stop();
    throw new Error(`PgBouncer does not answer: ${said}`, { cause: error });
  }
  const version = execFileSync(PGBOUNCER, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  return { url, version, stop };
}

async function answers(url: string, { exitCode }: ChildProcess): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (exitCode !== null || performance.now() > until) {
        throw error;
      }
      await delay(50);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
