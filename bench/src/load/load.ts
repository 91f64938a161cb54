import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ArrivalJob, ArrivalResult, LoadJob, LoadResult, RudeJob, RudeResult } from './call.js';

/** The process that makes the load: the same one for every contender. */
export interface Load {
  readonly processId: number;
  /** @throws Error when an answer is not what it must be: the benchmark is void */
  run(job: LoadJob): Promise<LoadResult>;
  /** @throws Error when an answer of status 200 is not what it must be */
  runArrivals(job: ArrivalJob): Promise<ArrivalResult>;
  beRude(job: RudeJob): Promise<RudeResult>;
  stop(): void;
}

export function startLoad(): Load {
  const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  return {
    processId: worker.pid ?? 0,
    run: async (job) => {
      const result = await ask<LoadResult>(worker, job);
      assertRight(result.faults);
      if (result.answered === 0) {
        throw new Error(`The benchmark is void, nothing was asked: ${job.dialect} ${job.operation}`);
      }
      return result;
    },
    runArrivals: async (job) => {
      const result = await ask<ArrivalResult>(worker, job);
      assertRight(result.faults);
      return result;
    },
    beRude: (job) => ask<RudeResult>(worker, job),
    stop: () => void worker.kill(),
  };
}

function ask<Result>(worker: ChildProcess, job: LoadJob | ArrivalJob | RudeJob): Promise<Result> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('The process that makes the load has ended'));
    worker.once('exit', ended);
    worker.once('message', (message: Result) => {
      worker.off('exit', ended);
      resolve(message);
    });
    worker.send(job);
  });
}

function assertRight(faults: readonly string[]): void {
  if (faults.length > 0) {
    throw new Error(`The benchmark is void, these answers are wrong:\n${faults.join('\n')}`);
  }
}
