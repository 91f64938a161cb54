// The hooks of `npm pack`. The tarball holds no sources, so its manifest must not lead to them: a host whose
// own build has a condition called `source` would look for files that are not there.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';

const MANIFEST = new URL('../package.json', import.meta.url);
/** The manifest of the workspace, while the other one is being packed. A pack that was broken off leaves it. */
const KEPT = new URL('../.package.json.kept', import.meta.url);
/** What only the workspace has a use for. */
const OF_THE_WORKSPACE = new Set(['source', 'scripts', 'devDependencies']);

function restore(): void {
  if (existsSync(KEPT)) {
    renameSync(KEPT, MANIFEST);
  }
}

async function prepare(): Promise<void> {
  restore();
  await import('./build.js');
  const text = readFileSync(MANIFEST, 'utf8');
  const packed: unknown = JSON.parse(text, (key, value: unknown) =>
    OF_THE_WORKSPACE.has(key) ? undefined : value,
  );
  writeFileSync(KEPT, text);
  writeFileSync(MANIFEST, `${JSON.stringify(packed, null, 2)}\n`);
}

if (argv[2] === 'restore') {
  restore();
} else {
  await prepare();
}
