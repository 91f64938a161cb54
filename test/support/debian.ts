import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Whether {@link installPackages} can do anything. Ubuntu is another system: some of its packages are snaps. */
export function isRootOnDebian(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync('/etc/os-release') &&
    /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

/**
 * Installs Debian's packages of these names.
 *
 * @param why stands in the line that tells of it
 * @throws Error when one of them cannot be installed
 */
export function installPackages(names: readonly string[], why: string): void {
  process.stdout.write(`Installing ${names.join(', ')} ${why}, once …\n`);
  const apt = (...words: string[]): void =>
    void execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...names);
}
