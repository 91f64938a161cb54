import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** The library through PgBouncer. Not in `npm test`: whoever runs that need not have it. */
export default defineConfig({
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    include: ['test/pooler/**/*.pooler-spec.ts'],
    globalSetup: ['test/support/postgres.setup.ts', 'test/pooler/support/pgbouncer.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
