import { createHmac } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_DATA_SOURCE, TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import { UserSecret } from '../factors/totp/user-secret.entity.js';
import { TwoFactorKeyCanary } from './key-canary.entity.js';
import type { KeyRing } from '../crypto/key-ring.js';
import { type SealedPlace, open, seal } from '../crypto/sealed-secret.js';

/** The keys of this process do not fit the database. The process must not serve. */
export class TwoFactorKeysError extends Error {
  override readonly name = 'TwoFactorKeysError';
  constructor(readonly faults: readonly string[]) {
    super(`The keys do not fit the database: ${faults.join('; ')}`);
  }
}

/** One kind of key: how its canary is made and checked, and whether anything still needs a key. */
interface GuardedRing {
  readonly purpose: TwoFactorKeyCanary['purpose'];
  readonly ring: KeyRing;
  canaryOf(keyId: string): string;
  isRight(keyId: string, canary: string): boolean;
  isUsed(manager: EntityManager, keyId: string): Promise<boolean>;
}

/** Stops a process whose keys do not open what is in the database, before it listens. */
@Injectable()
export class KeyGuard implements OnApplicationBootstrap {
  constructor(
    @Inject(TWO_FACTOR_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
  ) {}

  /** @throws TwoFactorKeysError with every key that is wrong or missing, by id; then nothing was written */
  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.transaction('READ COMMITTED', async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('nestjs-two-factor/keys', 0))`);
      const known = await manager.find(TwoFactorKeyCanary);
      const faults: string[] = [];
      for (const ring of [keyRingGuard(this.settings.keys), pepperRingGuard(this.settings.peppers)]) {
        faults.push(...(await settleRing(manager, ring, { known, at: this.settings.clock.now() })));
      }
      // Within the transaction: a canary that a refused start left behind would shut out the right key of that id.
      if (faults.length > 0) {
        throw new TwoFactorKeysError(faults);
      }
    });
  }
}

/** Checks the known canaries of a ring, forgets those of keys nothing needs, and adds those of new keys. */
async function settleRing(
  manager: EntityManager,
  guarded: GuardedRing,
  { known, at }: { readonly known: readonly TwoFactorKeyCanary[]; readonly at: Date },
): Promise<string[]> {
  const { purpose, ring } = guarded;
  const mine = known.filter((canary) => canary.purpose === purpose);
  const faults: string[] = [];
  for (const { keyId, canary } of mine) {
    if (ring.find(keyId) === undefined) {
      if (await guarded.isUsed(manager, keyId)) {
        faults.push(`${purpose} "${keyId}" is missing, and rows still need it`);
      } else {
        await manager.delete(TwoFactorKeyCanary, { purpose, keyId });
      }
    } else if (!guarded.isRight(keyId, canary)) {
      faults.push(`${purpose} "${keyId}" is not the one that the database knows by this id`);
    }
  }
  const added = ring.ids.filter((keyId) => mine.every((canary) => canary.keyId !== keyId));
  if (added.length > 0) {
    await manager.insert(
      TwoFactorKeyCanary,
      added.map((keyId) => ({ purpose, keyId, canary: guarded.canaryOf(keyId), createdAt: at })),
    );
  }
  return faults;
}

const CANARY = 'canary';

function keyRingGuard(ring: KeyRing): GuardedRing {
  return {
    purpose: 'key',
    ring,
    canaryOf: (keyId) => seal(ring.only(keyId), CANARY, canaryPlace(keyId)),
    isRight: (keyId, canary) => {
      try {
        return open(ring, canary, canaryPlace(keyId)) === CANARY;
      } catch {
        return false;
      }
    },
    isUsed: (manager, keyId) =>
      manager
        .createQueryBuilder(UserSecret, 's')
        .where(
          `split_part(s.sealed_secret, '.', 2) = :keyId OR split_part(s.sealed_backup_codes, '.', 2) = :keyId`,
          { keyId },
        )
        .getExists(),
  };
}

function pepperRingGuard(ring: KeyRing): GuardedRing {
  const canaryOf = (keyId: string): string =>
    createHmac('sha256', ring.find(keyId) ?? '')
      .update(CANARY)
      .digest('base64url');
  return {
    purpose: 'pepper',
    ring,
    canaryOf,
    isRight: (keyId, canary) => canary === canaryOf(keyId),
    isUsed: (manager, keyId) => manager.existsBy(BackupCode, { pepperId: keyId, usedAt: IsNull() }),
  };
}

function canaryPlace(keyId: string): SealedPlace {
  return { userId: '', rowId: keyId, column: CANARY };
}
