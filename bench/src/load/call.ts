/** One request of the load, and what its answer is checked against. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** The authenticator's key, base64: the body gets its current code when it is sent. */
  readonly totpKey?: string;
  /** Made first; the challenge that its answer opens goes into the body. */
  readonly login?: { readonly path: string; readonly body: Readonly<Record<string, string>> };
  /** The user the answer must be about. */
  readonly userId: string;
}

export const OPERATIONS = ['verify', 'passkey', 'backup', 'setup', 'enable', 'status', 'refresh'] as const;
/** What contenders are compared by. */
export type Compared = (typeof OPERATIONS)[number];
/** `signIn`: a password, and the code that its challenge asks for. `trusted`: a password from a trusted device. */
export type Operation = Compared | 'signIn' | 'trusted';

/** In whose words the answers are: the floor speaks as ours does. */
export type Dialect = 'ours' | 'better-auth' | 'tutorial';

export interface LoadJob {
  /** The processes of one contender: clients are spread over them evenly. */
  readonly urls: readonly string[];
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly clients: number;
  readonly milliseconds: number;
  readonly calls: readonly Call[];
  /** Whether calls can be made again: those that only read. Else each is made once. */
  readonly isRepeatable: boolean;
}

export interface LoadResult {
  readonly answered: number;
  /** What was wrong with answers; a benchmark with any is void. */
  readonly faults: readonly string[];
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Requests that arrive at a rate, whether the earlier ones are answered or not. */
export interface ArrivalJob {
  readonly url: string;
  readonly perSecond: number;
  readonly milliseconds: number;
  /** In order of arrival, over and over if they are too few. */
  readonly arrivals: readonly { readonly operation: Operation; readonly call: Call }[];
  /** Above so many under way, an arrival finds no connection and is not made. */
  readonly underWayAtMost: number;
}

/** Callers that are no guests, beside those that are. */
export interface RudeJob {
  readonly url: string;
  readonly milliseconds: number;
  /** Ask, and hang up before the answer. Each call is made once. */
  readonly hangUps: { readonly perSecond: number; readonly calls: readonly Call[] };
  /** Each of them on a connection of its own, over and over, a byte at a time. */
  readonly slowOnes: readonly Call[];
}

export interface RudeResult {
  readonly hungUp: number;
  /** Connections that were never done with their question, or took minutes. */
  readonly slow: number;
}

export interface ArrivalResult {
  /** By status; `error` is a connection that broke, `turned_away` an arrival that was not made. */
  readonly answers: Readonly<Record<string, AnswerTimes>>;
  /** What was wrong with answers of status 200. */
  readonly faults: readonly string[];
}

export interface AnswerTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
