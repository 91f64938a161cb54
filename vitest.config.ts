import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// The workspace's library is read from its sources, so that no build stands between an edit and its test.
const CONDITIONS = ['source', ...defaultServerConditions];

export default defineConfig({
  ssr: { resolve: { conditions: CONDITIONS } },
  // Vitest runs the global set-ups in an environment of its own.
  environments: { __vitest__: { resolve: { conditions: CONDITIONS } } },
  test: {
    include: [
      'src/**/*.spec.ts',
      'libs/*/src/**/*.spec.ts',
      'libs/*/test/**/*.spec.ts',
      'test/**/*.e2e-spec.ts',
      'test/browser/*.browser-spec.ts',
    ],
    globalSetup: ['test/support/postgres.setup.ts', 'test/browser/support/chromium.setup.ts'],
    // One is Vitest's default on two cores; much of the time is spent waiting for databases and browsers.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'libs/*/src/**/*.ts'],
      // The elements run in a browser, out of reach of V8's counters here.
      exclude: ['**/*.spec.ts', 'src/main.ts', 'libs/two-factor-elements/src/**'],
      reporter: ['text-summary'],
    },
  },
});
