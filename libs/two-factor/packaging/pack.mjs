// The hooks of `npm pack`. The tarball holds no sources, so its manifest must not lead to them: a host whose
// own build has a condition called `source` would look for files that are not there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIBRARY = new URL('../', import.meta.url);
const MANIFEST = new URL('package.json', LIBRARY);
/** The manifest of the workspace, while the other one is being packed. A pack that was broken off leaves it. */
const KEPT = new URL('.package.json.kept', LIBRARY);

function restore() {
  if (existsSync(KEPT)) {
    renameSync(KEPT, MANIFEST);
  }
}

function prepare() {
  restore();
  // What an earlier build left of files that are gone must not be shipped.
  rmSync(new URL('dist', LIBRARY), { recursive: true, force: true });
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], {
    cwd: fileURLToPath(LIBRARY),
    stdio: 'inherit',
  });
  const text = readFileSync(MANIFEST, 'utf8');
  const { scripts: _, ...manifest } = JSON.parse(text);
  for (const conditions of Object.values(manifest.exports)) {
    delete conditions.source;
  }
  writeFileSync(KEPT, text);
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
}

({ prepare, restore })[process.argv[2]]();
