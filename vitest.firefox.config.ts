import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const CONDITIONS = ['source', ...defaultServerConditions];

/** The screens in Firefox. Not in `npm test`: whoever runs that need not have it. */
export default defineConfig({
  ssr: { resolve: { conditions: CONDITIONS } },
  // Vitest runs the global set-ups in an environment of its own.
  environments: { __vitest__: { resolve: { conditions: CONDITIONS } } },
  test: {
    include: ['test/browser/firefox/*.firefox-spec.ts'],
    globalSetup: ['test/support/postgres.setup.ts', 'test/browser/support/firefox.setup.ts'],
    isolate: false,
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
