import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import {
  ChallengeRepository,
  type OpenedChallengeRow,
  type OpenedMethods,
} from '../challenges/challenge.repository.js';
import { drawUserToken } from '../crypto/user-token.js';
import type { RequestContext } from '../events/security-event.js';
import type { FactorMethod } from '../options/factor-method.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { type DueEnrolment, Policies } from '../policy/policies.service.js';
import type { PolicyDemand } from '../policy/policy.js';
import {
  type OpenedEnrolment,
  RequiredEnrolments,
} from '../required-enrolment/required-enrolments.service.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
import type { SqlRunner } from '../sql/one-statement.js';
import {
  type AskedTrust,
  type DeviceTrust,
  TrustedDevices,
  type TrustOutcome,
} from '../trusted-devices/trusted-devices.service.js';
import { AttemptRepository, type MethodRecordRow } from '../verification/attempt.repository.js';
import type { UseCase } from '../verification/use-case.js';
import type { BegunSignIn, SignInDecision } from './sign-in-decision.js';

type NewChallenge = Parameters<ChallengeRepository['open']>[1];

/** What a decision looks at beside the user. */
interface Considered extends Pick<UseCase, 'inSameCommit'> {
  readonly trust: AskedTrust | undefined;
  readonly demand: PolicyDemand | undefined;
  readonly at: Date;
  readonly context: RequestContext;
}

/** What was decided: the first that is there. With none of them the sign-in is complete. */
interface Decided {
  readonly opened?: OpenedChallengeRow | undefined;
  readonly stopped?: OpenedEnrolment | undefined;
  readonly trusted?: DeviceTrust | undefined;
  readonly enrolment?: DueEnrolment | undefined;
}

/** The first half of a sign-in, before the second factor. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly challenges: ChallengeRepository,
    private readonly trustedDevices: TrustedDevices,
    private readonly policies: Policies,
    private readonly requiredEnrolments: RequiredEnrolments,
    private readonly attempts: AttemptRepository,
  ) {}

  /**
   * One statement for a user with a factor. That it finds none decides nothing: it may have begun before a
   * factor was turned on. A second one, under the user's shared lock and begun after that was granted, does.
   * A trusted device is looked at under that lock, too, and so is what a policy wants.
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
    const first = trust === undefined ? await this.#open(this.database, challenge) : undefined;
    const { opened, stopped, trusted, enrolment } =
      first === undefined
        ? await this.#decide(challenge, {
            trust,
            // The host is asked before anything is locked.
            demand: await this.policies.demandOf(userId),
            at,
            inSameCommit,
            context,
          })
        : { opened: first };
    if (opened !== undefined) {
      const { challengeSeconds: expiresInSeconds } = limits;
      const trustedDeviceDays = await this.trustedDevices.daysFor(userId);
      const records: readonly MethodRecordRow[] = JSON.parse(opened.beside);
      const locks = this.attempts.locksIn(records, at);
      const offered = { expiresInSeconds, methods: methodsOf(opened), trustedDeviceDays, locks };
      return { status: 'second_factor_required', challenge: { challengeToken: token, ...offered } };
    }
    return stopped === undefined
      ? { status: 'complete', ...(trusted && { trusted }), ...(enrolment && { enrolment }) }
      : { status: 'enrolment_required', enrolment: stopped };
  }

  /** With what was charged to the user. */
  async #open(on: SqlRunner, challenge: NewChallenge): Promise<OpenedChallengeRow | undefined> {
    return this.challenges.open(on, challenge, this.attempts.recordsOf(challenge.userId));
  }

  /** Under the user's shared lock no factor is turned on, and no generation starts. */
  async #decide(
    challenge: NewChallenge,
    { trust, demand, at, inSameCommit = [], context }: Considered,
  ): Promise<Decided> {
    const { userId } = challenge;
    const { outcome, standing, decided } = await this.database.transaction(async (transaction) => {
      await this.accounts.lockShared(transaction, userId);
      const stood = await this.policies.standing(transaction, userId, { demand, at, context });
      const { missing } = stood;
      const isOverdue = missing?.isOverdue === true;
      // Whoever is overdue proves a factor that there is: with it one more can be added.
      const used: TrustOutcome =
        trust && !isOverdue ? await this.trustedDevices.use(transaction, trust, context) : {};
      const { trusted } = used;
      const opened = trusted === undefined ? await this.#open(transaction, challenge) : undefined;
      if (opened !== undefined) {
        return { outcome: used, standing: stood, decided: { opened } };
      }
      if (isOverdue) {
        const stopped = await this.requiredEnrolments.open(transaction, missing, {
          userId,
          isProved: false,
          at,
        });
        return { outcome: used, standing: stood, decided: { stopped } };
      }
      await runInTransaction(inSameCommit, transaction, userId);
      return { outcome: used, standing: stood, decided: { trusted, enrolment: missing?.enrolment } };
    });
    this.trustedDevices.tell(outcome.event);
    this.policies.tell(standing);
    return decided;
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
