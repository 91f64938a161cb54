import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { AssuranceRepository } from '../../assurance/assurance.repository.js';
import type { Argon2Room } from '../../crypto/argon2-pool.js';
import { openOrLog } from '../../crypto/open-or-log.js';
import { seal } from '../../crypto/sealed-secret.js';
import { type EnrolmentMaterial, EnrolmentRepository } from '../../enrolment/enrolment.repository.js';
import { type SessionName, nameOf } from '../../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import type { TwoFactorTransaction } from '../../sql/database.js';
import { type Attempt, type CheckedProof, verdict } from '../../verification/factor.js';
import { Proofs } from '../../verification/proof.js';
import { Reauthentication } from '../../verification/re-authentication.js';
import type { FactorChange } from '../../verification/use-case.js';
import { Verification } from '../../verification/verification.js';
import type { AttemptSubject } from '../../verification/verification-request.js';
import { BACKUP_CODES_PER_SET } from '../backup-codes/backup-code.js';
import { BackupCodeRepository, type BackupCodeSet } from '../backup-codes/backup-code.repository.js';
import { BackupCodesFactor } from '../backup-codes/backup-codes.factor.js';
import { placeOfPayload, placeOfSecret, readPayload } from './totp-payload.js';
import { TotpFactor } from './totp.factor.js';
import { lookUpCode } from './totp.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** A second factor that is on from now on. */
export interface TwoFactorEnabled {
  readonly enabledAt: Date;
  readonly backupCodesRemaining: number;
}

export interface ConfirmationRequest extends Omit<FactorChange, 'proof'> {
  /** Six digits of the new authenticator. */
  readonly code: string;
  /** The host's name of the session that the same commit opens: it has passed the factor. */
  readonly sessionId: SessionName;
}

/** What a right code makes of a setup. */
interface Confirmed {
  readonly secret: string;
  readonly step: number;
  readonly set: BackupCodeSet;
}

/** Makes an authenticator of a setup, once a code of it has come. */
@Injectable()
export class TotpConfirmation {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly enrolments: EnrolmentRepository,
    private readonly secrets: UserSecretRepository,
    private readonly codes: BackupCodeRepository,
    private readonly backupCodes: BackupCodesFactor,
    private readonly assurances: AssuranceRepository,
    private readonly totp: TotpFactor,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
  ) {}

  async run(request: ConfirmationRequest): Promise<TwoFactorEnabled> {
    const { userId, sessionId, signIn, context = {}, inSameCommit } = request;
    const code = this.proofs.require(this.totp, request.code);
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at });
    let confirmed: Confirmed | undefined;
    await this.verification.run<EnrolmentMaterial>({
      subject: this.#subject(userId, at),
      method: this.totp.method,
      hasBudget: this.totp.hasBudget,
      // Its backup codes are hashed here and not at the setup: one that is abandoned costs nothing.
      computations: BACKUP_CODES_PER_SET,
      at,
      context,
      typeOf: (attempt) => (attempt?.material?.replaces ? 'replaced' : 'enabled'),
      material: this.enrolments.material('totp'),
      callerIsAlive: signIn.callerIsAlive,
      check: async (attempt, room) => {
        const checked = await this.#check(code, attempt, room);
        confirmed = checked.confirmed;
        return checked;
      },
      change: (transaction, { material }) => this.#activate(transaction, { userId, at, material, confirmed }),
      inSameCommit,
      last: (transaction) =>
        this.assurances.renew(transaction, { userId, sessionId: nameOf(sessionId), method: 'totp', at }),
    });
    return { enabledAt: at, backupCodesRemaining: BACKUP_CODES_PER_SET };
  }

  #subject(userId: string, at: Date): AttemptSubject<EnrolmentMaterial> {
    return {
      read: () => [this.enrolments.pending({ userId, method: 'totp', at })],
      settled: ({ material }) => [this.enrolments.confirmable({ userId, id: material?.id ?? '', at })],
      errors: { absent: 'TWO_FACTOR_SETUP_NOT_PENDING', gone: 'TWO_FACTOR_SETUP_NOT_PENDING' },
    };
  }

  async #check(
    code: string,
    { userId, material, at }: Attempt<EnrolmentMaterial>,
    room: Argon2Room,
  ): Promise<CheckedProof & { readonly confirmed?: Confirmed }> {
    const place = placeOfPayload(userId, material?.id ?? '');
    const text = openOrLog(this.settings.keys, material?.sealedPayload ?? '', {
      place,
      logger: this.#logger,
    });
    if (text === undefined) {
      return { proof: verdict(false, 'unreadable'), spend: [], refusal: 'TWO_FACTOR_SECRET_UNREADABLE' };
    }
    const { secret, backupCodes } = readPayload(text);
    const { step, reason } = lookUpCode(secret, code, { at });
    if (step === undefined) {
      return { proof: verdict(false, reason), spend: [] };
    }
    const set = await this.backupCodes.hashSet(backupCodes, room);
    return { proof: verdict(true, reason), spend: [], confirmed: { secret, step, set } };
  }

  /** The old authenticator and its codes die here; the step that confirms the new one is spent. */
  async #activate(
    transaction: TwoFactorTransaction,
    {
      userId,
      at,
      material,
      confirmed,
    }: Pick<ConfirmationRequest, 'userId'> & {
      readonly at: Date;
      readonly material: EnrolmentMaterial | null;
      readonly confirmed: Confirmed | undefined;
    },
  ): Promise<void> {
    if (material === null || confirmed === undefined) {
      throw new Error('A setup was accepted that nobody has checked');
    }
    const { id, replaces } = material;
    const { secret, step, set } = confirmed;
    await this.enrolments.removeAll(transaction, userId);
    if (replaces !== null) {
      await this.secrets.remove(transaction, { userId, id: replaces });
    }
    const sealedSecret = seal(this.settings.keys, secret, placeOfSecret(userId, id));
    await this.secrets.add(transaction, { id, userId, sealedSecret, lastUsedStep: step, at });
    await this.codes.replaceAll(transaction, { userId, set, at });
    await this.accounts.enable(transaction, { userId, at });
  }
}
