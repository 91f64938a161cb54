import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './call.js';

/** The process that makes the load: the same one for every contender. */
export interface Load {
  readonly processId: number;
  /** @throws Error when an answer is not what it must be: the benchmark is void */
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
}

export function startLoad(): Load {
  const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  return {
    processId: worker.pid ?? 0,
    run: (job) => runJob(worker, job),
    stop: () => void worker.kill(),
  };
}

async function runJob(worker: ChildProcess, job: LoadJob): Promise<LoadResult> {
  const result = await new Promise<LoadResult>((resolve, reject) => {
    const ended = (): void => reject(new Error('The process that makes the load has ended'));
    worker.once('exit', ended);
    worker.once('message', (message: LoadResult) => {
      worker.off('exit', ended);
      resolve(message);
    });
    worker.send(job);
  });
  const what = `${job.dialect} ${job.operation}`;
  if (result.faults.length > 0) {
    throw new Error(`The benchmark is void, ${what} answered wrongly:\n${result.faults.join('\n')}`);
  }
  if (result.answered === 0) {
    throw new Error(`The benchmark is void, nothing was asked of ${what}`);
  }
  return result;
}
