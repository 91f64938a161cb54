import { Injectable } from '@nestjs/common';
import type { Authenticator } from './authenticators/authenticator.js';
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
import { type RemovalRequest, RemoveAuthenticatorService } from './factors/remove-authenticator.service.js';
import { type RenameRequest, RenameAuthenticatorService } from './factors/rename-authenticator.service.js';
import { requireSessionId, requireSessionName, requireUserId } from './options/ids.js';
import { requireAccepted } from './sql/in-same-commit.js';
import type { SignIn } from './verification/re-authentication.js';

/** What an account can have several of: authenticators and their names, and passkeys among them. */
@Injectable()
export class TwoFactorAuthenticators {
  constructor(
    private readonly passkeyOptions: PasskeyOptions,
    private readonly passkeyRegistration: PasskeyRegistration,
    private readonly renaming: RenameAuthenticatorService,
    private readonly removal: RemoveAuthenticatorService,
  ) {}

  /**
   * Draws what a browser creates a passkey with. It changes nothing; as a setup, it takes a proof when a factor is on.
   * Five minutes, one use, for the session that asks; what was drawn before is void.
   *
   * @throws TwoFactorException `TWO_FACTOR_ALREADY_ENABLED` without proof, `TWO_FACTOR_NOT_ENABLED` with one
   *   that nothing asks for, `TWO_FACTOR_TOO_MANY_AUTHENTICATORS`, `TWO_FACTOR_FROZEN`, and whatever refuses the proof
   */
  async passkeyCreationOptions(request: PasskeyCreationRequest): Promise<PasskeyCreation> {
    requireUserId(request.user.id);
    return this.passkeyOptions.toCreate(request);
  }

  /**
   * Makes a passkey of what an authenticator has created with {@link passkeyCreationOptions}. As the first factor of the
   * account it turns that on, as `enable` does, with backup codes that are handed out this once.
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
   * Gives an authenticator another name.
   *
   * @throws TwoFactorException `TWO_FACTOR_AUTHENTICATOR_UNKNOWN`, of somebody else's too
   */
  async rename(request: RenameRequest): Promise<Authenticator> {
    requireUserId(request.userId);
    return this.renaming.run(request);
  }

  /**
   * Removes one authenticator of several. The last one goes with the second factor: `disable`.
   *
   * @returns the rest, oldest first
   * @throws TwoFactorException `TWO_FACTOR_AUTHENTICATOR_UNKNOWN`, `TWO_FACTOR_LAST_AUTHENTICATOR`,
   *   `TWO_FACTOR_REQUIRED_BY_POLICY`,
   *   `TWO_FACTOR_CODE_INVALID`, `TWO_FACTOR_LOCKED`, `AUTH_REAUTHENTICATION_REQUIRED`
   */
  async remove(request: RemovalRequest): Promise<readonly Authenticator[]> {
    requireUserId(request.userId);
    requireSessionId(request.sessionId);
    requireAccepted(request.inSameCommit);
    return this.removal.run(request);
  }
}
