import { TwoFactorHostError } from '../errors/two-factor-host.error.js';

/** What `String(…)` makes of a user who is not there. Everybody who is nobody would share one second factor. */
const NOBODY: ReadonlySet<string> = new Set(['', 'undefined', 'null', 'NaN', '[object Object]']);

/** Whether a value can be the id of a user. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && !NOBODY.has(value);
}

/** @throws TwoFactorHostError when it is no text, or stands for nobody: the host asks without a user */
export function requireUserId(userId: string): void {
  if (!isUserId(userId)) {
    throw new TwoFactorHostError(
      `"${String(userId)}" is no user id: the host asks for a user that is not there`,
    );
  }
}
