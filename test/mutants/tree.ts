import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.js';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** How often the text that a mutant changes stands in its file. Anything but once makes it stale. */
export function matchesOf({ file, search }: Mutant, root = CHECKOUT): number {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8').split(search).length - 1 : 0;
}

export function isThere(file: string): boolean {
  return existsSync(join(CHECKOUT, file));
}

/** A copy of the working tree, changes and new files among it. What is done to it, the checkout never sees. */
export class TreeCopy {
  readonly root: string;
  /** For what tests write beside the tree. */
  readonly temporary: string;
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'mutants-'));
    // The tests' PostgreSQL may run as another user.
    chmodSync(this.#folder, 0o711);
    this.root = join(this.#folder, 'tree');
    this.temporary = join(this.#folder, 'tmp');
    mkdirSync(this.temporary, { mode: 0o711 });
    for (const file of listedFiles()) {
      const target = join(this.root, file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(CHECKOUT, file), target);
    }
    this.#linkPackages();
  }

  /** Makes the change of a mutant. @returns undoes it */
  apply({ file, search, replace }: Mutant): () => void {
    const path = join(this.root, file);
    const original = readFileSync(path, 'utf8');
    // As a function: a `$` in the text means nothing.
    writeFileSync(
      path,
      original.replace(search, () => replace),
    );
    return () => writeFileSync(path, original);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** The checkout's packages, but for the workspaces: those are links, which lead to the copy's own. */
  #linkPackages(folder = 'node_modules'): void {
    mkdirSync(join(this.root, folder));
    for (const name of readdirSync(join(CHECKOUT, folder))) {
      const path = join(CHECKOUT, folder, name);
      const isCache = name.startsWith('.') && name !== '.bin';
      if (name.startsWith('@')) {
        this.#linkPackages(join(folder, name));
      } else if (!isCache) {
        const isWorkspace = lstatSync(path).isSymbolicLink();
        symlinkSync(isWorkspace ? readlinkSync(path) : path, join(this.root, folder, name));
      }
    }
  }
}

/** Tracked files and new ones, without those that are ignored or deleted. */
function listedFiles(): string[] {
  const options = ['--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', ['ls-files', ...options], { cwd: CHECKOUT, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file !== '' && isThere(file));
}
