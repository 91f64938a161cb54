import { migrate } from '../../../src/database/migrate.js';
import type { BenchPostgres } from '../postgres.js';
import { BENCH, startServer } from '../processes.js';
import { type Contender, ISSUER } from './contender.js';
import { secretVariables } from './keys.js';
import { challengeAgain, seedUsers } from './second-factor-rows.js';
import { startVariables } from './start-variables.js';

/**
 * Fastify and pg on the tables of ours, with no framework: what the invariants cost by themselves.
 *
 * @param chargesFirst as it was once: a one-time code is charged in a commit of its own, and accepted in a second one
 */
export async function floor(
  postgres: BenchPostgres,
  { chargesFirst = false }: { readonly chargesFirst?: boolean } = {},
): Promise<Contender> {
  const name = chargesFirst ? 'old floor' : 'floor';
  const database = await postgres.createDatabase(name.replace(' ', '_'));
  await migrate({ url: database.url });
  return {
    name,
    dialect: 'ours',
    database,
    start: ({ nodeArgs = [], variables = {} } = {}) =>
      startServer({
        args: [...nodeArgs, '--import', 'tsx', 'src/servers/floor/main.ts'],
        // The memory allocator as ours has it, so that only the code differs.
        env: {
          ...startVariables,
          ...secretVariables,
          CHARGES_FIRST: chargesFirst ? 'on' : 'off',
          DATABASE_URL: database.url,
          ISSUER,
          ...variables,
        },
        readyPath: '/health/ready',
        cwd: BENCH,
      }),
    prepare: (operation, count) => seedUsers(database, operation, count),
    challengeAgain: (call) => challengeAgain(database, call),
    close: () => database.close(),
  };
}
