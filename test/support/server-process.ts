import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRELOAD = fileURLToPath(new URL('clock-preload.mjs', import.meta.url));

/** Secrets that only the servers under attack have. */
export const ATTACK_SECRETS = {
  JWT_ACCESS_SECRET: 'the signing secret of the servers under attack',
  TWO_FACTOR_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  TWO_FACTOR_PEPPERS: `p1:${Buffer.alloc(32, 2).toString('base64')}`,
} as const;

/** What a server process takes for the present: an instant that stands still, or the real one moved. */
export type ProcessClock = { readonly frozenAt: number } | { readonly offsetMs: number };

export interface ServerProcessOptions {
  readonly databaseUrl: string;
  readonly clock?: ProcessClock;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A process that ended before it listened. */
export class NotListeningError extends Error {
  override readonly name = 'NotListeningError';
  constructor(
    readonly exitCode: number | null,
    readonly output: string,
  ) {
    super(`The server ended with ${exitCode} before it listened:\n${output}`);
  }
}

/** The built server, `node dist/server/main.js`, in a process of its own that can be killed. */
export class ServerProcess {
  #output = '';
  #nextMessage = 0;

  private constructor(
    readonly child: ChildProcess,
    readonly exited: Promise<unknown>,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** Where it listens. */
  url = '';

  /** @throws NotListeningError when it ends before it listens */
  static async start({
    databaseUrl,
    clock = { offsetMs: 0 },
    variables = {},
  }: ServerProcessOptions): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--import', PRELOAD, 'dist/server/main.js'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        MAIL: 'off',
        HOST: '127.0.0.1',
        WEBAUTHN_RP_ID: 'app.example.com',
        WEBAUTHN_ORIGINS: 'https://app.example.com',
        PORT: '0',
        LOG_LEVEL: 'warn',
        RATE_LIMIT: 'off',
        ...ATTACK_SECRETS,
        DATABASE_URL: databaseUrl,
        TEST_CLOCK: JSON.stringify(clock),
        ...variables,
      },
    });
    const server = new ServerProcess(child, once(child, 'exit'));
    await server.#listening();
    return server;
  }

  /** Everything the process has written. */
  get output(): string {
    return this.#output;
  }

  async setClock(clock: ProcessClock): Promise<void> {
    this.#nextMessage += 1;
    const id = this.#nextMessage;
    const isSet = new Promise<void>((resolve) => {
      const listen = (message: unknown): void => {
        if ((message as { clockSet?: number }).clockSet === id) {
          this.child.off('message', listen);
          resolve();
        }
      };
      this.child.on('message', listen);
    });
    this.child.send({ id, clock });
    await isSet;
  }

  /** Ends it at once, as a power cut does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  #listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = /Ready in \S+ s at (\S+)/.exec(this.#output)?.[1];
        if (found !== undefined) {
          this.url = found;
          this.child.stdout?.off('data', look);
          resolve();
        }
      };
      this.child.stdout?.on('data', look);
      // `close` and not `exit`: by then all of the output is here.
      this.child.once('close', (code) => reject(new NotListeningError(code, this.#output)));
    });
  }
}
