import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { type TestProjectInlineConfiguration, defineConfig } from 'vitest/config';

const ALL = [
  'src/**/*.spec.ts',
  'libs/*/src/**/*.spec.ts',
  'libs/*/test/**/*.spec.ts',
  'test/**/*.e2e-spec.ts',
  'test/browser/*.browser-spec.ts',
];
/**
 * Files that change what all files of a process share: a prototype, the environment, the state of a module. And what asks for
 * Argon2id as it is shipped.
 */
const APART = [
  'libs/two-factor/src/factors/backup-codes/backup-code-hash.spec.ts',
  'test/package/readme-app.e2e-spec.ts',
  'test/package/wrong-hosts.e2e-spec.ts',
  'test/scale/partitioned.e2e-spec.ts',
  'test/scale/single-user.e2e-spec.ts',
  'test/two-factor/sign-in.e2e-spec.ts',
];
const CHEAP_ARGON2 = fileURLToPath(new URL('test/support/cheap-argon2.ts', import.meta.url));
/** Real servers and kills: scripts/test.ts knows when they have passed already. */
const LAUNCHER = 'libs/embedded-postgres/**/*.spec.ts';

// The workspaces are read from their sources, so that no build stands between an edit and its test.
const CONDITIONS = ['source', ...defaultServerConditions];
const RESOLUTION = {
  ssr: { resolve: { conditions: CONDITIONS } },
  // Vitest runs the global set-ups in an environment of its own.
  environments: { __vitest__: { resolve: { conditions: CONDITIONS } } },
};

export default defineConfig({
  ...RESOLUTION,
  test: {
    // Loading Nest and TypeORM takes longer than the tests of most files: once for a process, not once for each file.
    projects: [
      project({
        name: 'together',
        isolate: false,
        include: ALL,
        exclude: [...APART, LAUNCHER],
        // A third of the time went into it. Packed hosts, built servers and the attacks have their own.
        alias: { argon2: CHEAP_ARGON2 },
      }),
      project({ name: 'apart', include: APART }),
      project({ name: 'launcher', include: [LAUNCHER] }),
    ],
    // Here, for a project would have them run again.
    globalSetup: ['test/support/postgres.setup.ts', 'test/browser/support/chromium.setup.ts'],
    // One is Vitest's default on two cores; much of the time is spent waiting for databases and browsers.
    maxWorkers: 2,
    coverage: {
      // By hand: it takes time, and its figure is the same on every machine.
      enabled: process.env['COVERAGE'] === 'on',
      provider: 'v8',
      include: ['src/**/*.ts', 'libs/*/src/**/*.ts'],
      // The elements run in a browser, out of reach of V8's counters here.
      exclude: ['**/*.spec.ts', 'src/main.ts', 'libs/two-factor-elements/src/**'],
      reporter: ['text-summary'],
    },
  },
});

function project(test: NonNullable<TestProjectInlineConfiguration['test']>): TestProjectInlineConfiguration {
  return { ...RESOLUTION, test: { testTimeout: 60_000, hookTimeout: 60_000, ...test } };
}
