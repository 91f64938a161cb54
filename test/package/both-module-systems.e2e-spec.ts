import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTRIES } from '../../libs/two-factor/packaging/entries.js';
import { entryPointsOf } from '../../libs/two-factor/packaging/entry-points.js';
import { packedLibrary } from '../hosts/support/tarball.js';

const run = promisify(execFile);
const PACKAGE = 'nestjs-two-factor';
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const MANIFEST = new URL('../../libs/two-factor/package.json', import.meta.url);
const SUBPATHS = Object.keys(ENTRIES).map((subpath) => subpath.replace('.', PACKAGE));

/** An application with the packed library beside this repository's packages: Nest 12, which is ES modules only. */
describe('the packed library under require and import', () => {
  let folder: string;
  let library: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'both-'));
    library = join(folder, 'node_modules', PACKAGE);
    mkdirSync(library, { recursive: true });
    await run('tar', ['-xzf', await packedLibrary(), '--strip-components=1', '-C', library]);
    for (const name of readdirSync(PACKAGES).filter((each) => each !== PACKAGE)) {
      symlinkSync(join(PACKAGES, name), join(folder, 'node_modules', name));
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a program says, as JSON. Its file is an ES module, or CommonJS. */
  const say = async (name: string, program: string): Promise<unknown> => {
    writeFileSync(join(folder, name), program);
    const { stdout } = await run(process.execPath, [name], { cwd: folder });
    return JSON.parse(stdout);
  };

  it('gives the same things by the same names, from every entry', async () => {
    const compared = await say(
      'same.mjs',
      `import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       const found = {};
       for (const name of ${JSON.stringify(SUBPATHS)}) {
         const imported = await import(name);
         const required = require(name);
         found[name] = Object.keys(required).length > 0
           && Object.keys(required).sort().join() === Object.keys(imported).sort().join()
           && Object.keys(required).every((key) => required[key] === imported[key]);
       }
       console.log(JSON.stringify(found));`,
    );

    expect(compared).toEqual(Object.fromEntries(SUBPATHS.map((name) => [name, true])));
  });

  it('meets one Nest under tsx, when that leaves require alone', async () => {
    writeFileSync(
      join(folder, 'host.mts'),
      `import { DiscoveryService } from '@nestjs/core';
       import { createRequire } from 'node:module';
       const ours: string = createRequire(import.meta.url).resolve('${PACKAGE}');
       const theirs: object = createRequire(ours)('@nestjs/core').DiscoveryService;
       console.log(JSON.stringify(theirs === DiscoveryService));`,
    );
    const by = async (loader: string): Promise<unknown> => {
      const { stdout } = await run(process.execPath, ['--import', loader, 'host.mts'], { cwd: folder });
      return JSON.parse(stdout);
    };

    expect(await by('tsx/esm')).toBe(true);
    // The README sends who runs this to the other one. Once it is true here, that line can go.
    expect(await by('tsx')).toBe(false);
  });

  it('has one TwoFactorException, which is an HttpException of the one Nest', async () => {
    const found = await say(
      'instance.cjs',
      `const { TwoFactorException: Required } = require('${PACKAGE}');
       const { HttpException } = require('@nestjs/common');
       (async () => {
         const { TwoFactorException: Imported } = await import('${PACKAGE}');
         const nest = await import('@nestjs/common');
         const required = new Required('TWO_FACTOR_REQUIRED');
         const imported = new Imported('TWO_FACTOR_REQUIRED');
         console.log(JSON.stringify([
           required instanceof Imported, imported instanceof Required,
           required instanceof nest.HttpException, imported instanceof HttpException,
         ]));
       })();`,
    );

    expect(found).toEqual([true, true, true, true]);
  });

  // Node requires no ES module that it is just importing. The entries import Nest themselves, so that it is there.
  it.each([
    ['before Nest', `import { TwoFactorModule as found } from '${PACKAGE}'; import '@nestjs/core';`],
    ['after Nest', `import '@nestjs/core'; import { TwoFactorModule as found } from '${PACKAGE}';`],
    [
      'while Nest is imported',
      `const [{ TwoFactorModule: found }] = await Promise.all([import('${PACKAGE}'), import('@nestjs/common'), import('@nestjs/core')]);`,
    ],
  ])('can be imported %s', async (_, imports) => {
    expect(await say('order.mjs', `${imports}\nconsole.log(JSON.stringify(found.name));`)).toBe(
      'TwoFactorModule',
    );
  });

  it('asks for no package but those in its manifest, in code and in types', () => {
    const manifest: Record<'dependencies' | 'peerDependencies', Record<string, string>> = JSON.parse(
      readFileSync(join(library, 'package.json'), 'utf8'),
    );
    const known = new Set([
      ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
      ...builtinModules,
    ]);
    const asked = readdirSync(join(library, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      // A method of ours is called `require`, too.
      .map((file) => readFileSync(join(library, 'dist', file), 'utf8').replaceAll('.require(', '.ask('))
      .flatMap((text) => ts.preProcessFile(text, true, true).importedFiles)
      .filter(({ fileName }) => !fileName.startsWith('.'))
      .map(({ fileName }) => /^(?:node:)?((?:@[^/]+\/)?[^/]+)/.exec(fileName)?.[1] ?? fileName);

    expect(asked).toEqual(expect.arrayContaining(['@nestjs/common', 'argon2', 'crypto']));
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('names what is bundled in it, with licences', () => {
    const notices = readFileSync(join(library, 'dist/cjs/BUNDLED'), 'utf8');

    expect(notices.match(/^\S+@\d+\.\d+\.\d+$/gm)).toEqual([
      expect.stringMatching('@otplib/core@'),
      expect.stringMatching('@otplib/plugin-base32-scure@'),
      expect.stringMatching('@otplib/plugin-crypto-node@'),
      expect.stringMatching('@scure/base@'),
    ]);
    expect(notices.match(/Permission is hereby granted/g)).toHaveLength(4);
  });

  it('gives its codes to a page that Vite builds', async () => {
    writeFileSync(
      join(folder, 'page.js'),
      `import { parseOneTimeCode } from '${PACKAGE}/codes'; globalThis.found = parseOneTimeCode('123 456');`,
    );

    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      build: { lib: { entry: 'page.js', formats: ['iife'], name: 'page', fileName: () => 'built.js' } },
    });

    const built = readFileSync(join(folder, 'dist/built.js'), 'utf8');
    expect(built).not.toMatch(/\brequire\(|@nestjs/);
    expect(await say('page.mjs', `${built}\nconsole.log(JSON.stringify(globalThis.found));`)).toBe('123456');
  });
});

describe('the manifest of the library', () => {
  it('says where it is entered as the list of entries does', () => {
    const manifest: object = JSON.parse(readFileSync(MANIFEST, 'utf8'));

    // If not: npm run exports -w nestjs-two-factor
    expect(manifest).toMatchObject({ ...entryPointsOf(ENTRIES) });
    expect(manifest).toHaveProperty('exports', entryPointsOf(ENTRIES).exports);
  });
});
