import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execPath } from 'node:process';

/** What a file of TypeScript's asks for when it is loaded: not what a function in it asks for later. */
const LOADED_AT_ONCE = /^(?:(?:const|var) \w+ = (?:__\w+\()?)?require\("([^"]+)"\)/gm;
const NEST = '@nestjs/';

/**
 * Writes the ES module of an entry, which hands on what the implementation exports, and its types.
 *
 * - Each name is written out: a bundler that is given `export *` of CommonJS finds out the names when it runs, if at all.
 * - It imports what of Nest the implementation requires. Nest 12 is ES modules only, and Node requires none that it is
 *   just importing, which it is where an application imports us before Nest, or both at the same time.
 */
export function writeEntry({ entry, implementation }: { entry: string; implementation: string }): void {
  const path = relative(dirname(entry), implementation);
  const specifier = path.startsWith('.') ? path : `./${path}`;
  const nest = [...packagesBehind(implementation)].filter((name) => name.startsWith(NEST)).toSorted();
  const lines = [
    ...nest.map((name) => `import '${name}';`),
    `export { ${namesOf(implementation).join(', ')} } from '${specifier}';`,
  ];
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, `${lines.join('\n')}\n`);
  writeFileSync(entry.replace(/\.js$/, '.d.ts'), `export * from '${specifier}';\n`);
}

/** By a program of its own: what is asked for names is what Node will load. */
function namesOf(implementation: string): string[] {
  const script = 'JSON.stringify(Object.keys(require(process.argv[1])))';
  const names = execFileSync(execPath, ['--no-warnings', '--print', script, implementation], {
    encoding: 'utf8',
  });
  return JSON.parse(names);
}

/** The packages that a file loads, itself or through files of ours. */
function packagesBehind(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) {
    return new Set();
  }
  seen.add(path);
  const specifiers = Array.from(readFileSync(path, 'utf8').matchAll(LOADED_AT_ONCE), ([, name = '']) => name);
  return new Set(
    specifiers.flatMap((specifier) =>
      specifier.startsWith('.') ? [...packagesBehind(join(dirname(path), specifier), seen)] : [specifier],
    ),
  );
}
