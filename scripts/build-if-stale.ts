// Builds the backend and its page, unless what is in dist was made from these very sources; `packages` as its argument
// builds what is published too. The backend is bundled from all sources, so a first `npm start` waits for no compiler.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';
import { filesBelow, fingerprintOf } from './fingerprint.js';

/** What one script of `package.json` builds. */
interface Target {
  readonly script: string;
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

const LIBRARIES = ['libs/embedded-postgres', 'libs/two-factor', 'libs/two-factor-elements'];
const SOURCES = LIBRARIES.map((library) => `${library}/src`);
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  ...LIBRARIES.map((library) => `${library}/package.json`),
  'libs/two-factor-elements/tsconfig.json',
];
const BACKEND: Target = {
  script: 'build',
  folders: ['src', 'web', ...SOURCES],
  files: ['tsconfig.json', 'vite.server.config.ts', ...SETTINGS],
};
const PACKAGES: Target = {
  script: 'build:packages',
  folders: ['libs/two-factor/packaging', ...SOURCES],
  files: [
    ...LIBRARIES.map((library) => `${library}/tsconfig.build.json`),
    'libs/two-factor-elements/minify-templates.ts',
    'libs/two-factor-elements/vite.config.ts',
    'libs/two-factor-elements/vite.modules.config.ts',
    ...SETTINGS,
  ],
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const QUEUE = join(ROOT, 'node_modules/.cache/build-queue');
const PATIENCE_MS = 300_000;

function fingerprint({ folders, files }: Target): string {
  const sources = folders
    .flatMap(filesBelow)
    .filter((name) => /\.(ts|html|css|svg)$/.test(name) && !name.endsWith('.spec.ts'));
  return fingerprintOf([...sources, ...files]);
}

/** Written last: a build that was killed half-way has none. */
function stampOf({ script }: Target): string {
  return join(ROOT, 'dist', `.${script.replace(':', '-')}`);
}

function isBuilt(target: Target): boolean {
  try {
    return readFileSync(stampOf(target), 'utf8') === fingerprint(target);
  } catch {
    return false;
  }
}

// One build at a time, whoever starts it: the second one finds the first one's work.
await inTurn(QUEUE, PATIENCE_MS, async () => {
  const targets = process.argv[2] === 'packages' ? [BACKEND, PACKAGES] : [BACKEND];
  for (const target of targets.filter((each) => !isBuilt(each))) {
    process.stdout.write('Building, the first time or after a change …\n');
    execFileSync('npm', ['run', '--silent', target.script], { cwd: ROOT, stdio: 'inherit' });
    mkdirSync(dirname(stampOf(target)), { recursive: true });
    writeFileSync(stampOf(target), fingerprint(target));
  }
});
