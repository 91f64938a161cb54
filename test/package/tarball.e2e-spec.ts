import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedLibrary } from '../hosts/support/tarball.js';

const run = promisify(execFile);

describe('the packed library', () => {
  let tarball: string;
  let files: string[];

  beforeAll(async () => {
    tarball = await packedLibrary();
    const { stdout } = await run('tar', ['tzf', tarball]);
    files = stdout.trim().split('\n');
  }, 120_000);

  const contentOf = async (path: string): Promise<string> =>
    (await run('tar', ['xzOf', tarball, path])).stdout;

  it('holds what was built, the README and the licence, and nothing else', () => {
    const strays = files.filter(
      (path) => !/^package\/(dist\/.*\.(js|js\.map|d\.ts)|README\.md|LICENSE|package\.json)$/.test(path),
    );

    expect(strays).toEqual([]);
    expect(files.filter((path) => path.includes('.spec.'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'package/README.md',
        'package/LICENSE',
        'package/dist/index.js',
        'package/dist/index.d.ts',
        'package/dist/testing/index.js',
      ]),
    );
  });

  it('has a manifest without the workspace in it', async () => {
    const manifest = await contentOf('package/package.json');

    expect(manifest).not.toMatch(/"source"|"scripts"|"workspace:|src\//);
  });

  it('says nothing of this repository beyond itself', async () => {
    const texts = await Promise.all(files.filter((path) => path.endsWith('.js')).map(contentOf));

    expect(texts.filter((text) => /process\.env|from '(\.\.\/)+src\//.test(text))).toEqual([]);
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
  });
});
