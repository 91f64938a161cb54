import { ATTEMPT_BUDGET } from './attempt-budget.js';

const [DAY, MONTH] = ATTEMPT_BUDGET.windows;

/**
 * What a host may tighten. None can be loosened: the sums in the threat model are made with the defaults, and
 * hold for everything stricter.
 */
export interface TwoFactorLimits {
  /** Seconds within which a challenge is answered, 30 to 300. Default 300: time to find the phone. */
  readonly challengeSeconds?: number;
  /** Attempts of one challenge, 1 to 5. Default 5: a typo is no new sign-in. */
  readonly challengeAttempts?: number;
  /** Seconds within which a setup is confirmed, 60 to 1800. Default 1800: time to install an app first. */
  readonly setupSeconds?: number;
  /** Seconds after the sign-in within which factors change without the password, 60 to 900. Default 900. */
  readonly recentSignInSeconds?: number;
  /** Failures of one account and method within any 24 hours, 5 to 20. Default 20. */
  readonly failuresPerDay?: number;
  /** Failures of one account and method within any 30 days, 5 to 100. Default 100: under 0.5 % for a guess in a year. */
  readonly failuresPer30Days?: number;
  /** Authenticator apps of one account, 1 to 3. Default 3. Who has more already keeps them. */
  readonly totpAuthenticators?: number;
  /** Passkeys of one account, 1 to 10. Default 10. */
  readonly passkeys?: number;
}

/** The default of each limit, which is also its loosest value, and the strictest one that people can live with. */
export const LIMIT_BOUNDS = {
  challengeSeconds: { strictest: 30, loosest: 300 },
  challengeAttempts: { strictest: 1, loosest: 5 },
  setupSeconds: { strictest: 60, loosest: 1800 },
  recentSignInSeconds: { strictest: 60, loosest: 900 },
  // Below five, the delays that four free failures come before would never be reached.
  failuresPerDay: { strictest: ATTEMPT_BUDGET.freeFailures + 1, loosest: DAY.failures },
  failuresPer30Days: { strictest: ATTEMPT_BUDGET.freeFailures + 1, loosest: MONTH.failures },
  totpAuthenticators: { strictest: 1, loosest: 3 },
  passkeys: { strictest: 1, loosest: 10 },
} as const satisfies Record<keyof TwoFactorLimits, { readonly strictest: number; readonly loosest: number }>;

/** The limits with every default filled in. */
export function limitsFrom(limits: TwoFactorLimits = {}): Required<TwoFactorLimits> {
  const limit = (name: keyof TwoFactorLimits): number => limits[name] ?? LIMIT_BOUNDS[name].loosest;
  return {
    challengeSeconds: limit('challengeSeconds'),
    challengeAttempts: limit('challengeAttempts'),
    setupSeconds: limit('setupSeconds'),
    recentSignInSeconds: limit('recentSignInSeconds'),
    failuresPerDay: limit('failuresPerDay'),
    failuresPer30Days: limit('failuresPer30Days'),
    totpAuthenticators: limit('totpAuthenticators'),
    passkeys: limit('passkeys'),
  };
}

/** Names what is wrong with the limits; empty when nothing is. */
export function limitFaults(limits: TwoFactorLimits = {}): string[] {
  const bounds = new Map<string, { readonly strictest: number; readonly loosest: number }>(
    Object.entries(LIMIT_BOUNDS),
  );
  return Object.entries(limits).flatMap(([name, value]: [string, unknown]) => {
    const bound = bounds.get(name);
    if (bound === undefined) {
      return [`${name}: there is no such limit`];
    }
    const { strictest, loosest } = bound;
    const isWithin = value === undefined || (isWholeNumber(value) && value >= strictest && value <= loosest);
    return isWithin ? [] : [`${name}: must be a whole number from ${strictest} to ${loosest}`];
  });
}

function isWholeNumber(value: unknown): value is number {
  return Number.isInteger(value);
}
