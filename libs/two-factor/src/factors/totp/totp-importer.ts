import { randomUUID } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  DEFAULT_AUTHENTICATOR_NAME,
  parseAuthenticatorName,
} from '../../authenticators/authenticator-name.js';
import { seal } from '../../crypto/sealed-secret.js';
import { tagOf, tagsOf } from '../../crypto/secret-tag.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import { AccountRepository } from '../../account/account.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import { isId } from '../../options/ids.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import { oneAhead } from '../../sql/one-ahead.js';
import type { SqlRunner } from '../../sql/one-statement.js';
import { placeOfSecret } from './totp-payload.js';
import { canonicalSecret, isUsableSecret } from './totp.js';
import {
  type ImportReport,
  ImportTally,
  type Outcome,
  type ReadRow,
  type RefusedImport,
  TwoFactorImportError,
  type UsableRow,
} from './totp-import-report.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** A secret from before the library came: a column of the host's, in clear. */
export interface ImportedSecret {
  readonly userId: string;
  /** Base32, in any case, with or without padding, spaces and dashes. */
  readonly secret: string;
  /** As its owner calls it. One that cannot be stored costs nobody an authenticator: it gets the default. */
  readonly name?: string | undefined;
}

/** As many rows as a commit has: enough that its flush costs next to nothing. Until it a sign-in of one of their users waits. */
const BATCH = 500;
/** As many rows as Node reads and seals before it turns to what the database has answered. */
const AT_A_TIME = 25;
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
   * @param onBatch hears how many rows are done so far: those that can be used are in. `users` is read one batch ahead
   * @throws TwoFactorImportError when the database or `users` fails, with the report of who is in
   */
  async run(
    users: Iterable<ImportedSecret> | AsyncIterable<ImportedSecret>,
    {
      isDryRun,
      onBatch = () => {},
    }: { readonly isDryRun: boolean; readonly onBatch?: (rows: number) => void },
  ): Promise<ImportReport> {
    const tally = new ImportTally();
    // Of a dry run, which writes nothing that would tell of the rows before.
    const rehearsed = new Map<string, readonly string[]>();
    const outcomesOf = (rows: readonly UsableRow[]): Promise<readonly Outcome[]> =>
      isDryRun ? this.#outcomesOf(this.database, rows, rehearsed) : this.#import(rows);
    let read = 0;
    try {
      for await (const rows of oneAhead(inBatches(this.#rowsOf(users), BATCH))) {
        await takeOver(rows, { outcomesOf, tally });
        read += rows.length;
        onBatch(read);
      }
    } catch (error) {
      throw new TwoFactorImportError(tally.report, error);
    }
    return tally.report;
  }

  /** Each row read and sealed, while the database takes in the batch before. */
  async *#rowsOf(users: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<ReadRow> {
    let row = 0;
    for await (const user of users) {
      row += 1;
      yield { row, read: this.#read(user) };
      // Some milliseconds. The database is not to wait for its next statement until all of a batch is sealed.
      if (row % AT_A_TIME === 0) {
        await othersTurn();
      }
    }
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
    if (!isUsableSecret(secret)) {
      return { userId, reason: 'secret_unusable' };
    }
    const { keys } = this.settings;
    const id = randomUUID();
    return {
      id,
      userId,
      secret,
      name: parseAuthenticatorName(name) ?? DEFAULT_AUTHENTICATOR_NAME,
      sealedSecret: seal(keys, secret, placeOfSecret(userId, id)),
      secretTag: tagOf(keys, { userId, secret }),
    };
  }

  /**
   * The account's generation is 0 as long as imports alone have made it. Under any other the user has enrolled, or has
   * replaced, removed or turned off what a row would bring back.
   *
   * @param earlier the tags of rows that are not written yet, by user; those of these rows are added
   */
  async #outcomesOf(
    on: SqlRunner,
    rows: readonly UsableRow[],
    earlier: Map<string, readonly string[]> = new Map(),
  ): Promise<readonly Outcome[]> {
    const { keys, limits } = this.settings;
    const found = await this.secrets.importedOf(on, [...new Set(rows.map(({ userId }) => userId))]);
    return rows.map((row) => {
      const { userId } = row;
      const { isUntouched = false, tags: stored = [] } = found.get(userId) ?? {};
      const before = earlier.get(userId) ?? [];
      const tags = [...stored, ...before];
      // Most users have no secret yet, that another could be the same as.
      if (!isUntouched || (tags.length > 0 && tagsOf(keys, row).some((tag) => tags.includes(tag)))) {
        return 'skipped';
      }
      if (tags.length >= limits.totpAuthenticators) {
        return 'too_many_authenticators';
      }
      earlier.set(userId, [...before, row.secretTag]);
      return 'imported';
    });
  }

  /** All of them in one commit. */
  async #import(rows: readonly UsableRow[]): Promise<readonly Outcome[]> {
    const at = this.settings.clock.now();
    const event = { at, type: 'imported', method: 'totp', outcome: 'success', reason: null } as const;
    const { outcomes, userIds } = await this.database.transaction(async (transaction) => {
      await this.accounts.lockAll(
        transaction,
        rows.map(({ userId }) => userId),
      );
      const found = await this.#outcomesOf(transaction, rows);
      const taken = rows.filter((_, index) => found[index] === 'imported');
      const users = taken.map(({ userId }) => userId);
      if (taken.length > 0) {
        await this.secrets.addImported(transaction, taken, at);
        await this.accounts.enableImported(transaction, { userIds: users, at });
        await this.securityEvents.appendOfAll(event, users, transaction);
      }
      return { outcomes: found, userIds: users };
    });
    for (const userId of userIds) {
      this.events.publish({ ...event, userId });
    }
    return outcomes;
  }
}

/**
 * Notes what becomes of rows that come in together. When that fails one of them is to blame: then they come in one by one, up
 * to that one.
 */
async function takeOver(
  rows: readonly ReadRow[],
  {
    outcomesOf,
    tally,
  }: {
    readonly outcomesOf: (rows: readonly UsableRow[]) => Promise<readonly Outcome[]>;
    readonly tally: ImportTally;
  },
): Promise<void> {
  const usable = rows.flatMap(({ read }) => ('reason' in read ? [] : [read]));
  let outcomes: readonly Outcome[];
  try {
    outcomes = usable.length === 0 ? [] : await outcomesOf(usable);
  } catch (error) {
    if (rows.length === 1) {
      throw error;
    }
    for (const row of rows) {
      await takeOver([row], { outcomesOf, tally });
    }
    return;
  }
  tally.add(rows, outcomes);
}

/** What was read before the source failed comes first, and then its error. */
async function* inBatches<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  size: number,
): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  let failure: { readonly cause: unknown } | undefined;
  try {
    for await (const row of rows) {
      batch.push(row);
      if (batch.length === size) {
        yield batch;
        batch = [];
      }
    }
  } catch (cause) {
    failure = { cause };
  }
  if (batch.length > 0) {
    yield batch;
  }
  if (failure !== undefined) {
    throw failure.cause;
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
