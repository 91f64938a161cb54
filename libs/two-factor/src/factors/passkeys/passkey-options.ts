import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { Freeze, refuseFrozen } from '../../account/freeze.js';
import { readUserToken } from '../../crypto/user-token.js';
import { ChallengeRepository } from '../../challenges/challenge.repository.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { type RequestContext, happened } from '../../events/security-event.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import { requireSessionId } from '../../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings, TwoFactorUser } from '../../options/two-factor.options.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import { IN_ANY_CASE, effects, runAsOne } from '../../sql/one-statement.js';
import { isStillThere } from '../../sql/still-there.js';
import { accountSubject } from '../../verification/account-subject.js';
import type { ProofInput } from '../../verification/proof-input.js';
import { type Proof, Proofs, proving } from '../../verification/proof.js';
import { Reauthentication, type SignIn } from '../../verification/re-authentication.js';
import { Verification } from '../../verification/verification.js';
import { CeremonyRepository, type NewCeremony } from './ceremony.repository.js';
import { type PasskeyDescriptor, PasskeyRepository } from './passkey.repository.js';
import {
  type PasskeyCreationOptions,
  type PasskeyRequestOptions,
  creationOptions,
  requestOptions,
} from './public-key-options.js';
import { WebAuthn } from './webauthn.js';

/** What a browser is given to create a passkey with. */
export interface PasskeyCreation {
  readonly publicKey: PasskeyCreationOptions;
  readonly expiresAt: Date;
}

/** What a browser is given to prove a passkey with. */
export interface PasskeyRequest {
  readonly publicKey: PasskeyRequestOptions;
  readonly expiresAt: Date;
}

export interface PasskeyCreationRequest {
  readonly user: TwoFactorUser;
  /** Of the factor that is on, if one is. */
  readonly proof?: ProofInput | undefined;
  /** With its `sessionId`: no other session can use what is drawn here. */
  readonly signIn: SignIn;
  readonly context?: RequestContext | undefined;
}

const CHALLENGE_BYTES = 32;
/** Nobody can tell from it whose it is (WebAuthn Level 3 §14.6.1). */
const USER_HANDLE_BYTES = 32;

/** Draws the challenges that authenticators sign. Each is for one thing and works once; a later one makes it void. */
@Injectable()
export class PasskeyOptions {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly webauthn: WebAuthn,
    private readonly accounts: AccountRepository,
    private readonly freeze: Freeze,
    private readonly challenges: ChallengeRepository,
    private readonly passkeys: PasskeyRepository,
    private readonly ceremonies: CeremonyRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /**
   * To create a passkey. It changes nothing: as a setup, it needs a proof when a factor is on.
   *
   * @param isProved whether the sign-in has proved a factor just now, or support has reset them: in place of that proof
   * @param replacesAll it takes the place of all factors
   * @param evenIfFrozen whether it is a first factor without which there is no sign-in: then a panic does not stop it
   */
  async toCreate(
    { user, proof: input = {}, signIn, context = {} }: PasskeyCreationRequest,
    {
      isProved = false,
      replacesAll = false,
      evenIfFrozen = false,
    }: { readonly isProved?: boolean; readonly replacesAll?: boolean; readonly evenIfFrozen?: boolean } = {},
  ): Promise<PasskeyCreation> {
    const { settings } = this.webauthn;
    const hasProof = Object.values(input).some((value) => value !== undefined);
    const proof = hasProof ? this.proofs.parse(input) : undefined;
    const passkeys = await this.passkeys.describe(user.id);
    if (passkeys.length >= this.settings.limits.passkeys && !replacesAll) {
      throw new TwoFactorException('TWO_FACTOR_TOO_MANY_AUTHENTICATORS');
    }
    const ceremony = this.#draw(user.id, 'register', signIn);
    const asked = { signIn, context };
    const handle = isProved
      ? await this.#saveBeside(ceremony, asked)
      : await (proof === undefined
          ? this.#saveFirst(ceremony, { ...asked, evenIfFrozen })
          : this.#saveProved(ceremony, { ...asked, proof }));
    const { challenge, expiresAt } = ceremony;
    const drawn = { challenge, passkeys, timeoutSeconds: this.settings.limits.challengeSeconds };
    return { publicKey: creationOptions(settings, { label: user.label, handle }, drawn), expiresAt };
  }

  /** To prove a passkey in a signed-in call. */
  async toProve(
    userId: string,
    { signIn }: { readonly signIn: Pick<SignIn, 'sessionId' | 'callerIsAlive'> },
  ): Promise<PasskeyRequest> {
    const { settings } = this.webauthn;
    const ceremony = this.#draw(userId, 'prove', signIn);
    const [answer] = await runAsOne<{ isAlive: boolean; isEnabled: boolean }>(
      this.database,
      [
        { ...(signIn.callerIsAlive ?? IN_ANY_CASE), name: 'own_caller' },
        this.accounts.locked(userId),
        this.ceremonies.save(ceremony, { ifAny: 'own_caller' }),
      ],
      {
        sql: 'SELECT EXISTS (SELECT FROM own_caller) AS "isAlive", EXISTS (SELECT FROM accepted) AS "isEnabled"',
        parameters: [],
      },
    );
    if (answer?.isEnabled !== true) {
      throw new TwoFactorException(
        answer?.isAlive === false ? 'AUTH_TOKEN_INVALID' : 'TWO_FACTOR_NOT_ENABLED',
      );
    }
    const { challenge, expiresAt } = ceremony;
    const passkeys = await this.#someOf(userId);
    const timeoutSeconds = this.settings.limits.challengeSeconds;
    return { publicKey: requestOptions(settings, { challenge, passkeys, timeoutSeconds }), expiresAt };
  }

  /** To answer a sign-in's challenge, for as long as that lives. */
  async toSignIn(challengeToken: string): Promise<Pick<PasskeyRequest, 'publicKey'>> {
    const { settings } = this.webauthn;
    const named = readUserToken(challengeToken);
    const challenge = randomBytes(CHALLENGE_BYTES);
    const at = this.settings.clock.now();
    const isDrawn =
      named !== undefined && (await this.challenges.draw(this.database, { ...named, at }, challenge));
    if (!isDrawn) {
      throw new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID');
    }
    const passkeys = await this.#someOf(named.userId);
    const timeoutSeconds = this.settings.limits.challengeSeconds;
    return { publicKey: requestOptions(settings, { challenge, passkeys, timeoutSeconds }) };
  }

  #draw(
    userId: string,
    purpose: NewCeremony['purpose'],
    { sessionId = '' }: Pick<SignIn, 'sessionId'>,
  ): NewCeremony {
    requireSessionId(sessionId);
    const at = this.settings.clock.now().getTime();
    const expiresAt = new Date(at + this.settings.limits.challengeSeconds * 1000);
    return { userId, sessionId, purpose, challenge: randomBytes(CHALLENGE_BYTES), expiresAt };
  }

  /** With an empty list a browser would offer whatever passkeys there are for the domain, all of them others'. */
  async #someOf(userId: string): Promise<readonly PasskeyDescriptor[]> {
    const passkeys = await this.passkeys.describe(userId);
    if (passkeys.length === 0) {
      throw new TwoFactorException('TWO_FACTOR_PASSKEY_INVALID', { reason: 'credential' });
    }
    return passkeys;
  }

  /** One statement, which also finds out whether a factor is on already. @returns the account's user handle */
  async #saveFirst(
    ceremony: NewCeremony,
    {
      signIn,
      context,
      evenIfFrozen,
    }: { readonly signIn: SignIn; readonly context: RequestContext; readonly evenIfFrozen: boolean },
  ): Promise<Buffer> {
    const { userId } = ceremony;
    const at = this.settings.clock.now();
    const event = happened('setup_started', { userId, at, context });
    const [answer] = await runAsOne<{
      isAlive: boolean;
      frozenSeconds: number | null;
      handle: string | null;
    }>(
      this.database,
      [
        { ...(signIn.callerIsAlive ?? IN_ANY_CASE), name: 'own_caller' },
        ...this.freeze.admitting(userId, { at, evenIfFrozen }),
        this.accounts.withoutFactor(userId, {
          userHandle: randomBytes(USER_HANDLE_BYTES),
          ifAny: 'admitted',
        }),
        this.ceremonies.save(ceremony, { ifAny: 'admitted' }),
        ...effects(this.securityEvents.record(event)),
      ],
      {
        sql: `SELECT EXISTS (SELECT FROM own_caller) AS "isAlive", (SELECT seconds FROM own_freeze) AS "frozenSeconds",
          (SELECT encode(user_handle, 'hex') FROM account) AS handle`,
        parameters: [],
      },
    );
    if (answer?.isAlive === true) {
      refuseFrozen(answer.frozenSeconds);
    }
    if (!answer?.handle) {
      throw new TwoFactorException(
        answer?.isAlive === false ? 'AUTH_TOKEN_INVALID' : 'TWO_FACTOR_ALREADY_ENABLED',
      );
    }
    this.events.publish(event);
    return Buffer.from(answer.handle, 'hex');
  }

  /** For the sign-in that has proved a factor, while it waits. @returns the account's user handle */
  async #saveBeside(
    ceremony: NewCeremony,
    { signIn, context }: { readonly signIn: SignIn; readonly context: RequestContext },
  ): Promise<Buffer> {
    const { userId } = ceremony;
    const at = this.settings.clock.now();
    const event = happened('setup_started', { userId, at, context });
    const userHandle = randomBytes(USER_HANDLE_BYTES);
    const handle = await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      if (!(await isStillThere(transaction, signIn.callerIsAlive ?? IN_ANY_CASE))) {
        throw new TwoFactorException('AUTH_TOKEN_INVALID', { reason: 'session_ended' });
      }
      await this.freeze.requireThawed(userId, at, transaction);
      const generation = await this.accounts.generationOf(transaction, userId);
      await this.ceremonies.saveProved(transaction, ceremony, generation);
      await this.securityEvents.append(event, transaction);
      return this.accounts.userHandle(transaction, userId, { orElse: userHandle });
    });
    this.events.publish(event);
    return requireHandle(handle);
  }

  async #saveProved(
    ceremony: NewCeremony,
    {
      signIn,
      context,
      proof,
    }: { readonly signIn: SignIn; readonly context: RequestContext; readonly proof: Proof },
  ): Promise<Buffer> {
    const { userId } = ceremony;
    const at = this.settings.clock.now();
    const userHandle = randomBytes(USER_HANDLE_BYTES);
    let handle: Buffer | undefined;
    await this.reauthentication.require(userId, { signIn, context, at });
    await this.verification.run({
      ...proving(proof),
      subject: accountSubject(this.accounts, { userId, signIn, at }),
      at,
      context,
      typeOf: () => 'setup_started',
      callerIsAlive: signIn.callerIsAlive,
      change: async (transaction, { generation }) => {
        await this.ceremonies.saveProved(transaction, ceremony, generation);
        handle = await this.accounts.userHandle(transaction, userId, { orElse: userHandle });
      },
    });
    return requireHandle(handle);
  }
}

function requireHandle(handle: Buffer | undefined): Buffer {
  if (handle === undefined) {
    throw new Error('An account with a factor has a row');
  }
  return handle;
}
