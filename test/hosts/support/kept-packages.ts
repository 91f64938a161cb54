import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';
import { fingerprintOf } from '../../../scripts/fingerprint.js';
import { packedLibrary } from './tarball.js';

const HOSTS = fileURLToPath(new URL('..', import.meta.url));
const PACKAGE = 'nestjs-two-factor';
const PATIENCE_MS = 300_000;
const run = promisify(execFile);

/**
 * Gives a host its packages: what its own and the library's `package.json` ask for is installed once, and kept in the
 * temporary folder for the next run; the library itself is unpacked anew, as it is now.
 */
export async function providePackages(name: string, folder: string): Promise<void> {
  const kept = await install(name);
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, PACKAGE), { recursive: true });
  for (const entry of readdirSync(kept).filter((each) => each !== PACKAGE)) {
    symlinkSync(join(kept, entry), join(packages, entry));
  }
  await run('tar', ['-xzf', await packedLibrary(), '--strip-components=1', '-C', join(packages, PACKAGE)]);
  // What npm could not put beside the library, for the host has another version of it.
  const nested = join(kept, PACKAGE, 'node_modules');
  if (existsSync(nested)) {
    symlinkSync(nested, join(packages, PACKAGE, 'node_modules'));
  }
}

async function install(name: string): Promise<string> {
  const manifest = join(HOSTS, name, 'package.json');
  const wanted = fingerprintOf([`test/hosts/${name}/package.json`, 'libs/two-factor/package.json']);
  const kept = join(tmpdir(), `host-${name}-${process.version}-${wanted}`);
  mkdirSync(kept, { recursive: true });
  await inTurn(join(kept, 'turn'), PATIENCE_MS, async () => {
    if (existsSync(join(kept, 'node_modules'))) {
      return;
    }
    const work = mkdtempSync(join(tmpdir(), 'install-'));
    copyFileSync(manifest, join(work, 'package.json'));
    copyFileSync(await packedLibrary(), join(work, `${PACKAGE}.tgz`));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    try {
      // npm refuses the install when the peer ranges of the library do not fit the host's versions.
      await run('npm', ['install', ...flags, `./${PACKAGE}.tgz`], { cwd: work });
      renameSync(join(work, 'node_modules'), join(kept, 'node_modules'));
    } catch (error) {
      const reason = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
      throw new Error(`npm install failed. It needs the registry, or its packages in the cache.\n${reason}`, {
        cause: error,
      });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
  return join(kept, 'node_modules');
}
