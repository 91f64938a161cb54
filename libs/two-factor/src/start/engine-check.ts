import { TwoFactorHostError } from '../errors/two-factor-host.error.js';
import type { SqlRunner } from '../sql/one-statement.js';

/** What calls itself by another name in `version()`, and what of the rules it would not keep. Nothing was run there. */
const OTHER_ENGINES = [
  {
    name: 'CockroachDB',
    says: /CockroachDB/,
    lacks:
      'advisory locks did nothing in its releases before 2026, and it has no triggers for statements, which keep events append-only',
  },
  {
    name: 'YugabyteDB before 2.27',
    says: /-YB-(?:1\.|2\.(?:\d|1\d|2[0-6])\.)/,
    lacks: 'it has no advisory locks, under which the factors of a user are changed one at a time',
  },
] as const;

/**
 * Looks, at start, whether it is PostgreSQL that answers: others that speak its protocol do not keep the rules, and fail
 * under load only.
 *
 * @throws TwoFactorHostError with the engine's name, and what it lacks
 */
export async function checkEngine(on: SqlRunner): Promise<void> {
  const [row] = await on.query<{ version: string }>('SELECT version() AS version');
  const fault = engineFault(row?.version ?? '');
  if (fault !== undefined) {
    throw new TwoFactorHostError(fault);
  }
}

/** @param version as `version()` gives it */
export function engineFault(version: string): string | undefined {
  const engine = OTHER_ENGINES.find(({ says }) => says.test(version));
  return engine && `nestjs-two-factor needs PostgreSQL, and this is ${engine.name}: ${engine.lacks}`;
}
