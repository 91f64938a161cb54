import { Injectable } from '@nestjs/common';
import { AssuranceRepository } from '../assurance/assurance.repository.js';
import { EnrolmentRepository } from '../enrolment/enrolment.repository.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import { BackupCodeRepository } from './backup-codes/backup-code.repository.js';
import { CeremonyRepository } from './passkeys/ceremony.repository.js';
import { PasskeyRepository } from './passkeys/passkey.repository.js';
import { UserSecretRepository } from './totp/user-secret.repository.js';

/** The factors of a user, of whichever kind, with what waits to become one and what was passed by one. */
@Injectable()
export class AllFactors {
  constructor(
    private readonly enrolments: EnrolmentRepository,
    private readonly secrets: UserSecretRepository,
    private readonly passkeys: PasskeyRepository,
    private readonly ceremonies: CeremonyRepository,
    private readonly codes: BackupCodeRepository,
    private readonly assurances: AssuranceRepository,
  ) {}

  /** Under the account's lock; whether the account asks for one after that is another thing. */
  async removeAll(transaction: TwoFactorTransaction, userId: string): Promise<void> {
    for (const kind of [
      this.enrolments,
      this.secrets,
      this.passkeys,
      this.ceremonies,
      this.codes,
      this.assurances,
    ]) {
      await kind.removeAll(transaction, userId);
    }
  }
}
