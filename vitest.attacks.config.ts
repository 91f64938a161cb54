import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const CONDITIONS = ['source', ...defaultServerConditions];

/** The attacks. `npm test` runs them last, after all others: their bursts need the machine to themselves. */
export default defineConfig({
  ssr: { resolve: { conditions: CONDITIONS } },
  // Vitest runs the global set-ups in an environment of its own.
  environments: { __vitest__: { resolve: { conditions: CONDITIONS } } },
  test: {
    include: ['test/attacks/**/*.attack-spec.ts'],
    globalSetup: ['test/support/postgres.setup.ts', 'test/support/attacks.setup.ts'],
    // Much of the time is spent waiting: for processes to start, and for a database to come back.
    maxWorkers: 2,
    // Files of one worker share their server processes.
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
