import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from './account/account.repository.js';
import { type TwoFactorStatus, statusOf } from './account/status.js';
import { type TwoFactorDemand, readDemand } from './assurance/assurance-demand.js';
import { AssuranceRepository, type PassedFactor } from './assurance/assurance.repository.js';
import {
  type StepUpRequest,
  StepUpService,
  type SteppedUp,
  type UserSession,
} from './assurance/step-up.service.js';
import type { Authenticator } from './authenticators/authenticator.js';
import { AuthenticatorRepository } from './authenticators/authenticator.repository.js';
import type { SecurityEvent } from './events/security-event.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { BackupCodesService } from './factors/backup-codes/backup-codes.service.js';
import { DisableService } from './factors/disable.service.js';
import { type RemovalRequest, RemoveAuthenticatorService } from './factors/remove-authenticator.service.js';
import { type RenameRequest, RenameAuthenticatorService } from './factors/rename-authenticator.service.js';
import {
  type PasskeyCreation,
  type PasskeyCreationRequest,
  PasskeyOptions,
  type PasskeyRequest,
} from './factors/passkeys/passkey-options.js';
import {
  PasskeyRegistration,
  type PasskeyRegistrationRequest,
  type RegisteredPasskey,
} from './factors/passkeys/passkey-registration.js';
import {
  type ConfirmationRequest,
  TotpConfirmation,
  type TwoFactorEnabled,
} from './factors/totp/totp-confirmation.js';
import { type SetupRequest, TotpSetup, type TwoFactorSetup } from './factors/totp/totp-setup.js';
import type { AuthenticatorMethod } from './options/factor-method.js';
import { TWO_FACTOR_SETTINGS } from './options/tokens.js';
import { requireAccepted } from './sql/in-same-commit.js';
import { requireSessionId, requireSessionName, requireUserId } from './options/ids.js';
import { PasswordChange, type PasswordChangeRequest } from './password/password-change.service.js';
import { PasswordReset, type PasswordResetRequest } from './password/password-reset.service.js';
import type { TwoFactorSettings } from './options/two-factor.options.js';
import { noteAsked } from './sign-in/asked.js';
import {
  type AnsweredChallenge,
  type BegunSignIn,
  type ChallengeAnswer,
  type SignInDecision,
  SignInService,
} from './sign-in/sign-in.service.js';
import type { SignIn } from './verification/re-authentication.js';
import type { FactorChange } from './verification/use-case.js';

/** The use-cases of the second factor. Knows users only by id and label; knows neither HTTP nor sessions. */
@Injectable()
export class TwoFactorService {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly authenticators: AuthenticatorRepository,
    private readonly assurances: AssuranceRepository,
    private readonly securityEvents: SecurityEventRepository,
    private readonly totpSetup: TotpSetup,
    private readonly totpConfirmation: TotpConfirmation,
    private readonly backupCodes: BackupCodesService,
    private readonly passkeyOptions: PasskeyOptions,
    private readonly passkeyRegistration: PasskeyRegistration,
    private readonly disabling: DisableService,
    private readonly passwordChange: PasswordChange,
    private readonly renaming: RenameAuthenticatorService,
    private readonly removal: RemoveAuthenticatorService,
    private readonly passwordResets: PasswordReset,
    private readonly signIn: SignInService,
    private readonly stepUps: StepUpService,
  ) {}

  /** What a user may see of its own second factor. */
  async status(userId: string): Promise<TwoFactorStatus> {
    requireUserId(userId);
    return statusOf(
      await this.accounts.status(userId, this.settings.clock.now()),
      await this.authenticators.listOf(userId),
    );
  }

  /** By what the sessions of this module can be raised. */
  get authenticatorMethods(): readonly AuthenticatorMethod[] {
    return this.stepUps.methods;
  }

  /** The last fifty security events of a user, newest first. */
  async latestEvents(userId: string): Promise<SecurityEvent[]> {
    requireUserId(userId);
    return this.securityEvents.latestOf(userId);
  }

  /**
   * Draws a secret and a set of backup codes, and answers with them once. Until {@link enable} confirms
   * them they change nothing. With a proof it prepares the replacement of an authenticator, or one more.
   *
   * @throws TwoFactorException `TWO_FACTOR_ALREADY_ENABLED` without proof, `TWO_FACTOR_NOT_ENABLED` with one
   *   that nothing asks for, `TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS` when there are several and none is named,
   *   `TWO_FACTOR_AUTHENTICATOR_UNKNOWN`, `TWO_FACTOR_TOO_MANY_AUTHENTICATORS`, `TWO_FACTOR_CODE_INVALID`,
   *   `TWO_FACTOR_LOCKED`, `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async setup(request: SetupRequest): Promise<TwoFactorSetup> {
    requireUserId(request.user.id);
    return this.totpSetup.run(request);
  }

  /**
   * Confirms a setup with a code of the new authenticator: it becomes the active one, the code is spent,
   * the backup codes come alive, and an old authenticator and its codes die, in one commit.
   *
   * @throws TwoFactorException `TWO_FACTOR_SETUP_NOT_PENDING`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async enable(request: ConfirmationRequest): Promise<TwoFactorEnabled> {
    requireUserId(request.userId);
    requireSessionName(request.sessionId);
    requireAccepted(request.inSameCommit);
    return this.totpConfirmation.run(request);
  }

  /**
   * Draws what a browser creates a passkey with. It changes nothing; as a setup, it takes a proof when a factor is on.
   * Five minutes, one use, for the session that asks; what was drawn before is void.
   *
   * @throws TwoFactorException `TWO_FACTOR_ALREADY_ENABLED` without proof, `TWO_FACTOR_NOT_ENABLED` with one
   *   that nothing asks for, `TWO_FACTOR_TOO_MANY_AUTHENTICATORS`, and whatever refuses the proof
   */
  async passkeyCreationOptions(request: PasskeyCreationRequest): Promise<PasskeyCreation> {
    requireUserId(request.user.id);
    return this.passkeyOptions.toCreate(request);
  }

  /**
   * Makes a passkey of what an authenticator has created with {@link passkeyCreationOptions}. As the first factor of the
   * account it turns that on, as {@link enable} does, with backup codes that are handed out this once.
   *
   * @throws TwoFactorException `TWO_FACTOR_PASSKEY_INVALID`, `TWO_FACTOR_PASSKEY_KNOWN`, `TWO_FACTOR_PASSKEY_NOT_ALLOWED`,
   *   `TWO_FACTOR_TOO_MANY_AUTHENTICATORS`, `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async registerPasskey(request: PasskeyRegistrationRequest): Promise<RegisteredPasskey> {
    requireUserId(request.userId);
    requireSessionName(request.sessionId);
    requireAccepted(request.inSameCommit);
    return this.passkeyRegistration.run(request);
  }

  /**
   * Draws what a browser proves a passkey with, in a call of the same session: `{ passkey }` is a proof like a code.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_PASSKEY_INVALID` when the account has none
   */
  async passkeyRequestOptions(
    userId: string,
    { signIn }: { readonly signIn: Pick<SignIn, 'sessionId' | 'callerIsAlive'> },
  ): Promise<PasskeyRequest> {
    requireUserId(userId);
    return this.passkeyOptions.toProve(userId, { signIn });
  }

  /**
   * Draws what a browser answers a sign-in's challenge with. It lives as long as that.
   *
   * @throws TwoFactorException `TWO_FACTOR_CHALLENGE_INVALID`, `TWO_FACTOR_PASSKEY_INVALID` when the account has none
   */
  async passkeySignInOptions(challengeToken: string): Promise<Pick<PasskeyRequest, 'publicKey'>> {
    return this.passkeyOptions.toSignIn(challengeToken);
  }

  /**
   * Decides what becomes of a sign-in whose password was right. Only of one that is `complete` does
   * `inSameCommit` open the host's session, under a lock, so that none slips in while a factor is turned on. With a
   * `trustToken` that counts it is complete for an account with a factor, too.
   */
  async beginSignIn(request: BegunSignIn): Promise<SignInDecision> {
    noteAsked();
    requireUserId(request.userId);
    requireAccepted(request.inSameCommit);
    return this.signIn.begin(request);
  }

  /**
   * Completes a sign-in with a one-time code or a backup code.
   *
   * @returns whose sign-in is complete, by which method, and the trust that was asked for
   * @throws TwoFactorException `TWO_FACTOR_CHALLENGE_INVALID`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`
   */
  async completeSignIn(answer: ChallengeAnswer): Promise<AnsweredChallenge> {
    noteAsked();
    requireSessionName(answer.sessionId);
    requireAccepted(answer.inSameCommit);
    return this.signIn.complete(answer);
  }

  /**
   * Draws ten new backup codes; the old set dies in the same commit.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async regenerateBackupCodes(change: FactorChange): Promise<readonly string[]> {
    requireUserId(change.userId);
    requireAccepted(change.inSameCommit);
    return this.backupCodes.regenerate(change);
  }

  /**
   * Turns the second factor off.
   *
   * @throws TwoFactorException `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async disable(change: FactorChange): Promise<void> {
    requireUserId(change.userId);
    requireAccepted(change.inSameCommit);
    return this.disabling.run(change);
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
   * Gives an authenticator another name.
   *
   * @throws TwoFactorException `TWO_FACTOR_AUTHENTICATOR_UNKNOWN`, of somebody else's too
   */
  async renameAuthenticator(request: RenameRequest): Promise<Authenticator> {
    requireUserId(request.userId);
    return this.renaming.run(request);
  }

  /**
   * Removes one authenticator of several. The last one goes with the second factor: {@link disable}.
   *
   * @returns the rest, oldest first
   * @throws TwoFactorException `TWO_FACTOR_AUTHENTICATOR_UNKNOWN`, `TWO_FACTOR_LAST_AUTHENTICATOR`,
   *   `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`, `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async removeAuthenticator(request: RemovalRequest): Promise<readonly Authenticator[]> {
    requireUserId(request.userId);
    requireSessionId(request.sessionId);
    requireAccepted(request.inSameCommit);
    return this.removal.run(request);
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
   * @throws TwoFactorException `TWO_FACTOR_REQUIRED` for an account without a factor, `TWO_FACTOR_STEP_UP_REQUIRED`
   */
  async requireTwoFactor({ userId, sessionId, ...demand }: UserSession & TwoFactorDemand): Promise<void> {
    requireUserId(userId);
    requireSessionId(sessionId);
    return this.stepUps.require({ userId, sessionId }, readDemand(demand));
  }
}
