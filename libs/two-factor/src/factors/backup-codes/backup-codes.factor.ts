import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Argon2Room } from '../../crypto/argon2-pool.js';
import { NoticeRepository } from '../../notices/notice.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import type { Statement } from '../../sql/one-statement.js';
import type { Attempt, CheckedProof, Factor } from '../../verification/factor.js';
import { BACKUP_CODE_SALT_BYTES, hashBackupCode, saltOf } from './backup-code-hash.js';
import { BACKUP_CODE_RULE, parseBackupCode } from './backup-code.js';
import {
  type BackupCodeMaterial,
  BackupCodeRepository,
  type BackupCodeSet,
} from './backup-code.repository.js';

/** Codes on paper, for when the phone is gone (recovery codes, NIST SP 800-63B-4 §3.1.2). */
@Injectable()
export class BackupCodesFactor implements Factor<BackupCodeMaterial, string> {
  readonly method = 'backup_code';
  readonly field = 'backupCode';
  readonly rule = BACKUP_CODE_RULE;
  readonly isAuthenticator = false;
  readonly hasBudget = true;
  readonly computations = 1;
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly codes: BackupCodeRepository,
    private readonly notices: NoticeRepository,
  ) {}

  parse(value: unknown): string | undefined {
    return parseBackupCode(value);
  }

  material(): Statement {
    return this.codes.material();
  }

  /** One Argon2id computation, whether the code is right, wrong, spent, or the user has none. */
  async check(
    code: string,
    { userId, material, at }: Attempt<BackupCodeMaterial>,
    room: Argon2Room,
  ): Promise<CheckedProof> {
    const codeHash = await this.hashAs(material, code, { userId, room });
    return {
      proof: this.codes.proof(userId, codeHash),
      spend: [this.codes.spend(userId, { codeHash, at }), ...this.notices.ofFewCodes({ codeHash, at })],
    };
  }

  /** Hashes a code as a stored one was; as another one, when there is none: it takes the same time. */
  async hashAs(
    material: BackupCodeMaterial | null,
    code: string,
    { userId, room }: { readonly userId: string; readonly room: Argon2Room },
  ): Promise<string> {
    const { peppers } = this.settings;
    const salt = saltOf(material?.codeHash ?? '');
    const pepper = peppers.find(material?.pepperId ?? '');
    if (material !== null && (salt === undefined || pepper === undefined)) {
      this.#logger.error({ userId, pepperId: material.pepperId }, 'A backup code hash cannot be used');
    }
    const [codeHash = ''] = await room.run([
      () =>
        hashBackupCode(code, {
          salt: salt ?? randomBytes(BACKUP_CODE_SALT_BYTES),
          pepper: pepper ?? peppers.first.key,
        }),
    ]);
    return codeHash;
  }

  /** Hashes a set of codes for its rows, all with one salt. Holds no database connection meanwhile. */
  async hashSet(codes: readonly string[], room: Argon2Room): Promise<BackupCodeSet> {
    const { id: pepperId, key: pepper } = this.settings.peppers.first;
    const salt = randomBytes(BACKUP_CODE_SALT_BYTES);
    const hashes = await room.run(codes.map((code) => () => hashBackupCode(code, { salt, pepper })));
    return { hashes, pepperId };
  }
}
