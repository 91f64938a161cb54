import { existsSync } from 'node:fs';
import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { claimPath, liveClaims } from './process-locks.js';
import { EmbeddedPostgresError, systemErrorCode } from './embedded-postgres.error.js';
import { canReach, makeReachable, type ServerUser } from './server-user.js';

const PLATFORMS: ReadonlySet<string> = new Set(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
const SET_DATABASE_URL = 'Set DATABASE_URL to a PostgreSQL 13 or later.';

/**
 * The folder of `postgres` and `initdb`, ready to be run by `user`.
 *
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM`, `BINARIES_NOT_INSTALLED` or `BINARIES_UNUSABLE`
 */
export async function findBinaries(options: {
  readonly binDir: string | undefined;
  readonly user: ServerUser | undefined;
  readonly reachableFolder: string;
  readonly log: (line: string) => void;
}): Promise<string> {
  const { binDir, user } = options;
  if (binDir !== undefined) {
    if (await canReach(user, join(binDir, 'postgres'))) {
      return binDir;
    }
    throw new EmbeddedPostgresError(
      'BINARIES_UNUSABLE',
      `The server's user cannot execute ${join(binDir, 'postgres')}.`,
    );
  }

  const native = findNativeFolder();
  await makeMissingLinks(native);
  if (await canReach(user, join(native, 'bin', 'postgres'))) {
    return join(native, 'bin');
  }
  return join(await copyWhereReachable(native, options), 'bin');
}

function findNativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `There are no PostgreSQL binaries for ${platform}. ${SET_DATABASE_URL}`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'BINARIES_NOT_INSTALLED',
      `The optional package ${name} is not installed. Install it, or: ${SET_DATABASE_URL}`,
      { cause },
    );
  }
}

/** npm packages carry no symbolic links; the package makes them after its install, unless npm ignores scripts. */
async function makeMissingLinks(native: string): Promise<void> {
  const packageFolder = dirname(native);
  for (const { source, target } of parseLinks(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))) {
    const link = join(packageFolder, target);
    if (existsSync(link)) {
      continue;
    }
    try {
      await symlink(relative(dirname(link), join(packageFolder, source)), link);
    } catch (cause) {
      // Another process made it a moment ago.
      if (systemErrorCode(cause) === 'EEXIST') {
        continue;
      }
      throw new EmbeddedPostgresError(
        'BINARIES_UNUSABLE',
        `PostgreSQL's libraries lack a symbolic link, ${link}, and it cannot be made (${systemErrorCode(cause)}). ` +
          `Start once as a user who may write there, or: ${SET_DATABASE_URL}`,
        { cause },
      );
    }
  }
}

function parseLinks(json: string): readonly { readonly source: string; readonly target: string }[] {
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(json);
  return links;
}

/** The binaries lie where only root may go: a copy for each version, made once, whole or not at all. */
async function copyWhereReachable(
  native: string,
  { reachableFolder, log }: { readonly reachableFolder: string; readonly log: (line: string) => void },
): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(native, '..', 'package.json'), 'utf8'),
  );
  const copy = join(reachableFolder, `postgres-${process.platform}-${process.arch}-${version}`);
  if (existsSync(copy)) {
    return copy;
  }

  const unfinished = join(reachableFolder, 'unfinished');
  await makeReachable(reachableFolder);
  await makeReachable(unfinished);
  await liveClaims(unfinished);
  const side = await claimPath(unfinished);
  await cp(native, side, { recursive: true, verbatimSymlinks: true });
  await openToAll(side);
  try {
    await rename(side, copy);
  } catch (error) {
    // Another process was first.
    if (!existsSync(copy)) {
      throw error;
    }
    await rm(side, { recursive: true });
  }
  log(
    `The server's user cannot execute ${native}: PostgreSQL's binaries were copied to ${copy}; ` +
      `to remove them: rm -r ${copy}`,
  );
  return copy;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const stats = await lstat(path);
    if (!stats.isSymbolicLink()) {
      await chmod(path, stats.mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
