import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../processes.js';

/** Where the table of a full run is shown, by the name of its file in `bench/results`. */
const SHOWN_IN: ReadonlyMap<string, string> = new Map([
  ['latest', 'README.md'],
  ['flush-2ms', 'docs/performance.md'],
]);

/**
 * Puts a table between the comments that name it, in place of an older one.
 *
 * @returns the document, or `undefined` when none shows it
 */
export async function showTable(name: string, table: string): Promise<string | undefined> {
  const document = SHOWN_IN.get(name);
  if (document === undefined) {
    return undefined;
  }
  const path = join(ROOT, document);
  const [begin, end] = [`<!-- bench/results/${name}.md -->`, `<!-- end of ${name}.md -->`];
  const text = await readFile(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`${document} has no place for the table: ${begin} … ${end}`);
  }
  await writeFile(path, `${text.slice(0, from + begin.length)}\n\n${table}\n${text.slice(to)}`);
  return document;
}
