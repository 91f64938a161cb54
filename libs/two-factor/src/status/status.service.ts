import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository, type StatusRow, shownStatus } from '../account/account.repository.js';
import { AssuranceRepository, type RecoveryRow, shownRecovery } from '../assurance/assurance.repository.js';
import { StepUpService } from '../assurance/step-up.service.js';
import {
  AuthenticatorRepository,
  type AuthenticatorRow,
  shown,
} from '../authenticators/authenticator.repository.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies } from '../policy/policies.service.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { readAsOne } from '../sql/read-as-one.js';
import { AttemptRepository, type MethodRecordRow } from '../verification/attempt.repository.js';
import { type TwoFactorStatus, stateOf } from './status.js';

/** A type, for an interface is no record. */
type StatusRows = {
  readonly account: StatusRow;
  readonly authenticators: AuthenticatorRow;
  readonly attempts: MethodRecordRow;
  readonly recovery: RecoveryRow;
};

/** What a user may see of its own second factor: every page about it asks for it first, so it is one statement. */
@Injectable()
export class StatusService {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly database: TwoFactorDatabase,
    private readonly accounts: AccountRepository,
    private readonly authenticators: AuthenticatorRepository,
    private readonly attempts: AttemptRepository,
    private readonly assurances: AssuranceRepository,
    private readonly stepUps: StepUpService,
    private readonly policies: Policies,
  ) {}

  /** @param sessionId the session that asks, or none */
  async of(userId: string, sessionId: string | undefined): Promise<TwoFactorStatus> {
    const { clock, trustedDevices, limits } = this.settings;
    const at = clock.now();
    const withinSeconds = limits.recentSignInSeconds;
    const read = await readAsOne<StatusRows>(this.database, {
      account: this.accounts.statusOf(userId, at),
      authenticators: this.authenticators.allOf(userId),
      attempts: this.attempts.recordsOf(userId),
      recovery: this.assurances.recoveryOf({ userId, sessionId, at }, { withinSeconds }),
    });
    const missing = await this.policies.missingOf(userId);
    return {
      ...stateOf(shownStatus(read.account), read.authenticators.map(shown)),
      available: this.stepUps.methods,
      locks: this.attempts.locksIn(read.attempts, at),
      trustedDeviceDays: trustedDevices?.days ?? 0,
      enrolment: missing?.enrolment ?? null,
      recoveryUntil: shownRecovery(read.recovery),
    };
  }
}
