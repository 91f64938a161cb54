import type { ImportedRow } from './user-secret.repository.js';

// What an import tells of its rows.

/**
 * Why a row was not imported: the id is no text, stands for nobody, or cannot be stored; the secret is no text or no
 * base32; no code can be computed from it, for it is under 80 bits or over 512; the user has as many authenticators
 * from earlier rows as an account may have.
 */
export type ImportRefusal =
  | 'user_id_invalid'
  | 'secret_not_base32'
  | 'secret_unusable'
  | 'too_many_authenticators';

export interface RefusedImport {
  /** Which row of the run, from 1. */
  readonly row: number;
  /** `undefined` when it was no text. */
  readonly userId: string | undefined;
  readonly reason: ImportRefusal;
}

/** What has become of each row, by the id of its user: whoever has several rows is named several times. */
export interface ImportReport {
  readonly imported: readonly string[];
  /** Have this secret already, or have enrolled or changed something themselves: that stays. */
  readonly skipped: readonly string[];
  /** Have to enrol anew. */
  readonly refused: readonly RefusedImport[];
  /** Have a secret under the 128 bits of RFC 4226 §4 R6: it works, and should be replaced. */
  readonly weak: readonly string[];
}

/** A run that ended early, because the database or the host's own iterable failed: the `cause`. */
export class TwoFactorImportError extends Error {
  constructor(
    /** Who was in when it ended. */
    readonly report: ImportReport,
    cause: unknown,
  ) {
    const { imported, skipped, refused } = report;
    const counts = `${imported.length} imported, ${skipped.length} skipped, ${refused.length} refused`;
    super(`The import ended early, after ${counts}. Run it again: who is in is skipped`, { cause });
  }
}

/** A row whose secret an authenticator can have. */
export interface UsableRow extends ImportedRow {
  /** Base32 without padding. */
  readonly secret: string;
}

/** What becomes of a row that can be used. */
export type Outcome = 'imported' | 'skipped' | 'too_many_authenticators';

/** A row of the run, from 1, as far as it could be read. */
export interface ReadRow {
  readonly row: number;
  readonly read: UsableRow | Omit<RefusedImport, 'row'>;
}

const STRONG_CHARACTERS = Math.ceil(128 / 5);

/** The report as it grows, in the order of the rows. */
export class ImportTally {
  readonly #imported: string[] = [];
  readonly #skipped: string[] = [];
  readonly #refused: RefusedImport[] = [];
  readonly #weak: string[] = [];

  get report(): ImportReport {
    return {
      imported: this.#imported,
      skipped: this.#skipped,
      refused: this.#refused,
      weak: this.#weak,
    };
  }

  /** @param outcomes of those that can be used, in their order */
  add(rows: readonly ReadRow[], outcomes: readonly Outcome[]): void {
    let next = 0;
    for (const { row, read } of rows) {
      if ('reason' in read) {
        this.#refused.push({ row, ...read });
        continue;
      }
      const { userId, secret } = read;
      const outcome = outcomes[next];
      next += 1;
      if (outcome === undefined) {
        throw new Error('Each row that can be used has an outcome');
      }
      if (outcome === 'too_many_authenticators') {
        this.#refused.push({ row, userId, reason: outcome });
        continue;
      }
      (outcome === 'imported' ? this.#imported : this.#skipped).push(userId);
      if (secret.length < STRONG_CHARACTERS) {
        this.#weak.push(userId);
      }
    }
  }
}
