import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository } from '../assurance/assurance.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { type RequestContext, happened } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../sql/database.js';
import { runInTransaction } from '../sql/in-same-commit.js';
import { isStillThere } from '../sql/still-there.js';
import { accountSubject } from '../verification/account-subject.js';
import type { ProofInput } from '../verification/proof-input.js';
import { type Proof, Proofs, proving } from '../verification/proof.js';
import type { SignIn } from '../verification/re-authentication.js';
import type { UseCase } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';

export interface PasswordChangeRequest extends UseCase, Pick<SignIn, 'callerIsAlive'> {
  readonly userId: string;
  /** The host's name of the session that asks, and lives on. */
  readonly sessionId: string;
  /** Asked for while a factor is on: by an authenticator, or a backup code of somebody who has lost it. */
  readonly proof?: ProofInput | undefined;
}

/** What a new password, which is the host's, means for the second factor. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly assurances: AssuranceRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  async run(request: PasswordChangeRequest): Promise<void> {
    const { proof: input = {}, context = {} } = request;
    const hasProof = Object.values(input).some((value) => value !== undefined);
    const at = this.settings.clock.now();
    if (hasProof) {
      await this.#withProof(request, this.proofs.parse(input), { at, context });
    } else {
      await this.#withoutProof(request, { at, context });
    }
  }

  /** Accepting the proof ends the challenges that are open. */
  async #withProof(
    { userId, sessionId, callerIsAlive, inSameCommit }: PasswordChangeRequest,
    proof: Proof,
    { at, context }: { readonly at: Date; readonly context: RequestContext },
  ): Promise<void> {
    const { method, isAuthenticator } = proof.factor;
    await this.verification.run({
      ...proving(proof),
      subject: accountSubject(this.accounts, { userId, signIn: { sessionId }, at }),
      at,
      context,
      typeOf: () => 'password_changed',
      evenIfFrozen: true,
      callerIsAlive,
      change: async (transaction) => {
        await this.#startGeneration(transaction, userId);
        // The session has passed the authenticator just now. A backup code raises none.
        if (isAuthenticator) {
          await this.assurances.renew(transaction, { userId, sessionId, method, at });
        }
      },
      inSameCommit,
    });
  }

  /** Under the lock of all changes nobody can turn a factor on meanwhile. Without one there are no challenges. */
  async #withoutProof(
    { userId, callerIsAlive, inSameCommit = [] }: PasswordChangeRequest,
    { at, context }: { readonly at: Date; readonly context: RequestContext },
  ): Promise<void> {
    const event = happened('password_changed', { userId, at, context });
    await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, userId);
      if (callerIsAlive !== undefined && !(await isStillThere(transaction, callerIsAlive))) {
        throw new TwoFactorException('AUTH_TOKEN_INVALID', { reason: 'session_ended' });
      }
      if (await this.accounts.isEnabled(userId, transaction)) {
        throw this.proofs.missing();
      }
      await this.#startGeneration(transaction, userId);
      await runInTransaction(inSameCommit, transaction, userId);
      await this.securityEvents.append(event, transaction);
    });
    this.events.publish(event);
  }

  async #startGeneration(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    await this.accounts.startGeneration(transaction, userId);
    await this.assurances.removeAll(transaction, userId);
  }
}
