import type { Statement } from './one-statement.js';

/** Texts and comments, in which the name of a relation is none: E'…', '…', $tag$…$tag$, -- and the starred ones. */
const NO_NAMES =
  /E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//gi;
const READS_ACCEPTED = /(?:\b(?:from|join|using)\b[\s(]*|,\s*)"?accepted\b/i;
const SHOWN_AT_MOST = 100;

/**
 * Refuses a host's statement that does not read from `accepted`: PostgreSQL runs it whatever becomes of the code,
 * so that `DELETE FROM sessions WHERE user_id = $1` would sign somebody out at every wrong guess.
 *
 * @throws Error with the statement. It is the host's fault, so nothing is charged for it
 */
export function requireAccepted(statements: readonly Statement[]): void {
  for (const { sql } of statements) {
    if (!READS_ACCEPTED.test(sql.replaceAll(NO_NAMES, ' '))) {
      const shown = sql.trim().replaceAll(/\s+/g, ' ').slice(0, SHOWN_AT_MOST);
      throw new Error(
        `A statement for the same commit has to read from accepted, and this one does not: ${shown}`,
      );
    }
  }
}
