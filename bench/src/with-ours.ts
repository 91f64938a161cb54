import type { Contender, StartOptions } from './contenders/contender.js';
import { type OursOptions, ours } from './contenders/ours.js';
import { type Load, startLoad } from './load/load.js';
import { startPostgres } from './postgres.js';
import type { ServerProcess } from './processes.js';

/** Ours alone: its server, its database, and the process that makes the load. */
export interface OurStage {
  readonly contender: Contender;
  readonly server: ServerProcess;
  readonly load: Load;
}

/** Runs some work on a PostgreSQL and a server of ours, and ends both whatever comes of it. */
export async function withOurs<Result>(
  { nodeArgs = [], variables = {}, ...options }: OursOptions & StartOptions,
  work: (stage: OurStage) => Promise<Result>,
): Promise<Result> {
  const postgres = await startPostgres();
  const load = startLoad();
  try {
    const contender = await ours(postgres, options);
    const server = await contender.start({ nodeArgs, variables });
    try {
      return await work({ contender, server, load });
    } finally {
      await server.stop();
      await contender.close();
    }
  } finally {
    load.stop();
    await postgres.stop();
  }
}
