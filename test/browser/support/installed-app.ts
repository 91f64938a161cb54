import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inTurn } from '@nestjs-two-factor/embedded-postgres/process-locks';
import { build } from 'vite';
import { filesBelow, fingerprintOf } from '../../../scripts/fingerprint.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ELEMENTS = join(ROOT, 'libs/two-factor-elements');
const PATIENCE_MS = 300_000;
const run = promisify(execFile);

/** An application of `test/apps` in a folder far from this repository, with the packed elements and these packages. */
export class InstalledApp {
  private constructor(readonly folder: string) {}

  static async install(name: string, packages: Readonly<Record<string, string>>): Promise<InstalledApp> {
    const folder = mkdtempSync(join(tmpdir(), `app-${name}-`));
    cpSync(join(ROOT, 'test/apps', name), folder, { recursive: true });
    symlinkSync(await packagesOf(packages), join(folder, 'node_modules'));
    return new InstalledApp(folder);
  }

  /**
   * What a compiler says of it, by the settings of the application.
   *
   * @param path of the compiler, in the packages of the application, or else of this repository
   */
  async typeErrors(path: string): Promise<string> {
    const own = join(this.folder, 'node_modules', path);
    const compiler = existsSync(own) ? own : join(ROOT, 'node_modules', path);
    const { stdout } = await run(process.execPath, [compiler, '-p', '.'], { cwd: this.folder }).catch(
      (failure: { stdout: string }) => failure,
    );
    return stdout;
  }

  /** Builds an entry: for a browser as one script, or for a server. */
  async build(entry: string, { isServer = false } = {}): Promise<string> {
    const outDir = join(this.folder, isServer ? 'server' : 'browser');
    await build({
      configFile: false,
      root: this.folder,
      logLevel: 'silent',
      mode: 'production',
      // Vitest's own environment would make it JSX for development.
      oxc: { jsx: { runtime: 'automatic', development: false } },
      resolve: {
        preserveSymlinks: true,
        conditions: ['production', 'browser', 'module', 'import', 'default'],
      },
      define: isServer ? {} : { 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir,
        ...(isServer
          ? { ssr: entry, rolldownOptions: { output: { entryFileNames: '[name].mjs' } } }
          : { lib: { entry, formats: ['es'], fileName: () => 'client.js' } }),
      },
    });
    return outDir;
  }

  /** What a plain Node makes of the server's entry. */
  async rendered(
    server: string,
    api: string,
  ): Promise<{ readonly login: string; readonly settings: string }> {
    const script =
      'const { pages } = await import(process.argv[1]); console.log(JSON.stringify(pages(process.argv[2])))';
    const words = ['--input-type=module', '--eval', script, server, api];
    const { stdout } = await run(process.execPath, words, {
      cwd: this.folder,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    return JSON.parse(stdout) as { login: string; settings: string };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Installed once for these versions and these elements, and kept in the temporary folder. */
async function packagesOf(packages: Readonly<Record<string, string>>): Promise<string> {
  const versions = Object.entries(packages)
    .flat()
    .join('-')
    .replaceAll(/[^\w.-]/g, '');
  const wanted = fingerprintOf([
    ...filesBelow('libs/two-factor-elements').filter((file) => !file.endsWith('.tgz')),
    'libs/two-factor/src/codes.ts',
  ]);
  const kept = join(tmpdir(), `apps-${versions}-${wanted}`);
  mkdirSync(kept, { recursive: true });
  await inTurn(join(kept, 'turn'), PATIENCE_MS, async () => {
    if (existsSync(join(kept, 'node_modules'))) {
      return;
    }
    const work = mkdtempSync(join(tmpdir(), 'install-'));
    const packed = await run(
      'npm',
      ['pack', '--ignore-scripts', '--pack-destination', work, '--loglevel=error'],
      {
        cwd: ELEMENTS,
      },
    );
    const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
    const dependencies = { ...packages, 'two-factor-elements': `file:./${tarball}` };
    writeFileSync(join(work, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await run('npm', ['install', ...flags], { cwd: work });
    renameSync(join(work, 'node_modules'), join(kept, 'node_modules'));
    rmSync(work, { recursive: true, force: true });
  });
  return join(kept, 'node_modules');
}
