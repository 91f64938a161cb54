import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import {
  AUTHENTICATOR_METHODS,
  type AuthenticatorMethod,
  type FactorMethod,
} from '../options/factor-method.js';
import { FACTORS, TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies } from '../policy/policies.service.js';
import type { Statement } from '../sql/one-statement.js';
import { accountSubject } from '../verification/account-subject.js';
import type { Factor } from '../verification/factor.js';
import type { ProofInput } from '../verification/proof-input.js';
import { Proofs, proving } from '../verification/proof.js';
import type { UseCase } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';
import type { ReadDemand } from './assurance-demand.js';
import { AssuranceRepository } from './assurance.repository.js';

/** A session of a user, by the host's name of it. */
export interface UserSession {
  readonly userId: string;
  readonly sessionId: string;
}

/** A proof that a session gives once more. */
export interface StepUpRequest extends UserSession, Pick<UseCase, 'context'> {
  /** By an authenticator of the account. */
  readonly proof: ProofInput;
  /** As with `SignIn`: yields the row of the session while it is alive. What has ended meanwhile is not raised. */
  readonly callerIsAlive?: Statement | undefined;
}

/** What a session has passed just now. */
export interface SteppedUp {
  readonly method: FactorMethod;
  readonly at: Date;
}

/** Raises a session that proves a factor again, and says whether one has passed what is asked of it (ADR 0032). */
@Injectable()
export class StepUpService {
  /** By what a session can be raised. */
  readonly methods: readonly AuthenticatorMethod[];

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    @Inject(FACTORS) factors: readonly Factor[],
    private readonly accounts: AccountRepository,
    private readonly assurances: AssuranceRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly policies: Policies,
  ) {
    this.methods = AUTHENTICATOR_METHODS.filter((known) => factors.some(({ method }) => method === known));
  }

  /** The budget is the one of the sign-in: a stolen session is no place to guess. */
  async run({
    userId,
    sessionId,
    proof: input,
    callerIsAlive,
    context = {},
  }: StepUpRequest): Promise<SteppedUp> {
    const proof = proving(this.proofs.parseOfAuthenticator(input));
    const { method } = proof;
    let isUserVerified = false;
    const at = this.settings.clock.now();
    await this.verification.run({
      ...proof,
      subject: accountSubject(this.accounts, { userId, signIn: { sessionId }, at }),
      at,
      context,
      typeOf: () => 'stepped_up',
      callerIsAlive,
      check: async (attempt, room) => {
        const checked = await proof.check(attempt, room);
        isUserVerified = checked.isUserVerified ?? false;
        return checked;
      },
      effects: () => this.assurances.record({ userId, sessionId, method, isUserVerified, at }),
    });
    return { method, at };
  }

  /** @throws TwoFactorException `TWO_FACTOR_ENROLMENT_REQUIRED`, `TWO_FACTOR_REQUIRED`, `TWO_FACTOR_STEP_UP_REQUIRED` */
  async require(session: UserSession, { maxAgeSeconds, methods }: ReadDemand): Promise<void> {
    await this.policies.requireEnrolled(session.userId);
    const stepUp = methods ?? this.methods;
    // What asks for a fresh proof asks for an authenticator: a backup code says who signed in, not who is there now.
    const counting = maxAgeSeconds === undefined ? methods : stepUp;
    const at = this.settings.clock.now();
    const { isMet, hasFactor } = await this.assurances.meets(
      { ...session, at },
      { maxAgeSeconds, methods: counting },
    );
    if (!hasFactor) {
      throw new TwoFactorException('TWO_FACTOR_REQUIRED');
    }
    if (!isMet) {
      const age = maxAgeSeconds === undefined ? {} : { maxAgeSeconds };
      throw new TwoFactorException('TWO_FACTOR_STEP_UP_REQUIRED', { details: [{ ...age, methods: stepUp }] });
    }
  }
}
