import { afterAll, beforeAll, inject } from 'vitest';
import { appendFileSync } from 'node:fs';
import type { Clock } from 'nestjs-two-factor';
import { type Answer, type CallOptions, call } from './client.js';
import { type TestDatabase, createDatabase } from './database.js';
import { deadlocksIn } from './locks.js';
import { type ProcessClock, ServerProcess } from './server-process.js';

/** How often every burst is repeated, on fresh users. The gate asks for more rounds. */
export const ROUNDS = Number(process.env['ATTACK_ROUNDS'] ?? 5);

/** The time of the processes under attack; each can be set apart from it by a skew. */
export class AttackClock implements Clock {
  #frozenAt: number | undefined;
  #offsetMs = 0;
  readonly #skewSeconds = new Map<ServerProcess, number>();

  constructor(private readonly servers: () => readonly ServerProcess[]) {}

  now(): Date {
    return new Date(this.#frozenAt ?? Date.now() + this.#offsetMs);
  }

  /** Time stands still at this instant. */
  async freeze(at: Date = this.now()): Promise<void> {
    this.#frozenAt = at.getTime();
    await this.#tell();
  }

  /** Time stands still in the middle of the present time step. */
  async freezeMidStep(): Promise<void> {
    await this.freeze(new Date(Math.floor(this.now().getTime() / 30_000) * 30_000 + 15_000));
  }

  async advance({ seconds }: { readonly seconds: number }): Promise<void> {
    if (this.#frozenAt === undefined) {
      this.#offsetMs += seconds * 1000;
    } else {
      this.#frozenAt += seconds * 1000;
    }
    await this.#tell();
  }

  /** Time goes on, from where it stands, for all processes alike. */
  async run(): Promise<void> {
    this.#skewSeconds.clear();
    this.#offsetMs = this.now().getTime() - Date.now();
    this.#frozenAt = undefined;
    await this.#tell();
  }

  async skew(server: ServerProcess, seconds: number): Promise<void> {
    this.#skewSeconds.set(server, seconds);
    await this.#tell();
  }

  of(server?: ServerProcess): ProcessClock {
    const skewMs = (server === undefined ? 0 : (this.#skewSeconds.get(server) ?? 0)) * 1000;
    return this.#frozenAt === undefined
      ? { offsetMs: this.#offsetMs + skewMs }
      : { frozenAt: this.#frozenAt + skewMs };
  }

  async #tell(): Promise<void> {
    await Promise.all(this.servers().map((server) => server.setClock(this.of(server))));
  }
}

/** Two server processes on one database: what every attack is aimed at. */
export class Target {
  servers: ServerProcess[] = [];
  readonly clock = new AttackClock(() => this.servers);
  #turn = 0;

  constructor(readonly database: TestDatabase) {}

  async startServer(variables: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      databaseUrl: this.database.url,
      clock: this.clock.of(),
      variables,
    });
    this.servers.push(server);
    return server;
  }

  /** Calls the processes in turn, so that a burst is spread over both. */
  call<Data = Record<string, unknown>>(path: string, options: CallOptions = {}): Promise<Answer<Data>> {
    this.#turn += 1;
    const server = this.servers[this.#turn % this.servers.length];
    return call<Data>(server?.url ?? '', `/api/v1${path}`, options);
  }

  callAt<Data = Record<string, unknown>>(
    { url }: ServerProcess,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<Data>> {
    return call<Data>(url, `/api/v1${path}`, options);
  }

  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters: unknown[] = [],
  ): Promise<Row[]> {
    return this.database.query<Row>(sql, parameters);
  }

  /** Locks are taken in one order, so that PostgreSQL never has to break one off; it counts when it does. */
  async assertNoDeadlock(): Promise<void> {
    const deadlocks = await deadlocksIn(this);
    if (deadlocks > 0) {
      throw new Error(`PostgreSQL has broken off ${deadlocks} deadlocks`);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.database.drop();
  }
}

/** A file's target, or the one of all files where they share their modules: starting processes is what costs. */
let shared: Promise<Target> | undefined;

async function startTarget(): Promise<Target> {
  const target = new Target(await createDatabase());
  await target.startServer({ TRUSTED_DEVICE_DAYS: '30' });
  await target.startServer({ TRUSTED_DEVICE_DAYS: '30' });
  return target;
}

/** Gives a test file two processes on one database. They end with the worker: see clock-preload.mjs. */
export function useTarget(): Target {
  // The target is there once `beforeAll` has run; tests read it through this view.
  const holder: { target?: Target } = {};
  beforeAll(async () => {
    holder.target = await (shared ??= startTarget());
    await holder.target.clock.run();
  });
  afterAll(async () => {
    await holder.target?.assertNoDeadlock();
  });
  return new Proxy({} as Target, {
    get: (_, key) => {
      const { target } = holder;
      const value: unknown = target === undefined ? undefined : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** `200`, `422 TWO_FACTOR_CODE_INVALID`, …: what an answer says, in one word. */
export function verdictOf({ status, body }: Pick<Answer, 'status' | 'body'>): string {
  return status < 300 ? String(status) : `${status} ${String(body['code'])}`;
}

export function countVerdicts(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const verdict = verdictOf(answer);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}

export function accepted(answers: readonly Answer[]): Answer[] {
  return answers.filter(({ status }) => status < 300);
}

/**
 * Answers that no attack may bring about: the server's own faults. A 503 is none: it says that a machine is
 * too busy, and nothing has happened. The table at the end shows how many there were.
 */
export function faults(answers: readonly Answer[]): string[] {
  return answers
    .filter((answer) => answer.status >= 500 && !isBusy(answer))
    .map((answer) => `${verdictOf(answer)} ${answer.text}`);
}

/** The answers that were not put off. */
export function settled(answers: readonly Answer[]): Answer[] {
  return answers.filter((answer) => !isBusy(answer));
}

function isBusy({ status, headers }: Answer): boolean {
  return status === 503 && Number(headers.get('retry-after')) >= 1;
}

/** What the attack of one test has seen, for the table at the end of the run. */
export class Tally {
  readonly #counts: Record<string, number> = {};
  #rounds = 0;

  constructor(private readonly what: string) {}

  add(answers: readonly Answer[]): void {
    this.addCounts(countVerdicts(answers));
  }

  addCounts(counts: Readonly<Record<string, number>>): void {
    this.#rounds += 1;
    for (const [verdict, count] of Object.entries(counts)) {
      this.#counts[verdict] = (this.#counts[verdict] ?? 0) + count;
    }
  }

  /** Writes the line. Call it last: a test that fails has no line. */
  write(): void {
    const total = Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
    const parts = Object.entries(this.#counts)
      .toSorted(([, left], [, right]) => left - right)
      .map(([verdict, count]) => `${count} × ${verdict}`);
    const line = `${this.what} — ${this.#rounds} rounds, ${total} attempts: ${parts.join(', ')}`;
    appendFileSync(inject('attackReport'), `${line}\n`);
  }
}

/** Repeats an attack on fresh users. */
export async function repeat(rounds: number, attack: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    await attack(round);
  }
}

/** Starts all at the same moment. */
export function together<Result>(
  count: number,
  attempt: (index: number) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => attempt(index)));
}

/** The same items in another order, for attempts that must not come one endpoint after the other. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
