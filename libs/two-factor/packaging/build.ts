// Builds the package into `dist`: the implementation in CommonJS, and an ES module for each entry that hands it on.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleLeaves } from './bundle.js';
import { ENTRIES } from './entries.js';
import { writeEntry } from './write-entry.js';

const LIBRARY = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(LIBRARY, '../../node_modules/typescript-7/bin/tsc');
const IMPLEMENTATION = 'dist/cjs';

rmSync(join(LIBRARY, 'dist'), { recursive: true, force: true });
execFileSync(TSC, ['-p', 'tsconfig.build.json'], { cwd: LIBRARY, stdio: 'inherit' });
writeFileSync(join(LIBRARY, IMPLEMENTATION, 'package.json'), '{ "type": "commonjs" }\n');
await bundleLeaves(LIBRARY, IMPLEMENTATION);
for (const file of Object.values(ENTRIES)) {
  writeEntry({
    entry: join(LIBRARY, 'dist', `${file}.js`),
    implementation: join(LIBRARY, IMPLEMENTATION, `${file}.js`),
  });
}
