// npm test, but for the attacks. The launcher's tests start a hundred servers, and nothing else can break them: they run
// unless they have passed on these very sources. A fresh clone, as the gate's, knows of no such run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, fingerprintOf } from './fingerprint.js';

const PASSED = fileURLToPath(new URL('../node_modules/.cache/launcher-passed', import.meta.url));
const sources = `${process.version} ${fingerprintOf([...filesBelow('libs/embedded-postgres'), 'package-lock.json', 'vitest.config.ts'])}`;
const hasPassed = existsSync(PASSED) && readFileSync(PASSED, 'utf8') === sources;

if (hasPassed) {
  process.stdout.write(
    "The launcher's tests have passed on these sources: npx vitest run --project launcher\n",
  );
}
const rest = hasPassed ? ['--project=!launcher'] : [];
const { status } = spawnSync('npx', ['vitest', 'run', ...rest], { stdio: 'inherit' });
if (status === 0) {
  mkdirSync(dirname(PASSED), { recursive: true });
  writeFileSync(PASSED, sources);
}
process.exitCode = status ?? 1;
