import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { seal } from '../../crypto/sealed-secret.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { AccountRepository } from '../../account/account.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import { isId } from '../../options/ids.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import { placeOfSecret } from './totp-payload.js';
import { canonicalSecret, isUsableSecret } from './totp.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** A secret from before the library came: a column of the host's, in clear. */
export interface ImportedSecret {
  readonly userId: string;
  /** Base32, in any case, with or without padding, spaces and dashes. */
  readonly secret: string;
}

/**
 * Why a row was not imported: the id is no text, stands for nobody, or cannot be stored; the user was in an
 * earlier row; the secret is no text or no base32; no code can be computed from it, for it is under 80 bits or
 * over 512.
 */
export type ImportRefusal = 'user_id_invalid' | 'user_id_repeated' | 'secret_not_base32' | 'secret_unusable';

export interface RefusedImport {
  /** Which row of the run, from 1. */
  readonly row: number;
  /** `undefined` when it was no text. */
  readonly userId: string | undefined;
  readonly reason: ImportRefusal;
}

/** What has become of each row, by the id of its user. */
export interface ImportReport {
  readonly imported: readonly string[];
  /** Have an active authenticator already; it stays. */
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

interface UsableRow {
  readonly userId: string;
  /** Base32 without padding. */
  readonly secret: string;
}

const STRONG_CHARACTERS = Math.ceil(128 / 5);
/** PostgreSQL's indexes take about 2,700 bytes of a row. */
const LONGEST_USER_ID = 255;

/** Takes over authenticators that people have on their phones already, and seals them. */
@Injectable()
export class TwoFactorImporter {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly database: TwoFactorDatabase,
    private readonly accounts: AccountRepository,
    private readonly secrets: UserSecretRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /**
   * Can be broken off and run again: who is in already is skipped. A row that cannot be used is refused, and
   * ends nothing. Backup codes are issued with the next sign-in: `completeSignIn` answers with them.
   *
   * @param isDryRun reads and reports, and writes nothing
   * @throws TwoFactorImportError when the database or `users` fails, with the report of who is in
   */
  async run(
    users: Iterable<ImportedSecret> | AsyncIterable<ImportedSecret>,
    { isDryRun }: { readonly isDryRun: boolean },
  ): Promise<ImportReport> {
    const imported: string[] = [];
    const skipped: string[] = [];
    const refused: RefusedImport[] = [];
    const weak: string[] = [];
    const report = { imported, skipped, refused, weak };
    const seen = new Set<string>();
    let row = 0;
    try {
      for await (const user of users) {
        row += 1;
        const read = this.#read(user, seen);
        if ('reason' in read) {
          refused.push({ row, ...read });
          continue;
        }
        const { userId, secret } = read;
        const isNew = isDryRun ? !(await this.accounts.isEnabled(userId)) : await this.#import(read);
        (isNew ? imported : skipped).push(userId);
        if (secret.length < STRONG_CHARACTERS) {
          weak.push(userId);
        }
      }
    } catch (error) {
      throw new TwoFactorImportError(report, error);
    }
    return report;
  }

  /** @param user as the host's table has it, whatever the host's types say */
  #read(user: unknown, seen: Set<string>): UsableRow | Omit<RefusedImport, 'row'> {
    const { userId, secret: written } = fieldsOf(user);
    if (!isId(userId) || !isStorable(userId)) {
      return { userId: typeof userId === 'string' ? userId : undefined, reason: 'user_id_invalid' };
    }
    if (seen.has(userId)) {
      return { userId, reason: 'user_id_repeated' };
    }
    seen.add(userId);
    const secret = typeof written === 'string' ? canonicalSecret(written) : undefined;
    if (secret === undefined) {
      return { userId, reason: 'secret_not_base32' };
    }
    return isUsableSecret(secret, this.settings.clock.now())
      ? { userId, secret }
      : { userId, reason: 'secret_unusable' };
  }

  async #import({ userId, secret }: UsableRow): Promise<boolean> {
    const { keys, clock } = this.settings;
    const id = randomUUID();
    const at = clock.now();
    const sealedSecret = seal(keys, secret, placeOfSecret(userId, id));
    const event = {
      userId,
      at,
      type: 'imported',
      method: 'totp',
      outcome: 'success',
      reason: null,
    } as const;
    const isNew = await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      if (await this.accounts.isEnabled(userId, transaction)) {
        return false;
      }
      await this.secrets.add(transaction, { id, userId, sealedSecret, lastUsedStep: 0, at });
      await this.accounts.enable(transaction, { userId, at });
      await this.securityEvents.append(event, transaction);
      return true;
    });
    if (isNew) {
      this.events.publish(event);
    }
    return isNew;
  }
}

function fieldsOf(user: unknown): { readonly userId?: unknown; readonly secret?: unknown } {
  return typeof user === 'object' && user !== null ? user : {};
}

/** PostgreSQL's text takes no NUL, and half a surrogate pair would be stored as another character. */
function isStorable(userId: string): boolean {
  return userId.length <= LONGEST_USER_ID && userId.isWellFormed() && !userId.includes('\0');
}
