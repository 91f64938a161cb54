// Writes where the package is entered into its manifest, from the list of entries.
import { readFileSync, writeFileSync } from 'node:fs';
import { ENTRIES } from './entries.js';
import { entryPointsOf } from './entry-points.js';

const MANIFEST = new URL('../package.json', import.meta.url);

const manifest: object = JSON.parse(readFileSync(MANIFEST, 'utf8'));
writeFileSync(MANIFEST, `${JSON.stringify({ ...manifest, ...entryPointsOf(ENTRIES) }, null, 2)}\n`);
