import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** The specification's examples in their own languages. Not in `npm test`: whoever runs that need not have them. */
export default defineConfig({
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    include: ['test/clients/**/*.client-spec.ts'],
    globalSetup: ['test/support/postgres.setup.ts', 'test/clients/support/languages.setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
