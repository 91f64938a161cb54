import { TwoFactorHostError } from '../errors/two-factor-host.error.js';

/** What `String(…)` makes of what is not there. Everybody who is nobody would share one second factor. */
const NONE: ReadonlySet<string> = new Set(['', 'undefined', 'null', 'NaN', '[object Object]']);

/** Whether a value can be the id of a user, or of a session. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && !NONE.has(value);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a value can be the id of a row of ours: PostgreSQL would refuse others with an error. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/**
 * The host's name of a session: a text, or a function that is asked for it in the commit that opens the session, after
 * what the host does there. That is for a name that the database draws.
 */
export type SessionName = string | (() => string);

/** @throws TwoFactorHostError as {@link requireSessionId}; a function is asked later, and what it says is looked at then */
export function requireSessionName(sessionId: SessionName): void {
  if (typeof sessionId !== 'function') {
    requireSessionId(sessionId);
  }
}

/** @throws TwoFactorHostError when the function gives no name: then nothing of the commit stays */
export function nameOf(sessionId: SessionName): string {
  const name = typeof sessionId === 'function' ? sessionId() : sessionId;
  requireSessionId(name);
  return name;
}

/**
 * @throws TwoFactorHostError when it is no text, or stands for none: all sessions of a user would have passed what one has
 */
export function requireSessionId(sessionId: string): void {
  if (!isId(sessionId)) {
    throw new TwoFactorHostError(
      `"${String(sessionId)}" is no name of a session: prepareSession and callerOf have to name it alike`,
    );
  }
}

/** @throws TwoFactorHostError when it is no text, or stands for nobody: the host asks without a user */
export function requireUserId(userId: string): void {
  if (!isId(userId)) {
    throw new TwoFactorHostError(
      `"${String(userId)}" is no user id: the host asks for a user that is not there`,
    );
  }
}
