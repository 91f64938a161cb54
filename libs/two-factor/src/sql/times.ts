/**
 * A time as SQL gives it to us: milliseconds since 1970, a float8. Clients of PostgreSQL read a timestamptz as a `Date`, as
 * text, or, Prisma where the session's time zone is not UTC, hours beside it.
 */
export function epochOf(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::float8`;
}

export function dateOf(epoch: number): Date {
  return new Date(Math.round(epoch));
}

export function dateOrNull(epoch: number | null): Date | null {
  return epoch === null ? null : dateOf(epoch);
}
