import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../src/api/schema.ts', import.meta.url));

describe('the client', () => {
  it('is what openapi-typescript makes of openapi.json: `npm run client -w two-factor-elements` renews it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'client-'));
    try {
      const file = join(folder, 'schema.ts');
      const run = (command: string, ...words: string[]): void =>
        void execFileSync(join(ROOT, 'node_modules/.bin', command), words, { cwd: ROOT, stdio: 'pipe' });

      run('openapi-typescript', 'openapi.json', '--output', file);
      run('oxfmt', '--config', '.oxfmtrc.json', file);

      expect(readFileSync(SCHEMA, 'utf8')).toBe(readFileSync(file, 'utf8'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
