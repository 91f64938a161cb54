import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findProcess } from './processes.js';

const POLL_MS = 10;

/**
 * A path in `folder` whose name says which process is behind it. The name is never used twice, so whoever
 * finds the process dead may remove the path without looking back.
 */
export async function claimPath(folder: string): Promise<string> {
  const self = await findProcess(process.pid);
  if (self === undefined) {
    throw new EmbeddedPostgresError('START_FAILED', 'Neither /proc nor `ps` tells of this very process.');
  }
  return join(folder, `${process.pid}_${self.startedAt}_${randomUUID()}`);
}

/** Says that this process is there, by a file in `folder`, for as long as it lives or until the file is removed. */
export async function claim(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = await claimPath(folder);
  await writeFile(path, '', { flag: 'wx' });
  return path;
}

/** The claims of processes that live; those of dead ones are removed. */
export async function liveClaims(folder: string): Promise<readonly string[]> {
  const live: string[] = [];
  for (const name of await readdir(folder)) {
    const [pid, startedAt] = name.split('_');
    if ((await findProcess(Number(pid)))?.startedAt === startedAt) {
      live.push(join(folder, name));
    } else {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  return live;
}

interface Ticket {
  readonly path: string;
  /** Undefined while its process still draws. */
  readonly number: number | undefined;
}

/**
 * Runs `work` while no other process, and no other call in this one, runs theirs on the same folder.
 *
 * Node has no `flock`, and a lock file that a killed holder leaves behind must be taken over, where two who
 * take over at once can each remove the other's. So nothing is ever taken over here: this is Lamport's
 * bakery (CACM 17(8), 1974), one file for each who waits. It is empty while its owner looks for the highest
 * number, then holds one more than that; the lowest number is served, equal ones by name. Who dies is
 * skipped. It needs only that a file which exists during a whole `readdir` is seen by it, as POSIX says.
 * All processes must see one another's pids: one machine, and not two containers on one volume.
 *
 * @throws EmbeddedPostgresError `BUSY` when the turn has not come after `patienceMs`.
 */
export async function inTurn<T>(folder: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const mine = await claim(folder);
  try {
    const drawn = (await tickets(folder)).map((ticket) => ticket.number ?? 0);
    const number = Math.max(0, ...drawn) + 1;
    await writeFile(mine, `${number}\n`);

    const deadline = performance.now() + patienceMs;
    for (;;) {
      const ahead = (await tickets(folder)).find((other) => isAhead(other, { path: mine, number }));
      if (ahead === undefined) {
        break;
      }
      if (performance.now() > deadline) {
        throw new EmbeddedPostgresError('BUSY', `Another process holds the data folder: ${ahead.path}`);
      }
      await delay(POLL_MS);
    }
    return await work();
  } finally {
    await rm(mine, { force: true });
  }
}

function isAhead(other: Ticket, mine: { readonly path: string; readonly number: number }): boolean {
  if (other.path === mine.path) {
    return false;
  }
  if (other.number === undefined) {
    return true;
  }
  return other.number === mine.number ? other.path < mine.path : other.number < mine.number;
}

async function tickets(folder: string): Promise<readonly Ticket[]> {
  const found: Ticket[] = [];
  for (const path of await liveClaims(folder)) {
    const content = await readFile(path, 'utf8').catch(() => 'left');
    if (content !== 'left') {
      found.push({ path, number: content.endsWith('\n') ? Number(content) : undefined });
    }
  }
  return found;
}
