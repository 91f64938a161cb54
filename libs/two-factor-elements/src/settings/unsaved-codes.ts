/**
 * Remembers across a reload that somebody left before saying that the codes are safe. All that is stored is
 * when the set was drawn: which tells the set, and nothing of the codes.
 */
const KEY = 'two-factor-elements:unsaved-sets';
const KEPT_AT_MOST = 5;

export function markUnsaved(drawnAt: string): void {
  write([drawnAt, ...read().filter((other) => other !== drawnAt)].slice(0, KEPT_AT_MOST));
}

export function forgetUnsaved(drawnAt: string): void {
  write(read().filter((other) => other !== drawnAt));
}

export function isUnsaved(drawnAt: string | null): boolean {
  return drawnAt !== null && read().includes(drawnAt);
}

/** The set that was drawn here last, until somebody says that it is safe. */
export class DrawnSet {
  #drawnAt: string | undefined;

  /** Remembers it across a reload. */
  mark(drawnAt: string | null): void {
    if (drawnAt !== null) {
      this.#drawnAt = drawnAt;
      markUnsaved(drawnAt);
    }
  }

  safe(): void {
    if (this.#drawnAt !== undefined) {
      forgetUnsaved(this.#drawnAt);
      this.leave();
    }
  }

  /** Somebody else is signed in: it stays marked. */
  leave(): void {
    this.#drawnAt = undefined;
  }
}

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((item) => typeof item === 'string') : [];
  } catch {
    // Storage can be forbidden, full, or another's: then the warning on leaving is all there is.
    return [];
  }
}

function write(sets: readonly string[]): void {
  try {
    if (sets.length === 0) {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, JSON.stringify(sets));
    }
  } catch {
    // As above.
  }
}
