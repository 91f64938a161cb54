import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  DEFAULT_AUTHENTICATOR_NAME,
  parseAuthenticatorName,
} from '../../authenticators/authenticator-name.js';
import { seal } from '../../crypto/sealed-secret.js';
import { type TaggedSecret, tagOf, tagsOf } from '../../crypto/secret-tag.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { AccountRepository } from '../../account/account.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import { isId } from '../../options/ids.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import type { SqlRunner } from '../../sql/one-statement.js';
import { placeOfSecret } from './totp-payload.js';
import { canonicalSecret, isUsableSecret } from './totp.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** A secret from before the library came: a column of the host's, in clear. */
export interface ImportedSecret {
  readonly userId: string;
  /** Base32, in any case, with or without padding, spaces and dashes. */
  readonly secret: string;
  /** As its owner calls it. One that cannot be stored costs nobody an authenticator: it gets the default. */
  readonly name?: string | undefined;
}

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

interface UsableRow {
  readonly userId: string;
  /** Base32 without padding. */
  readonly secret: string;
  readonly name: string;
}

/** What becomes of a row that can be used. */
type Outcome = 'imported' | 'skipped' | 'too_many_authenticators';

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
   * Can be broken off and run again: who is in already is skipped. A user may have several rows, wherever they stand; as
   * long as nothing but an import has touched the account, each brings an authenticator. A row that cannot be used is
   * refused, and ends nothing. Backup codes are issued with the next sign-in: `completeSignIn` answers with them.
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
    const rehearsed = new Map<string, readonly string[]>();
    let row = 0;
    try {
      for await (const user of users) {
        row += 1;
        const read = this.#read(user);
        if ('reason' in read) {
          refused.push({ row, ...read });
          continue;
        }
        const { userId, secret } = read;
        const outcome = isDryRun ? await this.#rehearse(read, rehearsed) : await this.#import(read);
        if (outcome === 'too_many_authenticators') {
          refused.push({ row, userId, reason: outcome });
          continue;
        }
        (outcome === 'imported' ? imported : skipped).push(userId);
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
  #read(user: unknown): UsableRow | Omit<RefusedImport, 'row'> {
    const { userId, secret: written, name } = fieldsOf(user);
    if (!isId(userId) || !isStorable(userId)) {
      return { userId: typeof userId === 'string' ? userId : undefined, reason: 'user_id_invalid' };
    }
    const secret = typeof written === 'string' ? canonicalSecret(written) : undefined;
    if (secret === undefined) {
      return { userId, reason: 'secret_not_base32' };
    }
    return isUsableSecret(secret, this.settings.clock.now())
      ? { userId, secret, name: parseAuthenticatorName(name) ?? DEFAULT_AUTHENTICATOR_NAME }
      : { userId, reason: 'secret_unusable' };
  }

  /** @param rehearsed the tags of the rows before, by user: nothing is written that would tell of them */
  async #rehearse(
    { userId, secret }: UsableRow,
    rehearsed: Map<string, readonly string[]>,
  ): Promise<Outcome> {
    const { keys } = this.settings;
    const earlier = rehearsed.get(userId) ?? [];
    const outcome = await this.#outcomeOf(this.database, { userId, secret }, earlier);
    if (outcome === 'imported') {
      rehearsed.set(userId, [...earlier, tagOf(keys, { userId, secret })]);
    }
    return outcome;
  }

  /**
   * The account's generation is 0 as long as imports alone have made it. Under any other the user has enrolled, or has
   * replaced, removed or turned off what a row would bring back.
   */
  async #outcomeOf(on: SqlRunner, tagged: TaggedSecret, earlier: readonly string[] = []): Promise<Outcome> {
    const { keys, limits } = this.settings;
    const { isUntouched, tags: stored } = await this.secrets.importedOf(on, tagged.userId);
    const tags = [...stored, ...earlier];
    if (!isUntouched || tagsOf(keys, tagged).some((tag) => tags.includes(tag))) {
      return 'skipped';
    }
    return tags.length < limits.totpAuthenticators ? 'imported' : 'too_many_authenticators';
  }

  async #import({ userId, secret, name }: UsableRow): Promise<Outcome> {
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
    const outcome = await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      const found = await this.#outcomeOf(transaction, { userId, secret });
      if (found === 'imported') {
        await this.secrets.add(transaction, {
          id,
          userId,
          name,
          sealedSecret,
          secretTag: tagOf(keys, { userId, secret }),
          lastUsedStep: 0,
          lastUsedAt: null,
          at,
        });
        await this.accounts.enableImported(transaction, { userId, at });
        await this.securityEvents.append(event, transaction);
      }
      return found;
    });
    if (outcome === 'imported') {
      this.events.publish(event);
    }
    return outcome;
  }
}

function fieldsOf(user: unknown): {
  readonly userId?: unknown;
  readonly secret?: unknown;
  readonly name?: unknown;
} {
  return typeof user === 'object' && user !== null ? user : {};
}

/** PostgreSQL's text takes no NUL, and half a surrogate pair would be stored as another character. */
function isStorable(userId: string): boolean {
  return userId.length <= LONGEST_USER_ID && userId.isWellFormed() && !userId.includes('\0');
}
