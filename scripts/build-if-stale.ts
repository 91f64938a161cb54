// Builds the library and the backend unless what is in dist was made from these very sources.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';
import { filesBelow, fingerprintOf } from './fingerprint.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'web',
  'libs/embedded-postgres/src',
  'libs/two-factor/src',
  'libs/two-factor/packaging',
  'libs/two-factor-elements/src',
];
const SETTINGS = [
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'libs/embedded-postgres/package.json',
  'libs/embedded-postgres/tsconfig.build.json',
  'libs/two-factor/package.json',
  'libs/two-factor/tsconfig.build.json',
  'libs/two-factor-elements/package.json',
  'libs/two-factor-elements/tsconfig.json',
  'libs/two-factor-elements/tsconfig.build.json',
  'libs/two-factor-elements/minify-templates.ts',
  'libs/two-factor-elements/vite.config.ts',
  'libs/two-factor-elements/vite.modules.config.ts',
  'nest-cli.json',
  'vite.server.config.ts',
];
/** Written last: a build that was killed half-way has none. */
const STAMP = join(ROOT, 'dist/.built-from');
const QUEUE = join(ROOT, 'node_modules/.cache/build-queue');
const PATIENCE_MS = 300_000;

function fingerprint(): string {
  const files = SOURCES.flatMap(filesBelow).filter(
    (name) => /\.(ts|html|css|svg)$/.test(name) && !name.endsWith('.spec.ts'),
  );
  return fingerprintOf([...files, ...SETTINGS]);
}

function isBuilt(): boolean {
  try {
    return readFileSync(STAMP, 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

// One build at a time, whoever starts it: the second one finds the first one's work.
await inTurn(QUEUE, PATIENCE_MS, async () => {
  if (!isBuilt()) {
    process.stdout.write('Building, the first time or after a change …\n');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
    writeFileSync(STAMP, fingerprint());
  }
});
