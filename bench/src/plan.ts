import type { ContenderName } from './contenders/contender.js';
import type { Compared } from './load/call.js';

export interface OperationPlan {
  readonly contenders: readonly ContenderName[];
  readonly clients: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly roundMs: number;
  /** More users than that a second nobody gets through: how many are written beforehand. */
  readonly mostPerSecond: number;
  /** Those that take seconds for one answer: one round each, without a warm-up that would change nothing. */
  readonly once?: readonly ContenderName[];
}

export interface Plan {
  readonly mode: 'quick' | 'full';
  readonly operations: Readonly<Record<Compared, OperationPlan>>;
  /** Starts against a running database, of which the median counts. */
  readonly starts: number;
  readonly argon2Rounds: number;
  readonly twoProcesses: {
    /** For the second process, at full speed: the first one is warm from what went before. */
    readonly warmUpMs: number;
    readonly rounds: number;
    readonly roundMs: number;
    readonly isShared: boolean;
  };
  /** What the importer and the rotation of keys walk over. */
  readonly bulkRows: number;
  /** Absent where a million users cannot be written in the time there is. */
  readonly growth?: { readonly users: number; readonly rounds: number; readonly roundMs: number };
}

const ALL = ['ours', 'better-auth', 'tutorial', 'floor'] as const;
/** How the floor was once matters where it charged first. */
const WITH_OLD_FLOOR = [...ALL, 'old floor'] as const;
/** What a minute has room for: setup and backup codes of the tutorial alone, ten bcrypt hashes each, take ten seconds. */
const WITHOUT_TUTORIAL = ['ours', 'better-auth', 'floor'] as const;
/** better-auth has no such call. */
const WITHOUT_BETTER_AUTH = ['ours', 'tutorial', 'floor'] as const;
/** The others have no passkey as a second factor. */
const OURS_AND_FLOOR = ['ours', 'floor'] as const;
const CLIENTS = 16;
/** Confirming a setup hashes ten codes: at 16 clients ours sheds load, as it is meant to, and nothing is compared. */
const ENABLE_CLIENTS = 4;

export const QUICK: Plan = {
  mode: 'quick',
  operations: {
    verify: {
      contenders: [...WITHOUT_TUTORIAL, 'old floor'],
      clients: CLIENTS,
      rounds: 3,
      warmUpMs: 2000,
      roundMs: 600,
      mostPerSecond: 1000,
    },
    passkey: {
      contenders: OURS_AND_FLOOR,
      clients: CLIENTS,
      rounds: 3,
      warmUpMs: 2000,
      roundMs: 600,
      mostPerSecond: 800,
    },
    backup: {
      contenders: WITHOUT_TUTORIAL,
      clients: CLIENTS,
      rounds: 2,
      warmUpMs: 0,
      roundMs: 500,
      mostPerSecond: 200,
    },
    setup: {
      contenders: WITHOUT_TUTORIAL,
      clients: CLIENTS,
      rounds: 3,
      warmUpMs: 400,
      roundMs: 400,
      mostPerSecond: 600,
      once: ['better-auth'],
    },
    enable: {
      contenders: WITHOUT_TUTORIAL,
      clients: ENABLE_CLIENTS,
      rounds: 1,
      warmUpMs: 0,
      roundMs: 300,
      mostPerSecond: 400,
    },
    status: {
      contenders: WITHOUT_TUTORIAL,
      clients: CLIENTS,
      rounds: 1,
      warmUpMs: 300,
      roundMs: 400,
      mostPerSecond: 100,
    },
    refresh: {
      contenders: OURS_AND_FLOOR,
      clients: CLIENTS,
      rounds: 1,
      warmUpMs: 300,
      roundMs: 400,
      mostPerSecond: 1500,
    },
  },
  starts: 1,
  bulkRows: 10_000,
  argon2Rounds: 3,
  twoProcesses: { warmUpMs: 2000, rounds: 2, roundMs: 800, isShared: false },
};

const FULL_ROUNDS = { rounds: 5, warmUpMs: 3000, roundMs: 3000 } as const;

export const FULL: Plan = {
  mode: 'full',
  operations: {
    verify: {
      contenders: WITH_OLD_FLOOR,
      clients: CLIENTS,
      ...FULL_ROUNDS,
      warmUpMs: 12_000,
      mostPerSecond: 1500,
    },
    passkey: {
      contenders: OURS_AND_FLOOR,
      clients: CLIENTS,
      ...FULL_ROUNDS,
      warmUpMs: 12_000,
      mostPerSecond: 1000,
    },
    backup: { contenders: ALL, clients: CLIENTS, ...FULL_ROUNDS, mostPerSecond: 500 },
    setup: { contenders: ALL, clients: CLIENTS, ...FULL_ROUNDS, mostPerSecond: 800 },
    enable: { contenders: ALL, clients: ENABLE_CLIENTS, ...FULL_ROUNDS, rounds: 5, mostPerSecond: 400 },
    status: { contenders: ALL, clients: CLIENTS, ...FULL_ROUNDS, rounds: 5, mostPerSecond: 100 },
    refresh: {
      contenders: WITHOUT_BETTER_AUTH,
      clients: CLIENTS,
      ...FULL_ROUNDS,
      rounds: 5,
      mostPerSecond: 2000,
    },
  },
  starts: 7,
  bulkRows: 200_000,
  argon2Rounds: 7,
  twoProcesses: { warmUpMs: 12_000, rounds: 5, roundMs: 4000, isShared: true },
  growth: { users: 1_000_000, rounds: 5, roundMs: 4000 },
};

const { growth: _, ...WITHOUT_GROWTH } = FULL;
const FLUSHED_ROUNDS = { rounds: 3 } as const;

/** With later flushes: what they change. A million users grow the log, and not its flushes. */
export const FLUSHED: Plan = {
  ...WITHOUT_GROWTH,
  operations: {
    verify: { ...FULL.operations.verify, ...FLUSHED_ROUNDS },
    passkey: { ...FULL.operations.passkey, ...FLUSHED_ROUNDS },
    backup: { ...FULL.operations.backup, ...FLUSHED_ROUNDS },
    setup: { ...FULL.operations.setup, ...FLUSHED_ROUNDS },
    enable: { ...FULL.operations.enable, ...FLUSHED_ROUNDS },
    status: { ...FULL.operations.status, ...FLUSHED_ROUNDS },
    refresh: { ...FULL.operations.refresh, ...FLUSHED_ROUNDS },
  },
  twoProcesses: { ...FULL.twoProcesses, rounds: 3 },
};
