import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hashOf } from '../data-folder.js';
import { listProcesses, sendSignal, type RunningProcess } from '../processes.js';

const POLL_MS = 15;
/** For a server: fast shutdown, then by force. A stopped process ends by the second only. */
const STEPS = [
  { signal: 'SIGINT', patienceMs: 5000 },
  { signal: 'SIGKILL', patienceMs: 5000 },
] as const;

/** Ends every process whose command line names this folder, and removes it with the servers' sockets. */
export async function removeWithServers(folder: string): Promise<void> {
  for (const { signal, patienceMs } of STEPS) {
    const deadline = performance.now() + patienceMs;
    for (const { pid } of await listProcessesOf(folder)) {
      sendSignal(pid, signal);
    }
    while ((await listProcessesOf(folder)).length > 0 && performance.now() < deadline) {
      await delay(POLL_MS);
    }
  }
  // An initdb that was killed leaves children that still write for a moment: hence the retries.
  const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
  for (const parent of [tmpdir(), '/tmp']) {
    await rm(join(parent, `pg-${hashOf(join(folder, 'cluster'))}`), removal);
  }
  await rm(folder, removal);
}

async function listProcessesOf(folder: string): Promise<readonly RunningProcess[]> {
  return (await listProcesses()).filter(
    ({ pid, command }) => command.includes(folder) && pid !== process.pid,
  );
}
