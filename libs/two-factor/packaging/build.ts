// Builds the package into `dist`: the implementation in CommonJS, and an ES module for each entry that hands it on.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundleLeaves } from './bundle.js';
import { ENTRIES } from './entries.js';

const LIBRARY = fileURLToPath(new URL('..', import.meta.url));
const IMPLEMENTATION = 'dist/cjs';

/**
 * Each name is written out: a bundler that is given `export *` of CommonJS finds out the names when it runs, if at all.
 */
function writeEntry(file: string): void {
  const entry = join(LIBRARY, 'dist', `${file}.js`);
  const implementation = join(LIBRARY, IMPLEMENTATION, `${file}.js`);
  // By a program of its own: what is asked for names is what Node will load.
  const script = 'JSON.stringify(Object.keys(require(process.argv[1])))';
  const names: string[] = JSON.parse(
    execFileSync(execPath, ['--no-warnings', '--print', script, implementation], { encoding: 'utf8' }),
  );
  const from = relative(dirname(entry), implementation);
  const specifier = from.startsWith('.') ? from : `./${from}`;
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, `export { ${names.join(', ')} } from '${specifier}';\n`);
  writeFileSync(entry.replace(/\.js$/, '.d.ts'), `export * from '${specifier}';\n`);
}

rmSync(join(LIBRARY, 'dist'), { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: LIBRARY, stdio: 'inherit' });
writeFileSync(join(LIBRARY, IMPLEMENTATION, 'package.json'), '{ "type": "commonjs" }\n');
await bundleLeaves(LIBRARY, IMPLEMENTATION);
for (const file of Object.values(ENTRIES)) {
  writeEntry(file);
}
