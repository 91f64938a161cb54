import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository, type NewAssurance } from '../assurance/assurance.repository.js';
import {
  ChallengeRepository,
  type NamedChallenge,
  type OpenedMethods,
} from '../challenges/challenge.repository.js';
import { drawUserToken, readUserToken } from '../crypto/user-token.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { RequestContext, SecurityEvent } from '../events/security-event.js';
import { BackupCodeRepository } from '../factors/backup-codes/backup-code.repository.js';
import { BackupCodesService } from '../factors/backup-codes/backup-codes.service.js';
import type { FactorMethod } from '../options/factor-method.js';
import { type SessionName, nameOf } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
import {
  type AskedTrust,
  type DeviceTrust,
  type DrawnTrust,
  TrustedDevices,
} from '../trusted-devices/trusted-devices.service.js';
import type { ProofInput } from '../verification/proof-input.js';
import { Proofs, proving } from '../verification/proof.js';
import type { UseCase } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';
import type { AttemptSubject, VerificationRequest } from '../verification/verification-request.js';

/** What the client needs to complete a sign-in with its second factor. */
export interface OpenedChallenge {
  /** Opaque, and no bearer token anywhere. */
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
  readonly methods: readonly FactorMethod[];
  /** So many days this user can have the device trusted. 0: not at all, and there is nothing to ask. */
  readonly trustedDeviceDays: number;
}

/**
 * What becomes of a sign-in whose password was right. There are three answers, and no other means
 * "signed in" than the one that is called `complete`.
 */
export type SignInDecision =
  | {
      readonly status: 'complete';
      /** Of an account with a factor: the trusted device that stood in for it. It is a sign-in by password all the same. */
      readonly trusted?: DeviceTrust | undefined;
    }
  | { readonly status: 'second_factor_required'; readonly challenge: OpenedChallenge }
  | { readonly status: 'enrolment_required'; readonly dueAt: Date };

export interface BegunSignIn extends UseCase {
  readonly userId: string;
  /** What the client has of a trusted device: `TrustDelivery.tokenOf`. One that counts for nothing changes nothing. */
  readonly trustToken?: string | undefined;
}

export interface ChallengeAnswer extends UseCase {
  readonly challengeToken: string;
  readonly proof: ProofInput;
  /** The host's name of the session that the same commit opens: it has passed the factor. */
  readonly sessionId: SessionName;
  /** Trust the device that answers, if devices can be trusted and the proof is by an authenticator. Default: false. */
  readonly trustDevice?: boolean | undefined;
}

export interface AnsweredChallenge {
  readonly userId: string;
  readonly method: FactorMethod;
  /** Whether a passkey's authenticator has asked for more than a touch: a PIN, a finger, a face. */
  readonly isUserVerified: boolean;
  /** Ten codes, handed out this once, for a user who was imported and has none yet. */
  readonly backupCodes?: readonly string[] | undefined;
  /** The device that is trusted from now on. */
  readonly trustedDevice?: (DeviceTrust & { readonly token: string }) | undefined;
}

/** What an accepted proof does beside the host's part. */
type Lasting = Pick<VerificationRequest<SignInMaterial>, 'effects' | 'last'>;
type NewChallenge = Parameters<ChallengeRepository['open']>[1];

/** What a decision looks at beside the user. */
interface Considered extends Pick<UseCase, 'inSameCommit'> {
  readonly trust: AskedTrust | undefined;
  readonly context: RequestContext;
}

/** What a sign-in reads: what its proof is checked against, and whether the user has codes, spent or not. */
interface SignInMaterial {
  readonly proof: unknown;
  readonly hasBackupCodes: boolean;
}

/** The two halves of a sign-in, before and after the second factor. */
@Injectable()
export class SignInService {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly challenges: ChallengeRepository,
    private readonly assurances: AssuranceRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly backupCodes: BackupCodesService,
    private readonly codes: BackupCodeRepository,
    private readonly trustedDevices: TrustedDevices,
  ) {}

  /**
   * One statement for a user with a factor. That it finds none decides nothing: it may have begun before a
   * factor was turned on. A second one, under the user's shared lock and begun after that was granted, does.
   * A trusted device is looked at under that lock, too.
   */
  async begin({ userId, trustToken, inSameCommit, context = {} }: BegunSignIn): Promise<SignInDecision> {
    const { token, hash: tokenHash } = drawUserToken(userId);
    const { clock, limits } = this.settings;
    const at = clock.now();
    const challenge = {
      userId,
      tokenHash,
      expiresAt: new Date(at.getTime() + limits.challengeSeconds * 1000),
    };
    const trust =
      trustToken === undefined ? undefined : await this.trustedDevices.asked(userId, trustToken, at);
    const opened = trust === undefined ? await this.challenges.open(this.database, challenge) : undefined;
    const { methods, trusted } =
      opened === undefined
        ? await this.#decide(challenge, { trust, inSameCommit, context })
        : { methods: opened };
    return methods === undefined
      ? { status: 'complete', ...(trusted === undefined ? {} : { trusted }) }
      : {
          status: 'second_factor_required',
          challenge: {
            challengeToken: token,
            expiresInSeconds: limits.challengeSeconds,
            methods: methodsOf(methods),
            trustedDeviceDays: await this.trustedDevices.daysFor(userId),
          },
        };
  }

  /** Under the user's shared lock no factor is turned on, and no generation starts. */
  async #decide(
    challenge: NewChallenge,
    { trust, inSameCommit = [], context }: Considered,
  ): Promise<{ readonly methods?: OpenedMethods | undefined; readonly trusted?: DeviceTrust | undefined }> {
    const { userId } = challenge;
    const { event, ...decided } = await this.database.transaction(async (transaction) => {
      await this.accounts.lockShared(transaction, userId);
      const { trusted, event: told } = trust
        ? await this.trustedDevices.use(transaction, trust, context)
        : {};
      const methods = trusted === undefined ? await this.challenges.open(transaction, challenge) : undefined;
      if (methods === undefined) {
        await runInTransaction(inSameCommit, transaction, userId);
      }
      return { methods, trusted, event: told };
    });
    this.trustedDevices.tell(event);
    return decided;
  }

  async complete(answer: ChallengeAnswer): Promise<AnsweredChallenge> {
    const { challengeToken, sessionId, context = {}, inSameCommit } = answer;
    const { factor, ...parsed } = this.proofs.parse(answer.proof);
    const proof = proving({ factor, ...parsed });
    const at = this.settings.clock.now();
    const named = readUserToken(challengeToken);
    if (named === undefined) {
      throw new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID');
    }
    const { userId } = named;
    const { method, material: own } = proof;
    let isUserVerified = false;
    // Never for a code on paper: whoever has found one would not be asked again.
    const mayTrust = answer.trustDevice === true && factor.isAuthenticator && this.trustedDevices.areOn;
    let trust: DrawnTrust | undefined;
    let trusted: SecurityEvent | undefined;
    const { material } = await this.verification.run<SignInMaterial>({
      ...proof,
      subject: this.#subject({ ...named, at }),
      at,
      context,
      typeOf: () => 'challenge_answered',
      material: {
        sql: `SELECT jsonb_build_object('proof', p.material, 'hasBackupCodes', ${this.codes.anyOf('s')}) AS material,
          p.guesses FROM (${own.sql}) p`,
        parameters: own.parameters,
      },
      check: async (attempt, room) => {
        // Whether the proof is right or wrong: how long this takes tells nothing of it.
        trust = mayTrust ? await this.trustedDevices.draw(userId, at) : undefined;
        const checked = await proof.check({ ...attempt, material: attempt.material?.proof ?? null }, room);
        isUserVerified = checked.isUserVerified ?? false;
        return checked;
      },
      ...this.#afterwards(
        this.#remembered(() => ({ userId, method, isUserVerified, at }), sessionId),
        mayTrust
          ? async (transaction) => {
              trusted =
                trust &&
                (await this.trustedDevices.make(transaction, trust, { userId, method, at, context }));
            }
          : undefined,
      ),
      inSameCommit,
    });
    this.trustedDevices.tell(trusted);
    // An imported user has an authenticator and no codes: they are due with the first sign-in.
    const backupCodes =
      material?.hasBackupCodes === false ? await this.#firstCodes(userId, context) : undefined;
    const trustedDevice = trust && { id: trust.id, token: trust.token, expiresAt: trust.expiresAt };
    return { userId, method, isUserVerified, backupCodes, trustedDevice };
  }

  /** One more thing last of all, if there is one. Without any, a commit can be one statement. */
  #afterwards(remembered: Lasting, more: Lasting['last']): Lasting {
    return more === undefined
      ? remembered
      : {
          ...remembered,
          last: async (transaction) => {
            await remembered.last?.(transaction);
            await more(transaction);
          },
        };
  }

  /** In the statement that settles; or last of all, when only the host's part of the commit makes the session's name. */
  #remembered(passed: () => Omit<NewAssurance, 'sessionId'>, sessionId: SessionName): Lasting {
    return typeof sessionId === 'string'
      ? { effects: () => this.assurances.record({ ...passed(), sessionId }) }
      : {
          last: (transaction) =>
            this.assurances.recordLater(transaction, { ...passed(), sessionId: nameOf(sessionId) }),
        };
  }

  /** The sign-in is complete, whatever becomes of the codes: the next one draws them then. */
  async #firstCodes(userId: string, context: RequestContext): Promise<readonly string[] | undefined> {
    try {
      return await this.backupCodes.drawFirst(userId, { context });
    } catch (error) {
      this.#logger.error({ err: error, userId }, 'The first backup codes could not be drawn');
      return undefined;
    }
  }

  #subject(challenge: NamedChallenge): AttemptSubject {
    return {
      userId: challenge.userId,
      read: ({ isCharged }) =>
        isCharged
          ? [this.accounts.locked(challenge.userId), this.challenges.locked(challenge, { hasPlace: false })]
          : [this.challenges.answerable(challenge)],
      settled: ({ generation }, { isCharged }) => [
        this.accounts.locked(challenge.userId, { generation }),
        this.challenges.locked(challenge, { hasPlace: isCharged }),
      ],
      charge: (when) => this.challenges.charge(challenge, when),
      errors: { absent: 'TWO_FACTOR_CHALLENGE_INVALID', gone: 'TWO_FACTOR_CHALLENGE_INVALID' },
    };
  }
}

/** The passkey first: it cannot be passed on, and asks for the least of the person. */
function methodsOf({ hasPasskey, hasTotp, hasBackupCodes }: OpenedMethods): FactorMethod[] {
  return [
    ...(hasPasskey ? ['passkey' as const] : []),
    ...(hasTotp ? ['totp' as const] : []),
    ...(hasBackupCodes ? ['backup_code' as const] : []),
  ];
}
