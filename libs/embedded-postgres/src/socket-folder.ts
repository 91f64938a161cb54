import { chown, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, type DataFolder } from './data-folder.js';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres.error.js';
import { canReach } from './server-user.js';

/** Only a part of the socket's name: the server does not listen on TCP. */
export const PORT = 5432;
/** The name PostgreSQL gives its socket. */
export const SOCKET = `.s.PGSQL.${PORT}`;
/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, with a closing zero. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Where the socket of this cluster's server goes: a path short enough, which the server's user can enter. */
export async function chooseSocketDir(folder: DataFolder): Promise<string> {
  for (const parent of [tmpdir(), '/tmp']) {
    const socketDir = join(parent, `pg-${hashOf(folder.cluster)}`);
    const fits = Buffer.byteLength(join(socketDir, SOCKET)) <= MAX_SOCKET_PATH_BYTES;
    if (fits && (await canReach(folder.user, parent))) {
      return socketDir;
    }
  }
  throw new EmbeddedPostgresError('SOCKET_DIR_UNSAFE', "The server's user cannot enter /tmp.");
}

/**
 * Makes that folder, or takes the one that is there if nobody but the server's user can write to it.
 *
 * @throws EmbeddedPostgresError `SOCKET_DIR_UNSAFE`
 */
export async function makeSocketDir(folder: DataFolder): Promise<string> {
  const socketDir = await chooseSocketDir(folder);
  try {
    await mkdir(socketDir, { mode: 0o700 });
    if (folder.user !== undefined) {
      await chown(socketDir, folder.user.uid, folder.user.gid);
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') {
      throw error;
    }
  }
  // Anybody may make this name in /tmp before us, and would then own the way to the database.
  const stats = await lstat(socketDir);
  const owner = folder.user?.uid ?? process.getuid?.();
  if (stats.isDirectory() && stats.uid === owner && (stats.mode & 0o777) === 0o700) {
    return socketDir;
  }
  throw new EmbeddedPostgresError(
    'SOCKET_DIR_UNSAFE',
    `${socketDir} is not a folder of uid ${owner} with mode 0700: see who made it, then remove it.`,
  );
}
