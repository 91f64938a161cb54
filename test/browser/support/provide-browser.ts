import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { installPackages, isRootOnDebian } from '../../support/debian.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser is, or why there is none: then the browser tests fail and the others run. */
    readonly browser: Found;
  }
}

type Found = { readonly name: Wanted['name']; readonly path: string } | { readonly missing: string };

interface Wanted {
  readonly name: 'Chromium' | 'Firefox';
  /** The environment variable that names the file to run. */
  readonly variable: string;
  readonly places: readonly string[];
  /** Debian's packages, and where the first one of them puts the browser. */
  readonly packages: readonly string[];
  readonly installed: string;
}

/** Finds a browser for the tests, and installs Debian's where that can be done. */
export function provideBrowser(project: TestProject, wanted: Wanted): void {
  project.provide('browser', findOrInstall(wanted));
}

function findOrInstall({ name, variable, places, packages, installed }: Wanted): Found {
  const advice = `Install ${name}, or set ${variable} to the file to run.`;
  const given = process.env[variable];
  if (given !== undefined && given !== '') {
    return existsSync(given) ? { name, path: given } : { missing: `${variable} names no file: ${given}` };
  }
  const found = [installed, ...places].find((place) => existsSync(place));
  if (found !== undefined) {
    return { name, path: found };
  }
  if (!isRootOnDebian()) {
    return { missing: `No ${name} in any of the usual places. ${advice}` };
  }
  try {
    installPackages(packages, 'for the browser tests');
    return { name, path: installed };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `${name} could not be installed: ${reason}\n${advice}` };
  }
}
