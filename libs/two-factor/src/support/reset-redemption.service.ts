import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { BackupCodeMaterial } from '../factors/backup-codes/backup-code.repository.js';
import { parseBackupCode } from '../factors/backup-codes/backup-code.js';
import { BackupCodesFactor } from '../factors/backup-codes/backup-codes.factor.js';
import type { AuthenticatorMethod } from '../options/factor-method.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies } from '../policy/policies.service.js';
import { type OpenedToken, RequiredEnrolments } from '../required-enrolment/required-enrolments.service.js';
import type { UseCase } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';
import type { AttemptSubject } from '../verification/verification-request.js';
import { RESET_CODE_RULE } from './reset-rules.js';
import { ResetRepository } from './reset.repository.js';

export interface RedemptionRequest extends UseCase {
  /** Whose password was right just now. */
  readonly userId: string;
  /** What support has given them, as they type it. */
  readonly resetCode: string;
}

/** An enrolment that takes the place of all factors. */
export interface OpenedRecovery extends OpenedToken {
  /** Any one of these is enough. */
  readonly methods: readonly AuthenticatorMethod[];
}

const INVALID = 'TWO_FACTOR_RESET_CODE_INVALID';

/** Takes a reset's code, and opens the enrolment that puts a new factor in the place of those that are lost. */
@Injectable()
export class ResetRedemption {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly resets: ResetRepository,
    private readonly backupCodes: BackupCodesFactor,
    private readonly verification: Verification,
    private readonly enrolments: RequiredEnrolments,
    private readonly policies: Policies,
  ) {}

  /** It costs an attempt before it is looked at, whether there is a reset or not. */
  async run({ userId, resetCode, context = {}, inSameCommit }: RedemptionRequest): Promise<OpenedRecovery> {
    const code = parseBackupCode(resetCode);
    if (code === undefined) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'resetCode', message: RESET_CODE_RULE }],
      });
    }
    const at = this.settings.clock.now();
    const methods = await this.policies.methodsFor(userId);
    let opened: OpenedRecovery | undefined;
    await this.verification.run<BackupCodeMaterial>({
      subject: this.#subject(userId, at),
      method: 'reset_code',
      hasBudget: true,
      computations: 1,
      at,
      context,
      typeOf: () => 'reset_used',
      material: this.resets.material(),
      check: async ({ material }, room) => {
        const codeHash = await this.backupCodes.hashAs(material, code, { userId, room });
        return {
          proof: this.resets.proof(userId, { codeHash, at }),
          spend: [this.resets.spend(userId, at)],
          refusal: INVALID,
        };
      },
      change: async (transaction) => {
        const lostSince = await this.resets.lostSince(transaction, userId);
        const token = await this.enrolments.openInPlaceOfAll(transaction, { userId, lostSince, at });
        opened = { ...token, methods };
      },
      inSameCommit,
    });
    if (opened === undefined) {
      throw new Error('A code was accepted that has opened nothing');
    }
    return opened;
  }

  #subject(userId: string, at: Date): AttemptSubject {
    return {
      userId,
      read: () => [this.accounts.enabled(userId, { sessionId: undefined, at })],
      settled: ({ generation }) => [
        this.accounts.locked(userId, { generation }),
        { name: 'subject', sql: 'SELECT user_id FROM account', parameters: [] },
      ],
      errors: { absent: INVALID, gone: INVALID },
    };
  }
}
