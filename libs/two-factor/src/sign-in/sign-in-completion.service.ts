import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository, type NewAssurance } from '../assurance/assurance.repository.js';
import { ChallengeRepository, type NamedChallenge } from '../challenges/challenge.repository.js';
import { readUserToken } from '../crypto/user-token.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import type { RequestContext, SecurityEvent } from '../events/security-event.js';
import { BackupCodeRepository } from '../factors/backup-codes/backup-code.repository.js';
import { BackupCodesService } from '../factors/backup-codes/backup-codes.service.js';
import { type SessionName, nameOf } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies, type PolicyStanding } from '../policy/policies.service.js';
import type { PolicyDemand } from '../policy/policy.js';
import {
  type OpenedEnrolment,
  RequiredEnrolments,
} from '../required-enrolment/required-enrolments.service.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import { type DrawnTrust, TrustedDevices } from '../trusted-devices/trusted-devices.service.js';
import { Proofs, proving } from '../verification/proof.js';
import { Verification } from '../verification/verification.js';
import type { AttemptSubject, VerificationRequest } from '../verification/verification-request.js';
import type { ChallengeAnswer, SignInOutcome } from './sign-in-decision.js';

/** What an accepted proof does beside the host's part. */
type Lasting = Pick<VerificationRequest<SignInMaterial>, 'effects' | 'last'>;

/** What a sign-in reads: what its proof is checked against, and whether the user has codes, spent or not. */
interface SignInMaterial {
  readonly proof: unknown;
  readonly hasBackupCodes: boolean;
}

/** The second half of a sign-in: the factor, and whether it is one that is enough. */
@Injectable()
export class SignInCompletion {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly challenges: ChallengeRepository,
    private readonly assurances: AssuranceRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly backupCodes: BackupCodesService,
    private readonly codes: BackupCodeRepository,
    private readonly trustedDevices: TrustedDevices,
    private readonly policies: Policies,
    private readonly requiredEnrolments: RequiredEnrolments,
  ) {}

  async run(answer: ChallengeAnswer): Promise<SignInOutcome> {
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
    const passed = (): Omit<NewAssurance, 'sessionId'> => ({ userId, method, isUserVerified, at });
    // Never for a code on paper: whoever has found one would not be asked again.
    const mayTrust = answer.trustDevice === true && factor.isAuthenticator && this.trustedDevices.areOn;
    let trust: DrawnTrust | undefined;
    let trusted: SecurityEvent | undefined;
    let demand: PolicyDemand | undefined;
    let standing: PolicyStanding | undefined;
    let stopped: OpenedEnrolment | undefined;
    const goesOn = async (transaction: TwoFactorTransaction): Promise<boolean> => {
      standing = await this.policies.standing(transaction, userId, { demand, at, context });
      const { missing } = standing;
      stopped = missing?.isOverdue
        ? await this.requiredEnrolments.open(transaction, missing, { userId, isProved: true, at })
        : undefined;
      if (stopped === undefined && typeof sessionId === 'string') {
        await this.assurances.recordLater(transaction, { ...passed(), sessionId });
      }
      return stopped === undefined;
    };
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
        // And not with the password: the policy may have become stricter since.
        demand = await this.policies.demandOf(userId);
        const checked = await proof.check({ ...attempt, material: attempt.material?.proof ?? null }, room);
        isUserVerified = checked.isUserVerified ?? false;
        return demand === undefined ? checked : { ...checked, goesOn };
      },
      ...this.#afterwards(
        this.#remembered(passed, { sessionId, maySettle: () => demand === undefined }),
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
    if (standing !== undefined) {
      this.policies.tell(standing);
    }
    if (stopped !== undefined) {
      return { status: 'enrolment_required', enrolment: stopped };
    }
    // An imported user has an authenticator and no codes: they are due with the first sign-in.
    const backupCodes =
      material?.hasBackupCodes === false ? await this.#firstCodes(userId, context) : undefined;
    const trustedDevice = trust && { id: trust.id, token: trust.token, expiresAt: trust.expiresAt };
    const enrolment = standing?.missing?.enrolment;
    return { status: 'complete', userId, method, isUserVerified, backupCodes, trustedDevice, enrolment };
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

  /**
   * In the statement that settles, unless a policy may still stop the sign-in; or last of all, when only the host's part of
   * the commit makes the session's name.
   */
  #remembered(
    passed: () => Omit<NewAssurance, 'sessionId'>,
    { sessionId, maySettle }: { readonly sessionId: SessionName; readonly maySettle: () => boolean },
  ): Lasting {
    return typeof sessionId === 'string'
      ? { effects: () => (maySettle() ? this.assurances.record({ ...passed(), sessionId }) : []) }
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
