import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ReservedAttempt, ReservedSecret } from './attempt-gate.js';
import type { Argon2Room } from '../crypto/argon2-pool.js';
import { BACKUP_CODE_SALT_BYTES, hashBackupCode, saltOf } from '../factors/backup-codes/backup-code-hash.js';
import { BackupCodeRepository, type BackupCodeSet } from '../factors/backup-codes/backup-code.repository.js';
import type { CodeProof } from './code-proof.js';
import { SealedBoxError, type SealedPlace, open, seal, sealedWith } from '../crypto/sealed-secret.js';
import type { NamedStatement } from '../sql/one-statement.js';
import { matchTimeStep, wasRecentCode } from '../factors/totp/totp.js';
import { type RefusalReason, TwoFactorException } from '../errors/two-factor.errors.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import { UserSecretRepository } from '../factors/totp/user-secret.repository.js';

/** A code that is right, as the guards that spend it: the last word is the database's. */
export interface CheckedProof {
  /** Locks the user's active authenticator, as `secret`, while the code is still unspent. */
  readonly lock: NamedStatement;
  /** Spends the code for the user that `gate` yields, as `accepted`. */
  accept(gate: string): NamedStatement;
  /** Why the guards refused, for the log: only they can tell whether a backup code is one of the user's. */
  readonly refusalReason?: (() => Promise<RefusalReason>) | undefined;
}

/** A setup whose code was right: what becomes of it. */
export interface ConfirmedSetup {
  readonly id: string;
  readonly isReplacement: boolean;
  readonly step: number;
  readonly backupCodes: readonly string[];
}

/** Checks a code against what its attempt was reserved for; the database is asked only why it refused. */
@Injectable()
export class CodeChecker {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly secrets: UserSecretRepository,
    private readonly codes: BackupCodeRepository,
  ) {}

  /** @throws TwoFactorException `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_SECRET_UNREADABLE`, `SERVICE_UNAVAILABLE` */
  check(attempt: ReservedAttempt, proof: CodeProof, room: Argon2Room): Promise<CheckedProof> {
    return proof.method === 'totp'
      ? this.#checkOneTimeCode(attempt, proof.code)
      : this.#checkBackupCode(attempt, proof.code, room);
  }

  /**
   * Checks the code that confirms a setup, and opens the backup codes that were handed out with it.
   *
   * @throws TwoFactorException `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_SECRET_UNREADABLE`
   */
  confirm({ userId, secret, chargedAt }: ReservedAttempt, code: string): ConfirmedSetup {
    if (secret === undefined) {
      throw wrongCode();
    }
    const step = this.#matchStep({ userId, secret, at: chargedAt }, code);
    const { id, isReplacement } = secret;
    const place = { userId, rowId: id, column: 'sealed_backup_codes' };
    return {
      id,
      isReplacement,
      step,
      backupCodes: this.#open(place, secret.sealedBackupCodes ?? '').split(' '),
    };
  }

  /** Hashes a set of codes for its rows, all with one salt. Holds no database connection meanwhile. */
  async hashSet(codes: readonly string[], room: Argon2Room): Promise<BackupCodeSet> {
    const { id: pepperId, key: pepper } = this.settings.peppers.first;
    const salt = randomBytes(BACKUP_CODE_SALT_BYTES);
    const hashes = await room.run(codes.map((code) => () => hashBackupCode(code, { salt, pepper })));
    return { hashes, pepperId };
  }

  async #checkOneTimeCode(
    { userId, secret, chargedAt }: ReservedAttempt,
    code: string,
  ): Promise<CheckedProof> {
    if (secret === undefined) {
      throw wrongCode();
    }
    const { id } = secret;
    const step = this.#matchStep({ userId, secret, at: chargedAt }, code);
    const resealedSecret = this.#resealed(userId, secret);
    return {
      lock: this.secrets.lockForStep({ id, userId, step }),
      accept: (gate) => this.secrets.acceptStep({ gate, id, step, resealedSecret }),
    };
  }

  #matchStep(
    { userId, secret, at }: { readonly userId: string; readonly secret: ReservedSecret; readonly at: Date },
    code: string,
  ): number {
    const plainSecret = this.#open(
      { userId, rowId: secret.id, column: 'sealed_secret' },
      secret.sealedSecret,
    );
    const step = matchTimeStep(plainSecret, code, { at });
    if (step === undefined) {
      const reason = wasRecentCode(plainSecret, code, { at }) ? 'expired' : 'wrong';
      throw new TwoFactorException('TWO_FACTOR_CODE_INVALID', { reason });
    }
    if (secret.lastUsedStep !== null && step <= secret.lastUsedStep) {
      throw new TwoFactorException('TWO_FACTOR_CODE_INVALID', { reason: 'replayed' });
    }
    return step;
  }

  #open(place: SealedPlace, sealed: string): string {
    try {
      return open(this.settings.keys, sealed, place);
    } catch (error) {
      if (!(error instanceof SealedBoxError)) {
        throw error;
      }
      this.#logger.error({ ...place, reason: error.reason }, 'A sealed value does not open');
      throw new TwoFactorException('TWO_FACTOR_SECRET_UNREADABLE', { reason: 'unreadable', cause: error });
    }
  }

  /** One Argon2id computation, whether the code is right, wrong, spent, or the user has none. */
  async #checkBackupCode(
    { userId, code: stored, chargedAt }: ReservedAttempt,
    code: string,
    room: Argon2Room,
  ): Promise<CheckedProof> {
    const { peppers } = this.settings;
    const salt = saltOf(stored?.codeHash ?? '');
    const pepper = peppers.find(stored?.pepperId ?? '');
    if (stored !== undefined && (salt === undefined || pepper === undefined)) {
      this.#logger.error({ userId, pepperId: stored.pepperId }, 'A backup code hash cannot be used');
    }
    const [codeHash = ''] = await room.run([
      () =>
        hashBackupCode(code, {
          salt: salt ?? randomBytes(BACKUP_CODE_SALT_BYTES),
          pepper: pepper ?? peppers.first.key,
        }),
    ]);
    return {
      lock: this.secrets.lockForBackupCode(userId),
      accept: (gate) => this.codes.redeem({ gate, codeHash, at: chargedAt }),
      refusalReason: async () => ((await this.codes.exists(userId, codeHash)) ? 'replayed' : 'wrong'),
    };
  }

  /** The secret under the first key, if another one sealed it: keys are renewed by use. */
  #resealed(userId: string, { id, sealedSecret }: ReservedSecret): string | undefined {
    const { keys } = this.settings;
    if (sealedWith(sealedSecret) === keys.first.id) {
      return undefined;
    }
    const place = { userId, rowId: id, column: 'sealed_secret' };
    return seal(keys, open(keys, sealedSecret, place), place);
  }
}

function wrongCode(): TwoFactorException {
  return new TwoFactorException('TWO_FACTOR_CODE_INVALID', { reason: 'wrong' });
}
