import { Inject, Injectable } from '@nestjs/common';
import type { KeyRing } from '../crypto/key-ring.js';
import { SealedBoxError, open, seal } from '../crypto/sealed-secret.js';
import { tagOf } from '../crypto/secret-tag.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { oneAhead } from '../sql/one-ahead.js';
import { IS_OPEN } from '../sql/schema-conditions.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { type SealedColumn, keyIdOf, sealedColumns } from './sealed-columns.js';

/** How many rows need a key, and whether it can go. */
export interface KeyUsage {
  readonly id: string;
  /** Secrets a key seals, or backup codes a pepper is in. */
  readonly rows: number;
  /** The first of its ring: it seals or hashes what is new. */
  readonly isFirst: boolean;
  /** No row needs it and it is not the first: it can be taken from the ring. */
  readonly isRemovable: boolean;
}

export interface KeyRotationReport {
  /** Rows sealed again with the first key in this run. */
  readonly resealed: number;
  /** Rows that do not open: their ids, for the log. They stay as they are. */
  readonly unreadable: readonly string[];
  readonly keys: readonly KeyUsage[];
  /** Peppers cannot be exchanged, for a hash cannot be opened: they go as their users draw new codes. */
  readonly peppers: readonly KeyUsage[];
}

interface SealedRow {
  readonly id: string;
  readonly userId: string;
  readonly sealed: string;
}

interface ResealedRow extends SealedRow {
  readonly to: string;
  readonly tag: string;
}

const BEFORE_ALL = { userId: '', id: '00000000-0000-0000-0000-000000000000' };

/** Seals with the first key what another key still seals: what use has not renewed by itself. */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /**
   * Walks the rows in batches, beside running servers. It can be broken off and run again at any time: a
   * row is written only if nobody has changed it since it was read.
   *
   * @param onBatch hears how many rows were sealed again so far
   */
  async run({
    batchSize = 1000,
    onBatch = () => {},
  }: { batchSize?: number; onBatch?: (resealed: number) => void } = {}): Promise<KeyRotationReport> {
    const unreadable: string[] = [];
    let resealed = 0;
    for (const place of sealedColumns(this.tables)) {
      const batches = this.#sealedAgain(place, { batchSize, onUnreadable: (id) => unreadable.push(id) });
      for await (const batch of oneAhead(batches)) {
        resealed += await this.#write(place, batch);
        onBatch(resealed);
      }
    }
    return { resealed, unreadable, ...(await this.usage()) };
  }

  /** Counts the rows that need each key and pepper, those of no ring too. */
  async usage(): Promise<Pick<KeyRotationReport, 'keys' | 'peppers'>> {
    const sealed = sealedColumns(this.tables).map(
      ({ table, column }) => `SELECT ${keyIdOf(column)} AS key_id FROM ${table}`,
    );
    const keys = await this.#count(sealed.join(' UNION ALL '), this.settings.keys);
    const peppers = await this.#count(
      `SELECT pepper_id AS key_id FROM ${this.tables.backupCodes} WHERE used_at IS NULL
      UNION ALL SELECT pepper_id FROM ${this.tables.resets} WHERE code_hash IS NOT NULL AND ${IS_OPEN}`,
      this.settings.peppers,
    );
    return { keys, peppers };
  }

  #rowsOfOtherKeys(
    { table, column }: SealedColumn,
    { after, limit }: { readonly after: Pick<SealedRow, 'userId' | 'id'>; readonly limit: number },
  ): Promise<SealedRow[]> {
    return this.database.query<SealedRow>(
      `SELECT user_id AS "userId", id, ${column} AS sealed FROM ${table}
      WHERE (user_id, id) > ($1, $2::uuid) AND ${keyIdOf(column)} <> $3 ORDER BY user_id, id LIMIT $4`,
      [after.userId, after.id, this.settings.keys.first.id, limit],
    );
  }

  /** Each batch sealed again, while the database writes the one before. */
  async *#sealedAgain(
    place: SealedColumn,
    { batchSize, onUnreadable }: { readonly batchSize: number; readonly onUnreadable: (id: string) => void },
  ): AsyncGenerator<readonly ResealedRow[]> {
    let rows = await this.#rowsOfOtherKeys(place, { after: BEFORE_ALL, limit: batchSize });
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      yield rows.flatMap((row) => {
        const again = this.#again(row, place.column);
        if (again === undefined) {
          onUnreadable(row.id);
        }
        return again === undefined ? [] : [{ ...row, ...again }];
      });
      rows = await this.#rowsOfOtherKeys(place, { after: last, limit: batchSize });
    }
  }

  async #write({ table, column, tagColumn }: SealedColumn, again: readonly ResealedRow[]): Promise<number> {
    const tagged = tagColumn === undefined ? '' : `, ${tagColumn} = r.tag`;
    const written = await this.database.query(
      `WITH written AS (
        UPDATE ${table} t SET ${column} = r.sealed_again${tagged}
        FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[]) r(user_id, id, sealed, sealed_again, tag)
        WHERE t.user_id = r.user_id AND t.id = r.id AND t.${column} = r.sealed RETURNING t.id)
      SELECT id FROM written`,
      [
        again.map(({ userId }) => userId),
        again.map(({ id }) => id),
        again.map(({ sealed }) => sealed),
        again.map(({ to }) => to),
        again.map(({ tag }) => tag),
      ],
    );
    return written.length;
  }

  #again(
    { userId, id, sealed }: SealedRow,
    column: SealedColumn['column'],
  ): Pick<ResealedRow, 'to' | 'tag'> | undefined {
    const { keys } = this.settings;
    const place = { userId, rowId: id, column };
    try {
      const secret = open(keys, sealed, place);
      return { to: seal(keys, secret, place), tag: tagOf(keys, { userId, secret }) };
    } catch (error) {
      if (error instanceof SealedBoxError) {
        return undefined;
      }
      throw error;
    }
  }

  async #count(keyIds: string, ring: KeyRing): Promise<KeyUsage[]> {
    const counted = await this.database.query<{ id: string; rows: number }>(
      `SELECT key_id AS id, count(*)::int AS rows FROM (${keyIds}) k GROUP BY key_id`,
    );
    const rowsOf = new Map(counted.map(({ id, rows }) => [id, rows]));
    const ids = new Set([...ring.ids, ...rowsOf.keys()]);
    return Array.from(ids, (id) => {
      const rows = rowsOf.get(id) ?? 0;
      const isFirst = id === ring.first.id;
      return { id, rows, isFirst, isRemovable: rows === 0 && !isFirst };
    });
  }
}
