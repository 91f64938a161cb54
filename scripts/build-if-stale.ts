// Builds the library and the backend unless what is in dist was made from these very sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'web',
  'libs/embedded-postgres/src',
  'libs/two-factor/src',
  'libs/two-factor-elements/src',
];
const SETTINGS = [
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'libs/embedded-postgres/package.json',
  'libs/embedded-postgres/tsconfig.build.json',
  'libs/two-factor/tsconfig.build.json',
  'libs/two-factor-elements/package.json',
  'libs/two-factor-elements/tsconfig.json',
  'libs/two-factor-elements/tsconfig.build.json',
  'libs/two-factor-elements/vite.config.ts',
  'nest-cli.json',
  'vite.server.config.ts',
];
/** Written last: a build that was killed half-way has none. */
const STAMP = join(ROOT, 'dist/.built-from');
const PATIENCE_MS = 300_000;

function fingerprint(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|html|css|svg)$/.test(name) && !name.endsWith('.spec.ts'))
      .map((name) => join(folder, name)),
  );
  for (const file of [...files, ...SETTINGS].toSorted()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function isBuilt(): boolean {
  try {
    return readFileSync(STAMP, 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

// One build at a time, whoever starts it: the second one finds the first one's work.
const queue = join(tmpdir(), `build-${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}`);
await inTurn(queue, PATIENCE_MS, async () => {
  if (!isBuilt()) {
    process.stdout.write('Building, the first time or after a change …\n');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
    writeFileSync(STAMP, fingerprint());
  }
});
