import { readFileSync } from 'node:fs';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/**
 * Names the packages that modules are from, with their versions, for whoever looks for weak ones; each with its licence,
 * which asks to go where the code goes.
 *
 * @param modules paths of files
 * @throws Error when a package has no licence
 */
export function licencesOf(modules: Iterable<string>): string {
  const folders = Array.from(modules, (path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const notices = [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .map((folder) => {
      const { name, version }: Manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      return `${name}@${version}\n\n${readFileSync(`${folder}/LICENSE`, 'utf8').trim()}\n`;
    });
  return notices.toSorted().join('\n\n');
}
