import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';
import { filesBelow, fingerprintOf } from '../../../scripts/fingerprint.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LIBRARY = 'libs/two-factor';
const BASE = 'tsconfig.base.json';
const PATIENCE_MS = 120_000;

/** What the tarball is made from. Tests are not shipped. */
function sources(): string[] {
  return filesBelow(LIBRARY).filter((path) => !/\.(spec\.ts|tgz)$/.test(path));
}

/**
 * Packs the library as `npm pack` does for its publisher, once for these sources.
 *
 * It works on a copy: the pack builds anew, and other tests run from the build that is there.
 *
 * @returns the path of the tarball
 */
export async function packedLibrary(): Promise<string> {
  const folder = join(tmpdir(), `nestjs-two-factor-${fingerprintOf([...sources(), BASE])}`);
  const tarball = join(folder, 'nestjs-two-factor.tgz');
  mkdirSync(folder, { recursive: true });
  await inTurn(join(folder, 'turn'), PATIENCE_MS, async () => {
    if (existsSync(tarball)) {
      return;
    }
    const work = mkdtempSync(join(tmpdir(), 'pack-'));
    for (const path of [...sources(), BASE]) {
      cpSync(join(ROOT, path), join(work, path));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(work, 'node_modules'));
    const copy = join(work, LIBRARY);
    const { stdout } = await promisify(execFile)('npm', ['pack', '--loglevel=error'], { cwd: copy });
    renameSync(join(copy, stdout.trim().split('\n').at(-1) ?? ''), tarball);
    rmSync(work, { recursive: true });
  });
  return tarball;
}
