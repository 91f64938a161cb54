import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies, refusedByPolicy } from '../policy/policies.service.js';
import { accountSubject } from '../verification/account-subject.js';
import { Proofs, proving } from '../verification/proof.js';
import { Reauthentication } from '../verification/re-authentication.js';
import type { FactorChange } from '../verification/use-case.js';
import { Verification } from '../verification/verification.js';
import { AllFactors } from './all-factors.js';

/** Turns the second factor off: nothing of it is left but its record. */
@Injectable()
export class DisableService {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly allFactors: AllFactors,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly policies: Policies,
  ) {}

  async run(request: FactorChange): Promise<void> {
    const { userId, signIn, context = {}, inSameCommit } = request;
    const proof = this.proofs.parseOfAuthenticator(request.proof);
    const demand = await this.policies.demandOf(userId);
    if (demand !== undefined) {
      throw refusedByPolicy(demand);
    }
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at });
    await this.verification.run({
      ...proving(proof),
      subject: accountSubject(this.accounts, { userId, signIn, at }),
      at,
      context,
      typeOf: () => 'disabled',
      callerIsAlive: signIn.callerIsAlive,
      change: async (transaction) => {
        await this.allFactors.removeAll(transaction, userId);
        await this.accounts.disable(transaction, userId);
      },
      inSameCommit,
    });
  }
}
