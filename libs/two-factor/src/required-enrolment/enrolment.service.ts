import { Inject, Injectable } from '@nestjs/common';
import { readUserToken } from '../crypto/user-token.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { RemoveAll } from '../enrolment/remove-all.js';
import { AllFactors } from '../factors/all-factors.js';
import { type PasskeyCreation, PasskeyOptions } from '../factors/passkeys/passkey-options.js';
import {
  PasskeyRegistration,
  type PasskeyRegistrationRequest,
  type RegisteredPasskey,
} from '../factors/passkeys/passkey-registration.js';
import {
  type ConfirmationRequest,
  TotpConfirmation,
  type TwoFactorEnabled,
} from '../factors/totp/totp-confirmation.js';
import { type SetupRequest, TotpSetup, type TwoFactorSetup } from '../factors/totp/totp-setup.js';
import type { AuthenticatorMethod } from '../options/factor-method.js';
import { requireSessionName } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings, TwoFactorUser } from '../options/two-factor.options.js';
import { Policies, refusedByPolicy } from '../policy/policies.service.js';
import { requireAccepted } from '../sql/in-same-commit.js';
import type { SignIn } from '../verification/re-authentication.js';
import { RequiredEnrolmentRepository } from './required-enrolment.repository.js';

interface ByToken {
  /** What the sign-in was answered with. */
  readonly enrolmentToken: string;
}

interface ForUser extends ByToken {
  /** Gives the user of an id, for the name that the authenticator shows; `undefined` when nobody has it any more. */
  readonly userOf: (userId: string) => TwoFactorUser | undefined | Promise<TwoFactorUser | undefined>;
}

export type EnrolmentSetupRequest = ForUser & Pick<SetupRequest, 'name' | 'context'>;
export type EnrolmentPasskeyRequest = ForUser & Pick<SetupRequest, 'context'>;
/** `sessionId` and `inSameCommit` are of the session that the same commit opens. */
export type EnrolmentConfirmation = ByToken & Omit<ConfirmationRequest, 'userId' | 'signIn'>;
/** `inSameCommit` is run in any case: it opens the session. */
export type EnrolmentRegistration = ByToken & Omit<PasskeyRegistrationRequest, 'userId' | 'signIn'>;

/** Whose the session is that a confirmation has opened. */
interface OfUser {
  readonly userId: string;
}

/** A sign-in that waits for its enrolment. */
interface Waiting extends OfUser {
  readonly isProved: boolean;
  /** After a reset by support. */
  readonly replacesAll: boolean;
  readonly signIn: SignIn;
}

/**
 * What a sign-in that was answered with `enrolment_required` can do: enrol. Each call takes the token of that answer, as long
 * as it lives, and what confirms a factor opens the session.
 *
 * All of them throw `TWO_FACTOR_CHALLENGE_INVALID` for a token that is none any more, and `TWO_FACTOR_REQUIRED_BY_POLICY` for a
 * method that would not be enough. A panic freezes what is added beside a factor, and not a first one: `TWO_FACTOR_FROZEN`.
 */
@Injectable()
export class TwoFactorEnrolment {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly policies: Policies,
    private readonly enrolments: RequiredEnrolmentRepository,
    private readonly allFactors: AllFactors,
    private readonly totpSetup: TotpSetup,
    private readonly totpConfirmation: TotpConfirmation,
    private readonly passkeyOptions: PasskeyOptions,
    private readonly passkeyRegistration: PasskeyRegistration,
  ) {}

  /**
   * Draws a secret and backup codes, as `TwoFactorService.setup` does; no codes beside a factor that is on.
   *
   * @throws TwoFactorException `TWO_FACTOR_CHALLENGE_INVALID`, `TWO_FACTOR_REQUIRED_BY_POLICY`, `TWO_FACTOR_ALREADY_ENABLED`,
   *   `TWO_FACTOR_TOO_MANY_AUTHENTICATORS`
   */
  async setup({ enrolmentToken, userOf, name, context }: EnrolmentSetupRequest): Promise<TwoFactorSetup> {
    const { userId, signIn, ...opened } = await this.#waiting(enrolmentToken, 'totp');
    const user = await requireUser(userOf, userId);
    const request = { user, name, add: opened.isProved && !opened.replacesAll, signIn, context };
    return inSignIn(this.totpSetup.run(request, { ...opened, evenIfFrozen: !opened.isProved }));
  }

  /**
   * Confirms it with a code of the new authenticator, and opens the session in the same commit.
   *
   * @throws TwoFactorException beside those of {@link setup} `TWO_FACTOR_SETUP_NOT_PENDING`, `TWO_FACTOR_CODE_INVALID`,
   *   `TWO_FACTOR_LOCKED`
   */
  async enable({ enrolmentToken, ...request }: EnrolmentConfirmation): Promise<TwoFactorEnabled & OfUser> {
    requireSessionName(request.sessionId);
    requireAccepted(request.inSameCommit);
    const { userId, isProved, replacesAll, signIn } = await this.#waiting(enrolmentToken, 'totp');
    const removeAll = replacesAll ? this.#removeAll : undefined;
    const confirming = this.totpConfirmation.run(
      { ...request, userId, signIn },
      { evenIfFrozen: !isProved, removeAll },
    );
    return { userId, ...(await inSignIn(confirming)) };
  }

  /**
   * Draws what a browser creates a passkey with, for this token alone.
   *
   * @throws TwoFactorException as {@link setup}
   */
  async passkeyCreationOptions({
    enrolmentToken,
    userOf,
    context,
  }: EnrolmentPasskeyRequest): Promise<PasskeyCreation> {
    const { userId, signIn, ...opened } = await this.#waiting(enrolmentToken, 'passkey');
    const user = await requireUser(userOf, userId);
    const even = { ...opened, evenIfFrozen: !opened.isProved };
    return inSignIn(this.passkeyOptions.toCreate({ user, signIn, context }, even));
  }

  /**
   * Makes a passkey of what the browser has created, and opens the session in the same commit.
   *
   * @throws TwoFactorException beside those of {@link setup} `TWO_FACTOR_PASSKEY_INVALID`, `TWO_FACTOR_PASSKEY_KNOWN`,
   *   `TWO_FACTOR_PASSKEY_NOT_ALLOWED`
   */
  async registerPasskey({
    enrolmentToken,
    ...request
  }: EnrolmentRegistration): Promise<RegisteredPasskey & OfUser> {
    requireSessionName(request.sessionId);
    requireAccepted(request.inSameCommit);
    const { userId, isProved, replacesAll, signIn } = await this.#waiting(enrolmentToken, 'passkey');
    const removeAll = replacesAll ? this.#removeAll : undefined;
    const registering = this.passkeyRegistration.run(
      { ...request, userId, signIn },
      { opensSession: true, evenIfFrozen: !isProved, removeAll },
    );
    return { userId, ...(await inSignIn(registering)) };
  }

  readonly #removeAll: RemoveAll = (transaction, userId) => this.allFactors.removeAll(transaction, userId);

  /** The policy is asked with each call: it may have become stricter since the sign-in. */
  async #waiting(enrolmentToken: string, method: AuthenticatorMethod): Promise<Waiting> {
    const at = this.settings.clock.now();
    const token = readUserToken(enrolmentToken);
    const named = token && { userId: token.userId, tokenHash: token.tokenHash, at };
    const found = named && (await this.enrolments.find(named));
    if (named === undefined || found === undefined) {
      throw new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID');
    }
    const { userId, tokenHash } = named;
    const demand = await this.policies.demandOf(userId);
    if (demand?.methods.includes(method) === false) {
      throw refusedByPolicy(demand);
    }
    // In the place of a session: what a passkey is asked for under one token is answered under that one.
    const sessionId = `enrolment:${tokenHash.toString('hex')}`;
    const signIn = { authenticatedAt: at, sessionId, callerIsAlive: this.enrolments.alive(named) };
    return { userId, isProved: found.isProved, replacesAll: found.replacesAll, signIn };
  }
}

async function requireUser(userOf: ForUser['userOf'], userId: string): Promise<TwoFactorUser> {
  const user = await userOf(userId);
  if (user === undefined) {
    throw new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID');
  }
  return user;
}

/** The use-cases say that a session has ended. Here it is a sign-in that has. */
async function inSignIn<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof TwoFactorException && error.code === 'AUTH_TOKEN_INVALID'
      ? new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID', { reason: 'session_ended', cause: error })
      : error;
  }
}
