import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { AssuranceRepository } from '../assurance/assurance.repository.js';
import type { Authenticator } from '../authenticators/authenticator.js';
import {
  AuthenticatorRepository,
  type NamedAuthenticator,
} from '../authenticators/authenticator.repository.js';
import { EnrolmentRepository } from '../enrolment/enrolment.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies, refusedByPolicy } from '../policy/policies.service.js';
import type { PolicyDemand } from '../policy/policy.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import { accountSubject } from '../verification/account-subject.js';
import { Proofs, proving } from '../verification/proof.js';
import { Reauthentication } from '../verification/re-authentication.js';
import type { FactorChange } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';

export interface RemovalRequest extends FactorChange {
  /** Of the authenticator that goes. The proof may be by any of the account's, this one too. */
  readonly id: string;
  /** The host's name of the session that asks: it goes on as one that has passed a factor. */
  readonly sessionId: string;
}

/** Removes one authenticator of several. The last one goes with the second factor, by disabling it. */
@Injectable()
export class RemoveAuthenticatorService {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly authenticators: AuthenticatorRepository,
    private readonly enrolments: EnrolmentRepository,
    private readonly assurances: AssuranceRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly policies: Policies,
  ) {}

  /** @returns the rest, oldest first */
  async run(request: RemovalRequest): Promise<readonly Authenticator[]> {
    const { userId, sessionId, signIn, context = {}, inSameCommit } = request;
    const id = request.id.toLowerCase();
    const proof = proving(this.proofs.parseOfAuthenticator(request.proof));
    const demand = await this.policies.demandOf(userId);
    // Before a code is spent. Whether it still holds, the commit asks.
    await this.#requireOther(userId, id, demand);
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at });
    await this.verification.run({
      ...proof,
      subject: accountSubject(this.accounts, { userId, signIn, at }),
      at,
      context,
      typeOf: () => 'authenticator_removed',
      callerIsAlive: signIn.callerIsAlive,
      change: async (transaction) => {
        await this.#remove(transaction, { userId, id }, demand);
        // What was allowed beside it, or in its place, was allowed to an account that had it.
        await this.enrolments.removeAll(transaction, userId);
        await this.accounts.change(transaction, userId);
        await this.assurances.renew(transaction, { userId, sessionId, method: proof.method, at });
      },
      inSameCommit,
    });
    return this.authenticators.listOf(userId);
  }

  async #requireOther(userId: string, id: string, demand: PolicyDemand | undefined): Promise<void> {
    const all = await this.authenticators.listOf(userId);
    const rest = all.filter((authenticator) => authenticator.id !== id);
    if (rest.length === all.length) {
      throw new TwoFactorException('TWO_FACTOR_AUTHENTICATOR_UNKNOWN');
    }
    if (rest.length === 0) {
      throw new TwoFactorException('TWO_FACTOR_LAST_AUTHENTICATOR');
    }
    requireEnough({ before: all, after: rest }, demand);
  }

  /** Under the account's lock. */
  async #remove(
    transaction: TwoFactorTransaction,
    named: NamedAuthenticator,
    demand: PolicyDemand | undefined,
  ): Promise<void> {
    const before = await this.authenticators.listOf(named.userId, transaction);
    if (!(await this.authenticators.remove(transaction, named))) {
      throw new TwoFactorException('TWO_FACTOR_LAST_AUTHENTICATOR');
    }
    requireEnough({ before, after: before.filter(({ id }) => id !== named.id) }, demand);
  }
}

/** What is too weak for a policy can go, as long as it is not the last: nothing gets worse by it. */
function requireEnough(
  { before, after }: { readonly before: readonly Authenticator[]; readonly after: readonly Authenticator[] },
  demand: PolicyDemand | undefined,
): void {
  const isEnough = (authenticators: readonly Authenticator[]): boolean =>
    authenticators.some(({ type }) => demand?.methods.includes(type));
  if (demand !== undefined && isEnough(before) && !isEnough(after)) {
    throw refusedByPolicy(demand);
  }
}
