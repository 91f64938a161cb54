import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

/** Whom the server runs as, when that is not the user of this process. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root: `postgres` is made for it, `nobody` is nearly everywhere.
 *
 * @param passwd the text of /etc/passwd
 * @throws EmbeddedPostgresError `NO_UNPRIVILEGED_USER` when it has neither
 */
export function pickServerUser(passwd: string): ServerUser {
  const users = passwd.split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const found = users.find(([name, , uid]) => name === wanted && Number(uid) > 0);
    if (found !== undefined) {
      return { uid: Number(found[2]), gid: Number(found[3]) };
    }
  }
  throw new EmbeddedPostgresError(
    'NO_UNPRIVILEGED_USER',
    'PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: ' +
      'start as another user, or set DATABASE_URL to a PostgreSQL 13 or later.',
  );
}

/** Whether the server's user may enter this folder, or execute this file. Asked of the kernel: it knows of ACLs. */
export async function canReach(user: ServerUser | undefined, path: string): Promise<boolean> {
  // Another user's process must not carry the secrets of this one: its environment can be read in /proc.
  const attempt =
    user === undefined
      ? access(path, constants.X_OK)
      : promisify(execFile)('/bin/sh', ['-c', '[ -x "$0" ]', path], { ...user, cwd: '/', env: {} });
  return attempt.then(
    () => true,
    () => false,
  );
}

/** Makes a folder that every user may enter and only this one may write to, whatever the umask. */
export async function makeReachable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}
