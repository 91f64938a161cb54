import { createHmac } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { KeyRing } from '../crypto/key-ring.js';
import { type SealedPlace, open, seal } from '../crypto/sealed-secret.js';
import { TWO_FACTOR_SETTINGS, TWO_FACTOR_TABLES } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { SqlRunner } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { checkEngine } from '../start/engine-check.js';
import { checkSchema } from '../start/schema-check.js';
import { keyIdOf, sealedColumns } from './sealed-columns.js';

/** The keys of this process do not fit the database. The process must not serve. */
export class TwoFactorKeysError extends Error {
  override readonly name = 'TwoFactorKeysError';
  constructor(readonly faults: readonly string[]) {
    super(`The keys do not fit the database: ${faults.join('; ')}`);
  }
}

/** One kind of key: how its canary is made and checked, and what asks whether anything still needs a key. */
interface CheckedRing {
  readonly purpose: 'key' | 'pepper';
  readonly ring: KeyRing;
  /** Selects a row for each value that needs the key `$1`. */
  readonly usesOfKey: string;
  canaryOf(keyId: string): string;
  isRight(keyId: string, canary: string): boolean;
}

interface Canary {
  readonly keyId: string;
  readonly canary: string;
}

/** Stops a process whose keys do not open what is in the database, before it listens. */
@Injectable()
export class KeyCheck implements OnApplicationBootstrap {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /** @throws TwoFactorKeysError with every key that is wrong or missing, by id; then nothing was written */
  async onApplicationBootstrap(): Promise<void> {
    await checkEngine(this.database);
    await checkSchema(this.database, this.tables);
    await this.database.transaction(async (transaction) => {
      // Another start may look through all rows for a key that it misses: that one is waited for, however long.
      await transaction.query(`SELECT set_config('lock_timeout', '0', true)`);
      await transaction.query(
        `SELECT 1 AS one FROM pg_advisory_xact_lock(hashtextextended('nestjs-two-factor/keys', 0))`,
      );
      const faults: string[] = [];
      for (const ring of [this.#keys(), this.#peppers()]) {
        faults.push(...(await this.#settle(transaction, ring)));
      }
      // Within the transaction: a canary that a refused start left behind would shut out the right key of that id.
      if (faults.length > 0) {
        throw new TwoFactorKeysError(faults);
      }
    });
  }

  /** Checks the known canaries of a ring, forgets those of keys nothing needs, and adds those of new keys. */
  async #settle(transaction: SqlRunner, checked: CheckedRing): Promise<string[]> {
    const { purpose, ring } = checked;
    const table = this.tables.keys;
    const known = await transaction.query<Canary>(
      `SELECT key_id AS "keyId", canary FROM ${table} WHERE purpose = $1 ORDER BY key_id`,
      [purpose],
    );
    const faults: string[] = [];
    for (const { keyId, canary } of known) {
      if (ring.find(keyId) === undefined) {
        if ((await transaction.query(`${checked.usesOfKey} LIMIT 1`, [keyId])).length > 0) {
          faults.push(`${purpose} "${keyId}" is missing, and rows still need it`);
        } else {
          await transaction.query(`DELETE FROM ${table} WHERE purpose = $1 AND key_id = $2`, [
            purpose,
            keyId,
          ]);
        }
      } else if (!checked.isRight(keyId, canary)) {
        faults.push(`${purpose} "${keyId}" is not the one that the database knows by this id`);
      }
    }
    for (const keyId of ring.ids.filter((id) => known.every((canary) => canary.keyId !== id))) {
      await transaction.query(
        `INSERT INTO ${table} (purpose, key_id, canary, created_at) VALUES ($1, $2, $3, $4)`,
        [purpose, keyId, checked.canaryOf(keyId), this.settings.clock.now()],
      );
    }
    return faults;
  }

  #keys(): CheckedRing {
    const ring = this.settings.keys;
    const uses = sealedColumns(this.tables).map(
      ({ table, column }) => `SELECT 1 AS one FROM ${table} WHERE ${keyIdOf(column)} = $1`,
    );
    return {
      purpose: 'key',
      ring,
      usesOfKey: uses.join(' UNION ALL '),
      canaryOf: (keyId) => seal(ring.only(keyId), CANARY, canaryPlace(keyId)),
      isRight: (keyId, canary) => {
        try {
          return open(ring, canary, canaryPlace(keyId)) === CANARY;
        } catch {
          return false;
        }
      },
    };
  }

  #peppers(): CheckedRing {
    const ring = this.settings.peppers;
    const canaryOf = (keyId: string): string =>
      createHmac('sha256', ring.find(keyId) ?? '')
        .update(CANARY)
        .digest('base64url');
    return {
      purpose: 'pepper',
      ring,
      usesOfKey: `SELECT 1 AS one FROM ${this.tables.backupCodes} WHERE pepper_id = $1 AND used_at IS NULL`,
      canaryOf,
      isRight: (keyId, canary) => canary === canaryOf(keyId),
    };
  }
}

const CANARY = 'canary';

function canaryPlace(keyId: string): SealedPlace {
  return { userId: '', rowId: keyId, column: CANARY };
}
