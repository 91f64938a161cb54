import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository, type NewAssurance } from '../assurance/assurance.repository.js';
import {
  ChallengeRepository,
  type NamedChallenge,
  type OpenedMethods,
} from '../challenges/challenge.repository.js';
import { drawChallengeToken, readChallengeToken } from '../challenges/challenge-token.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { RequestContext } from '../events/security-event.js';
import { BackupCodeRepository } from '../factors/backup-codes/backup-code.repository.js';
import { BackupCodesService } from '../factors/backup-codes/backup-codes.service.js';
import type { FactorMethod } from '../options/factor-method.js';
import { type SessionName, nameOf } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
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
}

/**
 * What becomes of a sign-in whose password was right. There are three answers, and no other means
 * "signed in" than the one that is called `complete`.
 */
export type SignInDecision =
  | { readonly status: 'complete' }
  | { readonly status: 'second_factor_required'; readonly challenge: OpenedChallenge }
  | { readonly status: 'enrolment_required'; readonly dueAt: Date };

export interface BegunSignIn extends Pick<UseCase, 'inSameCommit'> {
  readonly userId: string;
}

export interface ChallengeAnswer extends UseCase {
  readonly challengeToken: string;
  readonly proof: ProofInput;
  /** The host's name of the session that the same commit opens: it has passed the factor. */
  readonly sessionId: SessionName;
}

export interface AnsweredChallenge {
  readonly userId: string;
  readonly method: FactorMethod;
  /** Whether a passkey's authenticator has asked for more than a touch: a PIN, a finger, a face. */
  readonly isUserVerified: boolean;
  /** Ten codes, handed out this once, for a user who was imported and has none yet. */
  readonly backupCodes?: readonly string[] | undefined;
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
  ) {}

  /**
   * One statement for a user with a factor. That it finds none decides nothing: it may have begun before a
   * factor was turned on. A second one, under the user's shared lock and begun after that was granted, does.
   */
  async begin({ userId, inSameCommit = [] }: BegunSignIn): Promise<SignInDecision> {
    const { token, hash: tokenHash } = drawChallengeToken(userId);
    const { clock, limits } = this.settings;
    const expiresAt = new Date(clock.now().getTime() + limits.challengeSeconds * 1000);
    const challenge = { userId, tokenHash, expiresAt };
    const methods =
      (await this.challenges.open(this.database, challenge)) ??
      (await this.database.transaction(async (transaction) => {
        await this.accounts.lockShared(transaction, userId);
        const opened = await this.challenges.open(transaction, challenge);
        if (opened === undefined) {
          await runInTransaction(inSameCommit, transaction, userId);
        }
        return opened;
      }));
    return methods === undefined
      ? { status: 'complete' }
      : {
          status: 'second_factor_required',
          challenge: {
            challengeToken: token,
            expiresInSeconds: limits.challengeSeconds,
            methods: methodsOf(methods),
          },
        };
  }

  async complete(answer: ChallengeAnswer): Promise<AnsweredChallenge> {
    const { challengeToken, sessionId, context = {}, inSameCommit } = answer;
    const proof = proving(this.proofs.parse(answer.proof));
    const at = this.settings.clock.now();
    const named = readChallengeToken(challengeToken);
    if (named === undefined) {
      throw new TwoFactorException('TWO_FACTOR_CHALLENGE_INVALID');
    }
    const { userId } = named;
    const { method, material: own } = proof;
    let isUserVerified = false;
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
        const checked = await proof.check({ ...attempt, material: attempt.material?.proof ?? null }, room);
        isUserVerified = checked.isUserVerified ?? false;
        return checked;
      },
      ...this.#remembered(() => ({ userId, method, isUserVerified, at }), sessionId),
      inSameCommit,
    });
    // An imported user has an authenticator and no codes: they are due with the first sign-in.
    const backupCodes =
      material?.hasBackupCodes === false ? await this.#firstCodes(userId, context) : undefined;
    return { userId, method, isUserVerified, backupCodes };
  }

  /** In the statement that settles; or last of all, when only the host's part of the commit makes the session's name. */
  #remembered(
    passed: () => Omit<NewAssurance, 'sessionId'>,
    sessionId: SessionName,
  ): Pick<VerificationRequest<SignInMaterial>, 'effects' | 'last'> {
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
