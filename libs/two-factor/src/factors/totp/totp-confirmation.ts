import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { AssuranceRepository } from '../../assurance/assurance.repository.js';
import type { Argon2Room } from '../../crypto/argon2-pool.js';
import { openOrLog } from '../../crypto/open-or-log.js';
import { seal } from '../../crypto/sealed-secret.js';
import { tagOf } from '../../crypto/secret-tag.js';
import { type EnrolmentMaterial, EnrolmentRepository } from '../../enrolment/enrolment.repository.js';
import { type SessionName, nameOf } from '../../options/ids.js';
import type { SecurityEventType } from '../../events/security-event.js';
import type { RemoveAll } from '../../enrolment/remove-all.js';
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
  /** None when it is added: the account's codes stay. */
  readonly set: BackupCodeSet | undefined;
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

  /**
   * @param evenIfFrozen whether it is a first factor without which there is no sign-in: then a panic does not stop it
   * @param removeAll takes away all factors, whose place it takes; default: one of them, or none, as the setup says
   */
  async run(
    request: ConfirmationRequest,
    {
      evenIfFrozen = false,
      removeAll,
    }: { readonly evenIfFrozen?: boolean; readonly removeAll?: RemoveAll | undefined } = {},
  ): Promise<TwoFactorEnabled> {
    const { userId, sessionId, signIn, context = {}, inSameCommit } = request;
    const code = this.proofs.require(this.totp, request.code);
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at, evenIfFrozen });
    let confirmed: Confirmed | undefined;
    let enabled: TwoFactorEnabled | undefined;
    await this.verification.run<EnrolmentMaterial>({
      subject: this.#subject(userId, { at, replacesAll: removeAll !== undefined }),
      method: this.totp.method,
      hasBudget: this.totp.hasBudget,
      // Its backup codes are hashed here and not at the setup: one that is abandoned costs nothing.
      computations: BACKUP_CODES_PER_SET,
      at,
      context,
      typeOf: (attempt) => (removeAll ? 'replaced' : eventTypeOf(attempt?.material)),
      material: this.enrolments.material('totp'),
      callerIsAlive: signIn.callerIsAlive,
      evenIfFrozen,
      check: async (attempt, room) => {
        const checked = await this.#check(code, attempt, room);
        confirmed = checked.confirmed;
        return checked;
      },
      change: async (transaction, { material }) => {
        await removeAll?.(transaction, userId);
        enabled = await this.#activate(transaction, { userId, at, material, confirmed });
      },
      inSameCommit,
      last: (transaction) =>
        this.assurances.renew(transaction, { userId, sessionId: nameOf(sessionId), method: 'totp', at }),
    });
    if (enabled === undefined) {
      throw new Error('A setup was accepted that nobody has activated');
    }
    return enabled;
  }

  #subject(
    userId: string,
    { at, replacesAll }: { readonly at: Date; readonly replacesAll: boolean },
  ): AttemptSubject<EnrolmentMaterial> {
    return {
      userId,
      read: () => [this.enrolments.pending({ userId, method: 'totp', at })],
      settled: ({ material }) => [
        this.enrolments.confirmable({ userId, id: material?.id ?? '', at }, { replacesAll }),
      ],
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
    const set = backupCodes.length > 0 ? await this.backupCodes.hashSet(backupCodes, room) : undefined;
    return { proof: verdict(true, reason), spend: [], confirmed: { secret, step, set } };
  }

  /**
   * What is replaced dies here, and the codes with it; what is added leaves both. The step that confirms the new one is
   * spent.
   */
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
  ): Promise<TwoFactorEnabled> {
    if (material === null || confirmed === undefined) {
      throw new Error('A setup was accepted that nobody has checked');
    }
    const { id, name, replaces } = material;
    const { secret, step, set } = confirmed;
    const { keys } = this.settings;
    await this.enrolments.removeAll(transaction, userId);
    if (replaces !== null) {
      await this.secrets.remove(transaction, { userId, id: replaces });
    }
    await this.secrets.add(transaction, {
      id,
      userId,
      name,
      sealedSecret: seal(keys, secret, placeOfSecret(userId, id)),
      secretTag: tagOf(keys, { userId, secret }),
      lastUsedStep: step,
      lastUsedAt: at,
      at,
    });
    return this.#enable(transaction, { userId, set, at });
  }

  async #enable(
    transaction: TwoFactorTransaction,
    { userId, set, at }: Pick<Confirmed, 'set'> & { readonly userId: string; readonly at: Date },
  ): Promise<TwoFactorEnabled> {
    if (set === undefined) {
      const enabledAt = await this.accounts.change(transaction, userId);
      return { enabledAt, backupCodesRemaining: await this.codes.countUnspent(transaction, userId) };
    }
    await this.codes.replaceAll(transaction, { userId, set, at });
    await this.accounts.enable(transaction, { userId, at });
    return { enabledAt: at, backupCodesRemaining: set.hashes.length };
  }
}

function eventTypeOf(material: EnrolmentMaterial | null | undefined): SecurityEventType {
  if (material?.adds === true) {
    return 'authenticator_added';
  }
  return material?.replaces ? 'replaced' : 'enabled';
}
