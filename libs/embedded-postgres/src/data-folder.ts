import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, chmod, chown, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { canReach, makeReachable, pickServerUser, type ServerUser } from './server-user.js';

/** Where a cluster and everything about it lies, and whom its server runs as. */
export interface DataFolder {
  /** Holds the cluster, the server's log, and who waits for and who uses the server. */
  readonly home: string;
  readonly cluster: string;
  /** Undefined: the user of this process. */
  readonly user: ServerUser | undefined;
}

/** Short, and the same for the same path: names what belongs to a data folder but lies outside of it. */
export function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

/**
 * Decides where the data lies: in `dataDir`, or, when this process is root and the server's user cannot
 * enter that, in one of its own in `reachableFolder`. A cluster that exists is always found again.
 *
 * @throws EmbeddedPostgresError `DATA_DIR_UNUSABLE` or `NO_UNPRIVILEGED_USER`
 */
export async function settleDataFolder({
  dataDir,
  reachableFolder,
  log,
}: {
  readonly dataDir: string;
  readonly reachableFolder: string;
  readonly log: (line: string) => void;
}): Promise<DataFolder> {
  const home = await openFolder(dataDir);
  const cluster = join(home, 'cluster');
  if (process.getuid?.() !== 0) {
    await refuseForeign(cluster);
    return { home, cluster, user: undefined };
  }

  const elsewhere = join(reachableFolder, hashOf(home));
  const existing = [join(elsewhere, 'cluster'), cluster].find((path) => existsSync(path));
  // PostgreSQL insists on owning its data.
  const user =
    existing === undefined ? pickServerUser(await readFile('/etc/passwd', 'utf8')) : await stat(existing);
  if (existing !== join(elsewhere, 'cluster')) {
    await openIfNew(home, user);
    if (await canReach(user, home)) {
      return { home, cluster, user: { uid: user.uid, gid: user.gid } };
    }
    if (existing === cluster) {
      throw new EmbeddedPostgresError(
        'DATA_DIR_UNUSABLE',
        `User ${user.uid}, who owns ${cluster}, cannot enter it.`,
      );
    }
  }

  await makeReachable(reachableFolder);
  await makeReachable(elsewhere);
  log(
    `PostgreSQL's user (uid ${user.uid}) cannot enter ${home}: the data is in ${elsewhere}; ` +
      `to remove it, once the server has stopped: rm -r ${elsewhere}`,
  );
  return { home: elsewhere, cluster: join(elsewhere, 'cluster'), user: { uid: user.uid, gid: user.gid } };
}

/**
 * A new folder may be root's alone only because of the umask, or of mkdtemp: nothing is in it yet, and what
 * will be guards itself. One that is in use keeps its mode.
 */
async function openIfNew(home: string, user: ServerUser): Promise<void> {
  if ((await canReach(user, home)) || (await readdir(home)).length > 0) {
    return;
  }
  await chmod(home, 0o711);
}

async function openFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'DATA_DIR_UNUSABLE',
      `The data folder ${path} cannot be used: ${String(cause)}`,
      {
        cause,
      },
    );
  }
}

async function refuseForeign(cluster: string): Promise<void> {
  if (!existsSync(cluster)) {
    return;
  }
  const { uid } = await stat(cluster);
  if (uid === process.getuid?.()) {
    return;
  }
  throw new EmbeddedPostgresError(
    'DATA_DIR_UNUSABLE',
    `The data in ${cluster} belongs to another user (uid ${uid}): start as that user or as root.`,
  );
}

/**
 * Makes the cluster if there is none. It is made aside and renamed, so that it is there whole or not at all.
 * Only for the holder of the folder's lock.
 *
 * @throws EmbeddedPostgresError `INIT_FAILED`, with what initdb said
 */
export async function initialiseCluster(
  folder: DataFolder,
  options: { readonly binDir: string; readonly fsync: boolean },
): Promise<void> {
  for (const name of await readdir(folder.home)) {
    // An initdb that outlived its Node may still write there: hence the retries, and a new name each time.
    const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
    if (name.startsWith('cluster.new-')) {
      await rm(join(folder.home, name), removal);
    }
  }
  if (existsSync(folder.cluster)) {
    return;
  }

  const side = join(folder.home, `cluster.new-${randomUUID()}`);
  await mkdir(side, { mode: 0o700 });
  if (folder.user !== undefined) {
    await chown(side, folder.user.uid, folder.user.gid);
  }
  // Trust is enough: the server listens only on a socket in a folder that only its user can enter.
  const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  const durability = options.fsync ? [] : ['--no-sync'];
  try {
    await promisify(execFile)(join(options.binDir, 'initdb'), ['-D', side, ...settings, ...durability], {
      ...folder.user,
      cwd: '/',
      env: { LC_ALL: 'C' },
    });
  } catch (cause) {
    await rm(side, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      'INIT_FAILED',
      `PostgreSQL's data could not be initialised: ${String(cause)}`,
      {
        cause,
      },
    );
  }
  await rename(side, folder.cluster);
}
