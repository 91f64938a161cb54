import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import { tableOf } from '../sql/tables.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_DATA_SOURCE, TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import { UserSecret } from '../factors/totp/user-secret.entity.js';
import type { KeyRing } from '../crypto/key-ring.js';
import { SealedBoxError, open, seal, sealedWith } from '../crypto/sealed-secret.js';

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
  readonly user_id: string;
  readonly sealed_secret: string;
  readonly sealed_backup_codes: string | null;
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Seals with the first key what another key still seals: what use has not renewed by itself. */
@Injectable()
export class KeyRotation {
  readonly #secrets: string;
  readonly #codes: string;

  constructor(
    @Inject(TWO_FACTOR_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {
    this.#secrets = tableOf(dataSource, UserSecret);
    this.#codes = tableOf(dataSource, BackupCode);
  }

  /**
   * Walks the rows in batches, beside running servers. It can be broken off and run again at any time: a
   * row is written in one statement, and only if nobody has changed it since it was read.
   *
   * @param onBatch hears how many rows were sealed again so far
   */
  async run({
    batchSize = 200,
    onBatch = () => {},
  }: { batchSize?: number; onBatch?: (resealed: number) => void } = {}): Promise<KeyRotationReport> {
    const unreadable: string[] = [];
    let resealed = 0;
    let rows = await this.#rowsOfOtherKeys(NIL_UUID, batchSize);
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      for (const row of rows) {
        try {
          resealed += (await this.#reseal(row)) ? 1 : 0;
        } catch (error) {
          if (!(error instanceof SealedBoxError)) {
            throw error;
          }
          unreadable.push(row.id);
        }
      }
      onBatch(resealed);
      rows = await this.#rowsOfOtherKeys(last.id, batchSize);
    }
    return { resealed, unreadable, ...(await this.usage()) };
  }

  /** Counts the rows that need each key and pepper, those of no ring too. */
  async usage(): Promise<Pick<KeyRotationReport, 'keys' | 'peppers'>> {
    const keys = await this.#count(
      `SELECT key_id, count(*)::int AS rows FROM ${this.#secrets},
        LATERAL (SELECT DISTINCT split_part(sealed, '.', 2) AS key_id
          FROM unnest(ARRAY[sealed_secret, sealed_backup_codes]) sealed WHERE sealed IS NOT NULL) k GROUP BY key_id`,
      this.settings.keys,
    );
    const peppers = await this.#count(
      `SELECT pepper_id AS key_id, count(*)::int AS rows FROM ${this.#codes} WHERE used_at IS NULL GROUP BY pepper_id`,
      this.settings.peppers,
    );
    return { keys, peppers };
  }

  #rowsOfOtherKeys(after: string, limit: number): Promise<SealedRow[]> {
    return this.dataSource.query(
      `SELECT id, user_id, sealed_secret, sealed_backup_codes FROM ${this.#secrets}
      WHERE id > $1 AND (split_part(sealed_secret, '.', 2) <> $2 OR split_part(sealed_backup_codes, '.', 2) <> $2)
      ORDER BY id LIMIT $3`,
      [after, this.settings.keys.first.id, limit],
    );
  }

  async #reseal({
    id,
    user_id: userId,
    sealed_secret: secret,
    sealed_backup_codes: codes,
  }: SealedRow): Promise<boolean> {
    const { keys } = this.settings;
    const again = (sealed: string, column: string): string => {
      const place = { userId, rowId: id, column };
      return sealedWith(sealed) === keys.first.id ? sealed : seal(keys, open(keys, sealed, place), place);
    };
    const written: unknown[] = await this.dataSource.query(
      `WITH written AS (
        UPDATE ${this.#secrets} SET sealed_secret = $3, sealed_backup_codes = $4
        WHERE id = $1 AND sealed_secret = $2 AND sealed_backup_codes IS NOT DISTINCT FROM $5
        RETURNING id)
      SELECT id FROM written`,
      [
        id,
        secret,
        again(secret, 'sealed_secret'),
        codes === null ? null : again(codes, 'sealed_backup_codes'),
        codes,
      ],
    );
    return written.length > 0;
  }

  async #count(sql: string, ring: KeyRing): Promise<KeyUsage[]> {
    const counted: { key_id: string; rows: number }[] = await this.dataSource.query(sql);
    const rowsOf = new Map(counted.map(({ key_id: id, rows }) => [id, rows]));
    const ids = new Set([...ring.ids, ...rowsOf.keys()]);
    return Array.from(ids, (id) => {
      const rows = rowsOf.get(id) ?? 0;
      const isFirst = id === ring.first.id;
      return { id, rows, isFirst, isRemovable: rows === 0 && !isFirst };
    });
  }
}
