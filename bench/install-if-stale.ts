// Installs what only the benchmark needs, unless what is installed was made from this very lock file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('.', import.meta.url));
/** Written last, and gone with the folder: an install that was killed half-way has none. */
const STAMP = join(BENCH, 'node_modules/.installed-from');

const wanted = createHash('sha256')
  .update(readFileSync(join(BENCH, 'package-lock.json')))
  .digest('hex');

function isInstalled(): boolean {
  try {
    return readFileSync(STAMP, 'utf8') === wanted;
  } catch {
    return false;
  }
}

if (!isInstalled()) {
  process.stdout.write("Installing the benchmark's own packages, the first time or after a change …\n");
  execFileSync('npm', ['ci', '--prefix', BENCH, '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
  });
  writeFileSync(STAMP, wanted);
}
