import { ChildProcess } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  copyOfShared,
  folder,
  isRoot,
  listOurProcesses,
  logsOf,
  makeProject,
  NOBODY,
  packageName,
  query,
  reachableFolder,
  recall,
  remember,
  runFile,
  shared,
  start,
  startNeighbour,
  useHarness,
} from './harness.js';
import { findProcess } from '../src/processes.js';
import { pickServerUser } from '../src/server-user.js';

useHarness();

describe('binaries without their links', () => {
  let project: string;
  let sources: string;

  beforeAll(async () => {
    project = join(folder, 'links');
    sources = await makeProject(project);
  });

  afterAll(async () => {
    await chmod(join(project, 'node_modules', packageName, 'native', 'lib'), 0o755);
    await rm(project, { recursive: true });
  });

  it('are refused with the reason when the links cannot be made', async () => {
    const dataDir = join(folder, 'fixed-data');
    const library = join(project, 'node_modules', packageName, 'native', 'lib');
    await mkdir(dataDir);
    await chmod(dataDir, 0o777);
    await chmod(library, 0o555);
    const neighbour = startNeighbour({ dataDir, ...(isRoot ? { uid: NOBODY } : {}) }, sources);

    const { code, message } = await neighbour.told('failed');

    expect(code).toBe('BINARIES_UNUSABLE');
    expect(message).toMatch(/symbolic link, .*EACCES/);
    await chmod(library, 0o755);
  });

  it('get them, also from two processes at once', async () => {
    const pair = [1, 2].map(() => startNeighbour({ dataDir: shared }, sources));

    const [one, two] = await Promise.all(pair.map((each) => each.told('started')));

    expect(one!.processId).toBe(two!.processId);
    expect((await findProcess(one!.processId))?.command).toContain(project);
    await Promise.all(pair.map((each) => each.stop()));
  });
});

describe('secrets', () => {
  it('of its environment reach none of the programs that a start runs', async () => {
    const spawn = vi.spyOn(ChildProcess.prototype as unknown as Spawning, 'spawn');
    vi.stubEnv('JWT_ACCESS_SECRET', 'for nobody else');

    await (await start(join(folder, 'secrets'), { fsync: false })).stop();

    const programs = spawn.mock.calls.map(([{ file, envPairs }]) => ({
      name: basename(file),
      knows: envPairs.join().includes('for nobody else'),
    }));
    spawn.mockRestore();
    vi.stubEnv('JWT_ACCESS_SECRET', undefined);
    const names = [...(isRoot ? ['sh'] : []), 'initdb', 'postgres'];
    expect(new Set(programs.map(({ name }) => name))).toEqual(new Set(names));
    expect(programs.filter(({ knows }) => knows)).toEqual([]);
  });
});

/** What Node hands to the system for each program it runs; not in its documentation, and so not in its types. */
interface Spawning {
  spawn(options: { readonly file: string; readonly envPairs: readonly string[] }): number;
}

describe('as root', () => {
  it.runIf(isRoot)('runs the server as another user', async () => {
    const postgres = await start(shared);

    const { uid } = await stat(postgres.dataDir);
    expect(uid).toBeGreaterThan(0);
    expect(await readFile(`/proc/${postgres.processId}/status`, 'utf8')).toMatch(
      new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'),
    );
    expect((await stat(postgres.connection.host)).uid).toBe(uid);
  });

  it.runIf(isRoot)('runs it as the owner of the data that is there', async () => {
    const dataDir = await copyOfShared('foreign');
    await runFile('chown', ['-R', `${NOBODY}:${NOBODY}`, join(dataDir, 'cluster')]);

    const postgres = await start(dataDir);

    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readFile(`/proc/${postgres.processId}/status`, 'utf8')).toMatch(
      new RegExp(`^Uid:\\t${NOBODY}\\t`, 'm'),
    );
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  });

  it.runIf(isRoot)('leaves data that another user cannot have to its owner', async () => {
    await chmod(shared, 0o777);

    const neighbour = startNeighbour({ dataDir: shared, uid: NOBODY - 1 });

    expect(await neighbour.told('failed')).toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    await chmod(shared, 0o755);
  });

  it.runIf(isRoot)('opens a new data folder to the server, and leaves one in use as it is', async () => {
    const [fresh, used] = [join(folder, 'fresh'), join(folder, 'used')];
    for (const dataDir of [fresh, used]) {
      await mkdir(dataDir, { mode: 0o700 });
    }
    await writeFile(join(used, 'private'), '');

    const inFresh = await start(fresh, { fsync: false });
    const besideUsed = await start(used, { fsync: false });

    expect(dirname(inFresh.dataDir)).toBe(fresh);
    expect(dirname(dirname(besideUsed.dataDir))).toBe(reachableFolder);
    expect((await stat(used)).mode & 0o777).toBe(0o700);
    await besideUsed.stop();
    await rm(dirname(besideUsed.dataDir), { recursive: true });
  });

  it.runIf(isRoot)(
    'keeps the data where the server can reach it when only root may enter the folder',
    async () => {
      const locked = join(folder, 'locked');
      await mkdir(locked, { mode: 0o700 });
      const postgres = await start(join(locked, 'data'));

      expect(dirname(dirname(postgres.dataDir))).toBe(reachableFolder);
      expect(postgres.lines).toEqual([expect.stringMatching(`: rm -r ${dirname(postgres.dataDir)}$`)]);
      await remember(postgres, 'moved');
      await postgres.stop();

      // Also when the folder has been opened since: what was committed must not seem lost.
      await chmod(locked, 0o755);
      const again = await start(join(locked, 'data'));
      expect(await recall(again)).toEqual(['moved']);
      await again.stop();
      await rm(dirname(postgres.dataDir), { recursive: true });
    },
  );

  it.runIf(isRoot)(
    'refuses, rather than begin anew, when the folder of the data has been locked since',
    async () => {
      const dataDir = await copyOfShared('since/data');
      await chmod(join(folder, 'since'), 0o700);

      await expect(start(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    },
  );

  it.runIf(isRoot)('copies binaries that only root can reach, once', async () => {
    const locked = join(folder, 'home');
    await mkdir(locked, { mode: 0o700 });
    const version = `0.0.0-test-${process.pid}`;
    const sources = await makeProject(join(locked, 'project'), version);
    const copy = join(reachableFolder, `postgres-${process.platform}-${process.arch}-${version}`);

    const [one, two] = [1, 2].map(() => startNeighbour({ dataDir: shared }, sources));
    const { processId } = await one!.told('started');
    await two!.told('started');

    expect((await findProcess(processId))?.command).toContain(`${copy}/bin/postgres `);
    expect([...logsOf(one!), ...logsOf(two!)]).toContainEqual(expect.stringMatching(`: rm -r ${copy}$`));
    expect(await readdir(join(reachableFolder, 'unfinished'))).toEqual([]);
    await Promise.all([one!.stop(), two!.stop()]);
    const later = startNeighbour({ dataDir: shared }, sources);
    await later.told('started');
    expect(logsOf(later)).toEqual([]);
    await later.stop();
    await rm(copy, { recursive: true });
  });

  it('prefers the user postgres to nobody, and fails without either', () => {
    const root = 'root:x:0:0:root:/root:/bin/bash\n';
    const nobody = 'nobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n';

    expect(pickServerUser(`${root}${nobody}postgres:x:101:104::/:/bin/sh\n`)).toEqual({ uid: 101, gid: 104 });
    expect(pickServerUser(`${root}${nobody}`)).toEqual({ uid: 65_534, gid: 65_533 });
    expect(() => pickServerUser(root)).toThrow(expect.objectContaining({ code: 'NO_UNPRIVILEGED_USER' }));
  });
});

describe('all of the above', () => {
  it('leaves no process and no socket behind', async () => {
    expect(await listOurProcesses()).toEqual([]);
    expect((await readdir(join(folder, 't'))).filter((name) => name.startsWith('pg-'))).toEqual([]);
  });
});
