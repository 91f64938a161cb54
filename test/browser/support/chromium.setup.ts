import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { installPackages, isRootOnDebian } from '../../support/debian.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a Chromium is, or why there is none: then the browser tests fail and the others run. */
    readonly chromium: { readonly path: string } | { readonly missing: string };
  }
}

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const ADVICE = 'Install Chromium or Chrome, or set CHROMIUM_PATH to the file to run.';

/** Finds a Chromium for the browser tests, and installs Debian's where that can be done. */
export default function setup(project: TestProject): void {
  project.provide('chromium', findOrInstall());
}

function findOrInstall(): { readonly path: string } | { readonly missing: string } {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    return existsSync(given) ? { path: given } : { missing: `CHROMIUM_PATH names no file: ${given}` };
  }
  const found = PLACES.find((place) => existsSync(place));
  if (found !== undefined) {
    return { path: found };
  }
  if (!isRootOnDebian()) {
    return { missing: `No Chromium in any of the usual places. ${ADVICE}` };
  }
  try {
    installPackages(['chromium', 'fonts-dejavu-core'], 'for the browser tests');
    return { path: '/usr/bin/chromium' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `Chromium could not be installed: ${reason}\n${ADVICE}` };
  }
}
