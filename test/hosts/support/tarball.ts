import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LIBRARY = join(ROOT, 'libs/two-factor');
const PATIENCE_MS = 120_000;

/** What the tarball is made from. Tests are not shipped. */
function sources(): string[] {
  return readdirSync(LIBRARY, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(LIBRARY, join(entry.parentPath, entry.name)))
    .filter((path) => !/^(dist|node_modules)\/|\.spec\.ts$|\.tgz$/.test(path))
    .toSorted();
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of sources()) {
    hash.update(`${path}\0`).update(readFileSync(join(LIBRARY, path)));
  }
  hash.update(readFileSync(join(ROOT, 'tsconfig.base.json')));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Packs the library as `npm pack` does for its publisher, once for these sources.
 *
 * It works on a copy: the pack builds anew, and other tests run from the build that is there.
 *
 * @returns the path of the tarball
 */
export async function packedLibrary(): Promise<string> {
  const folder = join(tmpdir(), `nestjs-two-factor-${fingerprint()}`);
  const tarball = join(folder, 'nestjs-two-factor.tgz');
  mkdirSync(folder, { recursive: true });
  await inTurn(join(folder, 'turn'), PATIENCE_MS, async () => {
    if (existsSync(tarball)) {
      return;
    }
    const work = mkdtempSync(join(tmpdir(), 'pack-'));
    const copy = join(work, 'libs/two-factor');
    for (const path of sources()) {
      cpSync(join(LIBRARY, path), join(copy, path));
    }
    cpSync(join(ROOT, 'tsconfig.base.json'), join(work, 'tsconfig.base.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(work, 'node_modules'));
    const { stdout } = await promisify(execFile)('npm', ['pack', '--loglevel=error'], { cwd: copy });
    renameSync(join(copy, stdout.trim().split('\n').at(-1) ?? ''), tarball);
    rmSync(work, { recursive: true });
  });
  return tarball;
}
