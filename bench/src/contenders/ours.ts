import type { BenchPostgres } from '../postgres.js';
import { startServer } from '../processes.js';
import { type Contender, ISSUER } from './contender.js';
import { secretVariables } from './keys.js';
import { challengeAgain, seedUsers } from './second-factor-rows.js';
import { startVariables } from './start-variables.js';

export interface OursOptions {
  /** Of its database. */
  readonly name?: string;
  /** What node runs. Default: what users run. */
  readonly program?: string;
}

/** The product: its production build, its defaults, without the limits per address. */
export async function ours(
  postgres: BenchPostgres,
  { name = 'ours', program = 'dist/server/main.js' }: OursOptions = {},
): Promise<Contender> {
  const database = await postgres.createDatabase(name);
  return {
    name: 'ours',
    dialect: 'ours',
    database,
    start: ({ nodeArgs = [], variables = {} } = {}) =>
      startServer({
        args: [...nodeArgs, program],
        env: {
          ...startVariables,
          ...secretVariables,
          DATABASE_URL: database.url,
          TWO_FACTOR_ISSUER: ISSUER,
          RATE_LIMIT: 'off',
          ...variables,
        },
        readyPath: '/health/ready',
      }),
    prepare: (operation, count) => seedUsers(database, operation, count),
    challengeAgain: (call) => challengeAgain(database, call),
    close: () => database.close(),
  };
}
