/** How old something may be: seconds, minutes, hours or days, as `'90s'`, `'5m'`, `'1h'`, `'30d'`. */
export type MaxAge = `${number}${keyof typeof SECONDS_OF}`;

/** How long what a session has passed counts at all. */
export const LONGEST_ASSURANCE_SECONDS = 90 * 86_400;
export const MAX_AGE_RULE =
  "maxAge must be a whole number and a unit, such as '90s', '5m' or '1h', and at most 90 days";

const SECONDS_OF = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const MAX_AGE = /^([1-9]\d{0,6})([smhd])$/;

/** @returns the seconds, or `undefined` for what is no such text, none at all, or more than 90 days */
export function secondsOf(maxAge: unknown): number | undefined {
  const [, count, unit] = (typeof maxAge === 'string' ? MAX_AGE.exec(maxAge) : null) ?? [];
  const seconds =
    Number(count) * (Object.entries(SECONDS_OF).find(([name]) => name === unit)?.[1] ?? Number.NaN);
  return seconds <= LONGEST_ASSURANCE_SECONDS ? seconds : undefined;
}
