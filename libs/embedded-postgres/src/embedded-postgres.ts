import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from './binaries.js';
import { claim, inTurn, liveClaims } from './process-locks.js';
import { initialiseCluster, settleDataFolder } from './data-folder.js';
import { DATABASE, ensureRunning, shutDown, USERNAME } from './server.js';

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded-postgres.error.js';

/** Not emptied at boot, unlike `/tmp` and `/run`. */
const REACHABLE_FOLDER = '/var/lib/nestjs-two-factor';
/** Longer than any start or stop takes that ends at all. */
const LOCK_PATIENCE_MS = 60_000;

/** This process's use of a server that others may use too. */
export interface EmbeddedPostgres {
  /** How node-postgres and TypeORM reach it: the host is the folder of a Unix socket. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly database: string;
  };
  /** Where the cluster really lies. */
  readonly dataDir: string;
  /** The server's first process, at the time of this start: a later start may have had to replace it. */
  readonly processId: number;
  /**
   * Ends this use; the last one shuts the server down. A second call gives the same promise.
   * @throws EmbeddedPostgresError `STOP_FAILED` or `BUSY`
   */
  stop(): Promise<void>;
}

/** What `startEmbeddedPostgres` takes. */
export interface EmbeddedPostgresOptions {
  /** The folder for the data and for all that belongs to it; made if missing. */
  readonly dataDir: string;
  /** Off only in tests: what was committed is then lost with the power, the latest of it with a killed server. Default: on. */
  readonly fsync?: boolean;
  /** Takes what the operator should know, such as where the data went. */
  readonly log?: (line: string) => void;
  /**
   * Where root puts what the server's user cannot reach in its own place.
   * Default: `/var/lib/nestjs-two-factor`.
   */
  readonly reachableFolder?: string;
  /** A folder of other binaries, PostgreSQL 13 or later, with `postgres` and `initdb`. Default: the npm package's. */
  readonly binDir?: string | undefined;
  /** Of a server that this start launches, beside its own: nothing of the caller's environment reaches it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts a real PostgreSQL on this data folder, or joins the one that runs on it, whoever started it.
 * The promise is kept when a connection has worked and the database is there, within about 30 seconds.
 *
 * @throws EmbeddedPostgresError with any code but `STOP_FAILED`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, binDir: given, environment = {} } = options;
  const { reachableFolder = REACHABLE_FOLDER, log = () => undefined } = options;
  const folder = await settleDataFolder({ dataDir, reachableFolder, log });
  const binDir = await findBinaries({ binDir: given, user: folder.user, reachableFolder, log });
  const server = { binDir, fsync: options.fsync ?? true, environment };
  const queue = join(folder.home, 'queue');
  const users = join(folder.home, 'users');

  const leave = async (use: string): Promise<void> => {
    await rm(use, { force: true });
    if ((await liveClaims(users)).length === 0) {
      await shutDown(folder);
    }
  };

  const { ownUse, postmaster } = await inTurn(queue, LOCK_PATIENCE_MS, async () => {
    const use = await claim(users);
    try {
      await initialiseCluster(folder, server);
      return { ownUse: use, postmaster: await ensureRunning(folder, server) };
    } catch (error) {
      await leave(use).catch(() => undefined);
      throw error;
    }
  });

  let stopped: Promise<void> | undefined;
  return {
    connection: {
      host: postmaster.socketDir,
      port: postmaster.port,
      username: USERNAME,
      database: DATABASE,
    },
    dataDir: folder.cluster,
    processId: postmaster.process.pid,
    stop: () => (stopped ??= inTurn(queue, LOCK_PATIENCE_MS, () => leave(ownUse))),
  };
}
