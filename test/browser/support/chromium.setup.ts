import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

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
    process.stdout.write('Installing Chromium for the browser tests, once …\n');
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...words: string[]): void =>
      void execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
    return { path: '/usr/bin/chromium' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `Chromium could not be installed: ${reason}\n${ADVICE}` };
  }
}

/** Ubuntu's package of that name is a snap, which does not run in containers. */
function isRootOnDebian(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync('/etc/os-release') &&
    /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}
