import { Inject, Injectable } from '@nestjs/common';
import type { SecurityEvent } from './events/security-event.js';
import { SecurityEventRepository } from './events/security-event.repository.js';
import { BackupCodesService } from './factors/backup-codes/backup-codes.service.js';
import { DisableService } from './factors/disable.service.js';
import {
  type ConfirmationRequest,
  TotpConfirmation,
  type TwoFactorEnabled,
} from './factors/totp/totp-confirmation.js';
import { type SetupRequest, TotpSetup, type TwoFactorSetup } from './factors/totp/totp-setup.js';
import { requireSessionName, requireUserId } from './options/ids.js';
import { TWO_FACTOR_SETTINGS } from './options/tokens.js';
import type { TwoFactorSettings } from './options/two-factor.options.js';
import { noteAsked } from './sign-in/asked.js';
import { SignInCompletion } from './sign-in/sign-in-completion.service.js';
import type {
  BegunSignIn,
  ChallengeAnswer,
  SignInDecision,
  SignInOutcome,
} from './sign-in/sign-in-decision.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { requireAccepted } from './sql/in-same-commit.js';
import { StatusService } from './status/status.service.js';
import type { TwoFactorStatus } from './status/status.js';
import type { FactorChange } from './verification/use-case.js';

/**
 * The life of a second factor: turned on, asked for at a sign-in, turned off. Knows users only by id and label; knows
 * neither HTTP nor sessions. What an account has several of is in `TwoFactorAuthenticators`, what a session has passed
 * in `TwoFactorSessions`.
 */
@Injectable()
export class TwoFactorService {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly statuses: StatusService,
    private readonly securityEvents: SecurityEventRepository,
    private readonly totpSetup: TotpSetup,
    private readonly totpConfirmation: TotpConfirmation,
    private readonly backupCodes: BackupCodesService,
    private readonly disabling: DisableService,
    private readonly signIn: SignInService,
    private readonly signInCompletion: SignInCompletion,
  ) {}

  /**
   * What a user may see of its own second factor.
   *
   * @param options `sessionId`: the session that asks, for `recoveryUntil`, which is `null` without it
   */
  async status(
    userId: string,
    { sessionId }: { readonly sessionId?: string | undefined } = {},
  ): Promise<TwoFactorStatus> {
    requireUserId(userId);
    return this.statuses.of(userId, sessionId);
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
   *   `TWO_FACTOR_LOCKED`, `TWO_FACTOR_FROZEN`, `AUTH_REAUTHENTICATION_REQUIRED`
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
   * Decides what becomes of a sign-in whose password was right. Only of one that is `complete` does
   * `inSameCommit` open the host's session, under a lock, so that none slips in while a factor is turned on. With a
   * `trustToken` that counts it is complete for an account with a factor, too. One that a policy stops can enrol:
   * {@link TwoFactorEnrolment}.
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
   * @returns whose sign-in is complete, by which method, and the trust that was asked for; or that a policy wants another
   *   factor by now: then `inSameCommit` was not run, and there is no session
   * @throws TwoFactorException `TWO_FACTOR_CHALLENGE_INVALID`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`
   */
  async completeSignIn(answer: ChallengeAnswer): Promise<SignInOutcome> {
    noteAsked();
    requireSessionName(answer.sessionId);
    requireAccepted(answer.inSameCommit);
    return this.signInCompletion.run(answer);
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
   * @throws TwoFactorException `TWO_FACTOR_REQUIRED_BY_POLICY`, `TWO_FACTOR_NOT_ENABLED`, `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`,
   *   `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async disable(change: FactorChange): Promise<void> {
    requireUserId(change.userId);
    requireAccepted(change.inSameCommit);
    return this.disabling.run(change);
  }
}
