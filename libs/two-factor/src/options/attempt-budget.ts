const DAY_SECONDS = 86_400;

/**
 * The budget against guessing, per account and method. The one place of its numbers.
 *
 * NIST SP 800-63B-4 §3.2.2 ends with a lock for good; ours opens again: docs/threat-model.md has the sums.
 *
 * A success clears the delay and takes its own charge back; what others failed stays in the windows.
 */
export const ATTEMPT_BUDGET = {
  /** Failures in a row before a delay sets in. */
  freeFailures: 4,
  firstDelaySeconds: 30,
  longestDelaySeconds: 900,
  /** Failures admitted within any span of that length. */
  windows: [
    { seconds: DAY_SECONDS, failures: 20 },
    { seconds: 30 * DAY_SECONDS, failures: 100 },
  ],
} as const;

/** How long the account waits after so many failures in a row, in seconds: 0, then 30 doubling up to 900. */
export function delaySecondsAfter(failuresInARow: number): number {
  const { freeFailures, firstDelaySeconds, longestDelaySeconds } = ATTEMPT_BUDGET;
  if (failuresInARow <= freeFailures) {
    return 0;
  }
  return Math.min(longestDelaySeconds, firstDelaySeconds * 2 ** (failuresInARow - freeFailures - 1));
}

/** What the budget has seen of one account and method. */
export interface AttemptRecord {
  readonly blockedUntil: Date | undefined;
  /** When each failure that still counts was charged, in any order. */
  readonly failedAt: readonly Date[];
}

/** A span, and how many failures are admitted within any of that length. */
export interface FailureWindow {
  readonly seconds: number;
  readonly failures: number;
}

/**
 * When the next attempt is admitted: `at` itself when one is admitted now.
 *
 * @param windows the budget's, or stricter ones of the host's
 * @param guesses how many failures the attempt would count as; default 1
 */
export function nextAttemptAt(
  { blockedUntil, failedAt }: AttemptRecord,
  at: Date,
  {
    windows = ATTEMPT_BUDGET.windows,
    guesses = 1,
  }: { readonly windows?: readonly FailureWindow[]; readonly guesses?: number } = {},
): Date {
  const failures = failedAt.map((date) => date.getTime()).toSorted((left, right) => right - left);
  const moments = windows.map(({ seconds, failures: admitted }) => {
    // The window has room again once it holds no more than `admitted - guesses` failures.
    const oldest = failures[admitted - guesses];
    return oldest === undefined ? 0 : oldest + seconds * 1000;
  });
  return new Date(Math.max(at.getTime(), blockedUntil?.getTime() ?? 0, ...moments));
}
