import { Inject, Injectable } from '@nestjs/common';
import { type TwoFactorDemand, readDemand } from './assurance/assurance-demand.js';
import { AssuranceRepository, type PassedFactor } from './assurance/assurance.repository.js';
import {
  type StepUpRequest,
  StepUpService,
  type SteppedUp,
  type UserSession,
} from './assurance/step-up.service.js';
import type { AuthenticatorMethod } from './options/factor-method.js';
import { requireSessionId, requireUserId } from './options/ids.js';
import { TWO_FACTOR_SETTINGS } from './options/tokens.js';
import type { TwoFactorSettings } from './options/two-factor.options.js';
import { PasswordChange, type PasswordChangeRequest } from './password/password-change.service.js';
import { PasswordReset, type PasswordResetRequest } from './password/password-reset.service.js';
import { requireAccepted } from './sql/in-same-commit.js';

/** What the host's sessions have passed, how they are raised, and what a new password makes of them. */
@Injectable()
export class TwoFactorSessions {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly assurances: AssuranceRepository,
    private readonly stepUps: StepUpService,
    private readonly passwordChange: PasswordChange,
    private readonly passwordResets: PasswordReset,
  ) {}

  /** By what the sessions of this module can be raised. */
  get authenticatorMethods(): readonly AuthenticatorMethod[] {
    return this.stepUps.methods;
  }

  /** The factors that a session has passed, and when; none once the user's factors have changed since. */
  async passedFactors({ userId, sessionId }: UserSession): Promise<PassedFactor[]> {
    requireUserId(userId);
    requireSessionId(sessionId);
    return this.assurances.passedBy({ userId, sessionId, at: this.settings.clock.now() });
  }

  /**
   * Raises a session: it proves a factor of the account once more, by an authenticator. Its tokens stay as they are.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_TOKEN_INVALID`
   */
  async stepUp(request: StepUpRequest): Promise<SteppedUp> {
    requireUserId(request.userId);
    requireSessionId(request.sessionId);
    return this.stepUps.run(request);
  }

  /**
   * What `@RequireTwoFactor()` asks, for where that cannot stand: that a session has passed a factor, as recently and
   * by such a method as is said. `details` of what it throws are a `StepUpDemand`.
   *
   * @throws TwoFactorException `TWO_FACTOR_REQUIRED` for an account without a factor, `TWO_FACTOR_STEP_UP_REQUIRED`,
   *   `TWO_FACTOR_ENROLMENT_REQUIRED` when a policy wants a factor that the account should have by now
   */
  async require({ userId, sessionId, ...demand }: UserSession & TwoFactorDemand): Promise<void> {
    requireUserId(userId);
    requireSessionId(sessionId);
    return this.stepUps.require({ userId, sessionId }, readDemand(demand));
  }

  /**
   * Lets the host change the password in the commit that accepts a proof, or, without one, only while no factor is on. Whether
   * the old password is right is the host's to check before; `inSameCommit` writes the new one, and ends the other
   * sessions. What was issued before is dead: challenges, and what sessions have passed. The session that asks has
   * passed the authenticator of its proof; a backup code raises none.
   *
   * @throws TwoFactorException `VALIDATION_FAILED` without a proof while a factor is on, `TWO_FACTOR_NOT_ENABLED` with one
   *   that nothing asks for, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`, `AUTH_TOKEN_INVALID`
   */
  async passwordChanged(request: PasswordChangeRequest): Promise<void> {
    requireUserId(request.userId);
    requireSessionId(request.sessionId);
    requireAccepted(request.inSameCommit);
    return this.passwordChange.run(request);
  }

  /**
   * Lets the host write a new password for somebody who has forgotten the old one. It only closes: what was issued before
   * is dead, challenges, trusted devices, and what sessions have passed. The factors stay, and the next sign-in asks for
   * one. Who may reset it is the host's to check before.
   */
  async passwordReset(request: PasswordResetRequest): Promise<void> {
    requireUserId(request.userId);
    requireAccepted(request.inSameCommit);
    return this.passwordResets.run(request);
  }
}
