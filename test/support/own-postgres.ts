import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@nestjs-two-factor/embedded-postgres';
import { type TemporaryFolder, makeTemporaryFolder } from '@nestjs-two-factor/embedded-postgres/testing';
import { Client } from 'pg';
import type { TestDatabase } from './database.js';

/** A PostgreSQL of the test's own, to be stopped, killed, paused and started again on the same data. */
export class OwnPostgres implements TestDatabase {
  readonly #folder: TemporaryFolder;
  #server: EmbeddedPostgres;

  private constructor(folder: TemporaryFolder, server: EmbeddedPostgres) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<OwnPostgres> {
    const folder = await makeTemporaryFolder();
    return new OwnPostgres(folder, await startEmbeddedPostgres({ dataDir: folder.path }));
  }

  get connection(): EmbeddedPostgres['connection'] {
    return this.#server.connection;
  }

  get url(): string {
    const { host, port, username, database } = this.connection;
    return `postgres://${username}@${encodeURIComponent(host)}:${port}/${database}`;
  }

  /** On a connection of its own: the server may have been another one before. */
  async query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  async connect(): Promise<Client> {
    const { host, port, username, database } = this.connection;
    const client = new Client({ host, port, user: username, database });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Kills the server's first process; the others end by themselves. */
  async kill(): Promise<void> {
    process.kill(this.#server.processId, 'SIGKILL');
    await this.#server.stop();
  }

  async startAgain(): Promise<void> {
    this.#server = await startEmbeddedPostgres({ dataDir: this.#folder.path });
  }

  /** Stops all of its processes where they are: it takes connections no more, and answers nothing. */
  pause(): () => void {
    const { processId } = this.#server;
    process.kill(processId, 'SIGSTOP');
    const all = [processId, ...childrenOf(processId)];
    all.forEach((pid) => signal(pid, 'SIGSTOP'));
    return () => all.forEach((pid) => signal(pid, 'SIGCONT'));
  }

  drop(): Promise<void> {
    return this.#folder.remove();
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in between.
  }
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(file)
    ? readFileSync(file, 'utf8')
    : execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return text.split(/\s+/).filter(Boolean).map(Number);
}
