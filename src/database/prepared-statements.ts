/** More texts than the whole application has; a program that makes up texts without end must not fill the server. */
const PREPARED_AT_MOST = 500;

const names = new Map<string, string>();

/**
 * Names a statement that TypeORM hands to a connection as a text and values, so that PostgreSQL parses and
 * plans it once per connection and not once per call. TypeORM has no word for it.
 *
 * PgBouncer in transaction mode needs version 1.21 or later for this.
 *
 * @param question what `query` of node-postgres is called with
 */
export function prepared(question: readonly unknown[]): readonly unknown[] {
  const [text, values, ...rest] = question;
  const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
  return name === undefined ? question : [{ name, text, values }, ...rest];
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= PREPARED_AT_MOST) {
    return known;
  }
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}
