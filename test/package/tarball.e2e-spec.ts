import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedLibrary } from '../hosts/support/tarball.js';

const run = promisify(execFile);

describe('the packed library', () => {
  let tarball: string;
  /** Every file, by its path in the package. */
  let contents: ReadonlyMap<string, string>;

  beforeAll(async () => {
    tarball = await packedLibrary();
    const folder = mkdtempSync(join(tmpdir(), 'unpacked-'));
    await run('tar', ['xzf', tarball, '-C', folder]);
    contents = new Map(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [relative(join(folder, 'package'), path), readFileSync(path, 'utf8')]),
    );
    rmSync(folder, { recursive: true });
  }, 120_000);

  it('holds what was built, the README and the licence, and nothing else', () => {
    const files = [...contents.keys()];
    const strays = files.filter(
      (path) => !/^(dist\/.*\.(js|js\.map|d\.ts)|README\.md|LICENSE|package\.json)$/.test(path),
    );

    expect(strays).toEqual([]);
    expect(files.filter((path) => path.includes('.spec.'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/testing/index.js',
      ]),
    );
  });

  it('has a manifest without the workspace in it', () => {
    expect(contents.get('package.json')).not.toMatch(/"source"|"scripts"|"workspace:|src\//);
  });

  it('reads no environment, and nothing of the backend beside it', () => {
    const strays = Array.from(contents)
      .filter(([path]) => path.endsWith('.js'))
      .filter(([, text]) => /process\.env|from '(\.\.\/)+src\//.test(text));

    expect(strays).toEqual([]);
  });

  it('gives publint nothing to say', async () => {
    const bytes = readFileSync(tarball);
    const { messages, pkg } = await publint({
      strict: true,
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    });

    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types that fit its modules, whatever resolves them', async () => {
    const attw = fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json')).replace(
      'package.json',
      'dist/index.js',
    );

    // It ends with 1, and so rejects, when there is a problem. CommonJS is ignored by it, and tested by the hosts.
    const { stdout } = await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-color']);

    expect(stdout).toContain('"nestjs-two-factor/testing"');
    expect(stdout).toContain('"nestjs-two-factor/swagger"');
  });
});
