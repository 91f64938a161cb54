import type { BenchDatabase } from '../postgres.js';
import type { Call, Dialect, Operation } from '../load/call.js';
import type { ServerProcess } from '../processes.js';

export type ContenderName = 'ours' | 'floor' | 'old floor' | 'better-auth' | 'tutorial';

export interface StartOptions {
  readonly nodeArgs?: readonly string[];
  /** Of its environment, in place of what it has anyway. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** One of those that are measured beside each other. */
export interface Contender {
  readonly name: ContenderName;
  readonly dialect: Dialect;
  readonly database: BenchDatabase;
  /** If it is known to answer no more than that, no more users are written for it. */
  readonly mostPerSecond?: number;
  /** Starts a server; each call starts one more on the same database. */
  start(options?: StartOptions): Promise<ServerProcess>;
  /** Writes so many users for an operation, in the contender's own formats, and gives a call for each of them. */
  prepare(operation: Operation, count: number): Promise<readonly Call[]>;
  /** The same user's call after another sign-in with the password: to see whether a code works twice. */
  challengeAgain(call: Call): Promise<Call>;
  close(): Promise<void>;
}

/** Operations that change nothing: their calls are made over and over. */
export const REPEATABLE: ReadonlySet<Operation> = new Set(['status']);

export const PASSWORD = 'correct horse battery staple';
export const ISSUER = 'Bench';
/** Longer than any run: nothing expires while it waits for its turn. */
export const LIFETIME_SECONDS = 86_400;

export function secondsFromNow(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}
