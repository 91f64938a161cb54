import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { providePackages } from './kept-packages.js';
import { type AddedPackages, addedPackages } from './weight.js';
import { withoutSecondFactor } from './without-second-factor.js';

const HOSTS = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** How long an install may take where the registry is slow, or every core is busy with other tests. */
export const INSTALL_PATIENCE_MS = 900_000;

/** Variables of a host for which Argon2id may be cheap. Others have it as it is shipped. */
export const CHEAP_ARGON2 = {
  NODE_OPTIONS: `--require=${join(HOSTS, '../support/cheap-argon2.cjs')}`,
} as const;

/** Somebody who can sign in to a host. */
export interface HostAccount {
  readonly label: string;
  readonly password: string;
}

/** A process of a host that listens. */
export interface HostProcess {
  readonly url: string;
  /** From its start until it listened. */
  readonly milliseconds: number;
  /** What of it is in memory. */
  residentMebibytes(): Promise<number>;
  /** Everything it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface JestRun {
  readonly tests: readonly string[];
  readonly failures: readonly string[];
}

/** What we read of `jest --json`. */
interface JestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/** A host application in a folder far from this repository, with what its own `package.json` asks for. */
export class InstalledHost {
  private constructor(private readonly folder: string) {}

  /**
   * Installs a host of `test/hosts` with the packed library, and builds it with the compiler that it names.
   *
   * @param more sources beside its own, by their paths in `src`
   */
  static async install(name: string, more: Readonly<Record<string, string>> = {}): Promise<InstalledHost> {
    const folder = mkdtempSync(join(tmpdir(), `host-${name}-`));
    const host = new InstalledHost(folder);
    try {
      cpSync(join(HOSTS, name), folder, { recursive: true });
      for (const [file, text] of Object.entries(more)) {
        const path = join(folder, 'src', file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      await providePackages(name, folder);
      await host.#generate();
      await host.build();
    } catch (error) {
      host.remove();
      throw error;
    }
    return host;
  }

  /**
   * Runs what the host's `package.json` calls `generate`, if anything: the library's command, its ORM's client. Prisma's
   * command wants an engine for migrations that it cannot download everywhere; what is generated does not use it.
   */
  async #generate(): Promise<void> {
    const environment = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
    await run('npm', ['run', 'generate', '--if-present'], {
      cwd: this.folder,
      env: { ...process.env, ...environment },
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`The host's code cannot be generated:\n${stdout}${stderr}`);
    });
  }

  /** The texts of the host's migrations in SQL, in the order of their paths. */
  migrations(folder: string): string[] {
    return readdirSync(join(this.folder, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.sql'))
      .toSorted()
      .map((path) => readFileSync(join(this.folder, folder, path), 'utf8'));
  }

  /** Whether a package is there, for the host or for whatever it installs. */
  has(name: string): boolean {
    return existsSync(join(this.folder, 'node_modules', name));
  }

  /** @throws what the compiler says */
  async build(): Promise<void> {
    await run('npx', ['tsc', '-p', 'tsconfig.json'], { cwd: this.folder }).catch(
      ({ stdout }: { stdout: string }) => {
        throw new Error(`The host does not compile:\n${stdout}`);
      },
    );
  }

  /** Takes the second factor out of the sources and the packages, and builds what is left. */
  async removeSecondFactor(): Promise<void> {
    rmSync(join(this.folder, 'dist'), { recursive: true });
    rmSync(join(this.folder, 'node_modules/nestjs-two-factor'), { recursive: true });
    rmSync(join(this.folder, 'src/second-factor'), { recursive: true });
    for (const entry of readdirSync(join(this.folder, 'src'), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        writeFileSync(path, withoutSecondFactor(readFileSync(path, 'utf8')));
      }
    }
    await this.build();
  }

  /** What its packages would be without the library. */
  addedPackages(): AddedPackages {
    return addedPackages(this.folder);
  }

  /** Runs TypeORM's command on the host's own DataSource, as its developers do. */
  async typeorm(command: string, databaseUrl: string): Promise<void> {
    const typeorm = join('node_modules/typeorm/cli.js');
    await run(process.execPath, [typeorm, command, '-d', 'dist/data-source.js'], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl },
    });
  }

  /** Runs a script of the host's. @returns what it writes */
  async script(path: string, databaseUrl: string, ...rest: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [path, ...rest], {
      cwd: this.folder,
      env: { ...hostEnvironment(databaseUrl) },
    });
    return stdout;
  }

  /** Runs the host's own specs. @returns the names of those that passed, and what those that did not say */
  async jest(databaseUrl: string): Promise<JestRun> {
    // Into a file: the host's own log goes where Jest's report would.
    const report = join(this.folder, 'jest-report.json');
    await run(
      process.execPath,
      ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${report}`, '--runInBand'],
      { cwd: this.folder, env: { ...hostEnvironment(databaseUrl) } },
      // With failures it ends with 1, and has said which. Without a report it did not run.
    ).catch((error: { stderr: string }) => {
      if (!existsSync(report)) {
        throw new Error(`Jest did not run:\n${error.stderr}`, { cause: error });
      }
    });
    const { testResults }: JestReport = JSON.parse(readFileSync(report, 'utf8'));
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    return {
      tests: tests.filter(({ status }) => status === 'passed').map(({ title }) => title),
      failures: testResults.filter(({ status }) => status !== 'passed').map(({ message }) => message),
    };
  }

  /** Starts the host on a port of its own. It says `listening at <url>` when it is there. */
  async start(
    databaseUrl: string,
    variables: Readonly<Record<string, string>> = {},
    main = 'dist/main.js',
  ): Promise<HostProcess> {
    const began = performance.now();
    const child = spawn(process.execPath, [main], {
      cwd: this.folder,
      env: { ...hostEnvironment(databaseUrl), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'close');
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        const found = /listening at (\S+)/.exec(output)?.[1];
        if (found !== undefined) {
          resolve(found);
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('close', (code) => reject(new Error(`The host ended with ${code}:\n${output}`)));
    });
    return {
      url,
      milliseconds: performance.now() - began,
      residentMebibytes: async () => {
        const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(child.pid)]);
        return Number(stdout) / 1024;
      },
      output: () => output,
      stop: async () => {
        child.kill('SIGTERM');
        await exited;
      },
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function hostEnvironment(databaseUrl: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'a secret of the host, of thirty-two bytes',
    TWO_FACTOR_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
    TWO_FACTOR_PEPPERS: `p1:${Buffer.alloc(32, 2).toString('base64')}`,
    NO_COLOR: '1',
  };
}
