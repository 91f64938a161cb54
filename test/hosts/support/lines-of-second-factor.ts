import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutSecondFactor } from './without-second-factor.js';

const HOSTS = fileURLToPath(new URL('..', import.meta.url));
const MARKER = /#(region second factor|endregion|before )/;

/** What a host of `test/hosts` has written for the second factor. Empty lines are none. */
export interface SecondFactorLines {
  /** Files that are there for nothing else, and their lines. */
  readonly ownFiles: number;
  readonly inOwnFiles: number;
  /** Files that were there before, and the lines that differ from how they were. */
  readonly changedFiles: number;
  readonly inChangedFiles: number;
  readonly total: number;
}

/** Counts the lines of a host that are not in it when the second factor is taken out. */
export function linesOfSecondFactor(host: string): SecondFactorLines {
  const source = join(HOSTS, host, 'src');
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const isOwn = (path: string): boolean => path.startsWith('second-factor');
  const read = (path: string): string => readFileSync(join(source, path), 'utf8');
  const own = paths.filter(isOwn).map((path) => linesIn(read(path)));
  const changed = paths
    .filter((path) => !isOwn(path))
    .map((path) => linesIn(read(path)) - keptIn(read(path)))
    .filter((lines) => lines > 0);
  const [inOwnFiles, inChangedFiles] = [sum(own), sum(changed)];
  return {
    ownFiles: own.length,
    inOwnFiles,
    changedFiles: changed.length,
    inChangedFiles,
    total: inOwnFiles + inChangedFiles,
  };
}

function linesIn(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '' && !MARKER.test(line)).length;
}

/** Lines that were there before and still are: what the second factor has replaced is not among them. */
function keptIn(text: string): number {
  const replaced = text.match(/#before /g)?.length ?? 0;
  return linesIn(withoutSecondFactor(text)) - replaced;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
