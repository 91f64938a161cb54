import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = 'nestjs-two-factor';

/** What npm writes of an installation, in `node_modules/.package-lock.json`. */
interface Installed {
  readonly packages: Readonly<Record<string, InstalledPackage>>;
}

interface InstalledPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What the library adds to the packages of a host: itself, and what the host had no other reason to install. */
export interface AddedPackages {
  readonly names: readonly string[];
  readonly mebibytes: number;
}

export function addedPackages(host: string): AddedPackages {
  const { packages }: Installed = JSON.parse(
    readFileSync(join(host, 'node_modules/.package-lock.json'), 'utf8'),
  );
  const manifest: { dependencies: object; devDependencies: object } = JSON.parse(
    readFileSync(join(host, 'package.json'), 'utf8'),
  );
  const before = new Set<string>();
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    reach(packages, '', name, before);
  }
  const after = new Set(before);
  reach(packages, '', PACKAGE, after);
  const added = [...after].filter((path) => !before.has(path));
  const bytes = added.reduce((sum, path) => sum + bytesOf(join(host, path)), 0);
  return {
    names: added.map((path) => path.replace(/^.*node_modules\//, '')).toSorted(),
    mebibytes: bytes / 2 ** 20,
  };
}

/** Adds a package, as the one at `from` finds it, and all that it needs. */
function reach(packages: Installed['packages'], from: string, name: string, into: Set<string>): void {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  const found = packages[path];
  if (found === undefined) {
    if (from !== '') {
      reach(packages, from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), name, into);
    }
    return;
  }
  if (into.has(path)) {
    return;
  }
  into.add(path);
  const needed = { ...found.dependencies, ...found.optionalDependencies, ...found.peerDependencies };
  for (const each of Object.keys(needed)) {
    reach(packages, path, each, into);
  }
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
