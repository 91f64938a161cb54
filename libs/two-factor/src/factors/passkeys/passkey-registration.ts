import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { AssuranceRepository } from '../../assurance/assurance.repository.js';
import type { Argon2Room } from '../../crypto/argon2-pool.js';
import { AUTHENTICATOR_NAME_RULE, parseAuthenticatorName } from '../../authenticators/authenticator-name.js';
import { EnrolmentRepository } from '../../enrolment/enrolment.repository.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { type SessionName, nameOf, requireSessionId } from '../../options/ids.js';
import type { RemoveAll } from '../../enrolment/remove-all.js';
import { LIMIT_BOUNDS } from '../../options/limits.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings } from '../../options/two-factor.options.js';
import type { TwoFactorTransaction } from '../../sql/database.js';
import { runInTransaction } from '../../sql/in-same-commit.js';
import type { Attempt, CheckedProof } from '../../verification/factor.js';
import { Reauthentication, type SignIn } from '../../verification/re-authentication.js';
import type { UseCase } from '../../verification/use-case.js';
import { Verification } from '../../verification/verification.js';
import type { AttemptSubject } from '../../verification/verification-request.js';
import { BACKUP_CODES_PER_SET, drawBackupCodes } from '../backup-codes/backup-code.js';
import { BackupCodeRepository, type BackupCodeSet } from '../backup-codes/backup-code.repository.js';
import { BackupCodesFactor } from '../backup-codes/backup-codes.factor.js';
import { CeremonyRepository, type RegistrationMaterial } from './ceremony.repository.js';
import { REGISTRATION_RULE, type RegistrationJson, readRegistration } from './credential-json.js';
import { nameOfMaker } from './passkey-name.js';
import { PasskeyRepository } from './passkey.repository.js';
import type { CreatedPasskey } from './registration.js';
import { WebAuthn } from './webauthn.js';

/** `inSameCommit` is run only if the passkey is the first factor. */
export interface PasskeyRegistrationRequest extends UseCase {
  readonly userId: string;
  /** What `PublicKeyCredential.toJSON()` gave, of any shape. */
  readonly response: unknown;
  /** Default: what its maker is called. */
  readonly name?: string | undefined;
  /** With the `sessionId` that the options were drawn in. */
  readonly signIn: SignIn;
  /** The host's name of the session that the same commit opens, if the passkey is the first factor. */
  readonly sessionId: SessionName;
}

/** A passkey, as its owner may see it. */
export interface RegisteredPasskey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Whether its authenticator has asked for more than a touch. */
  readonly isUserVerified: boolean;
  /** What its being the first factor has brought. */
  readonly enabled?: { readonly enabledAt: Date; readonly backupCodes: readonly string[] } | undefined;
}

/** What a right registration brings. */
interface Confirmed {
  readonly created: CreatedPasskey;
  /** Of a first factor. */
  readonly set: BackupCodeSet | undefined;
}

/** A registration under way. */
interface Registering {
  readonly request: PasskeyRegistrationRequest;
  readonly opensSession: boolean;
  readonly removeAll: RemoveAll | undefined;
  readonly name: string | undefined;
  readonly id: string;
  readonly at: Date;
  readonly backupCodes: readonly string[];
}

/** Makes a passkey of what an authenticator has created. As the first factor of an account it turns that on. */
@Injectable()
export class PasskeyRegistration {
  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly webauthn: WebAuthn,
    private readonly accounts: AccountRepository,
    private readonly enrolments: EnrolmentRepository,
    private readonly passkeys: PasskeyRepository,
    private readonly ceremonies: CeremonyRepository,
    private readonly codes: BackupCodeRepository,
    private readonly backupCodes: BackupCodesFactor,
    private readonly assurances: AssuranceRepository,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
  ) {}

  /**
   * @param opensSession whether it is the end of a sign-in: then the host's part is run for any passkey, and not only for a
   *   first factor
   * @param evenIfFrozen whether it is a first factor without which there is no sign-in: then a panic does not stop it
   * @param removeAll takes away all factors, whose place it takes
   */
  async run(
    request: PasskeyRegistrationRequest,
    {
      opensSession = false,
      evenIfFrozen = false,
      removeAll,
    }: {
      readonly opensSession?: boolean;
      readonly evenIfFrozen?: boolean;
      readonly removeAll?: RemoveAll | undefined;
    } = {},
  ): Promise<RegisteredPasskey> {
    const { userId, signIn, context = {} } = request;
    requireSessionId(signIn.sessionId ?? '');
    const response = readRegistration(request.response);
    if (response === undefined) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'response', message: REGISTRATION_RULE }],
      });
    }
    const name = request.name === undefined ? undefined : parseAuthenticatorName(request.name);
    if (request.name !== undefined && name === undefined) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'name', message: AUTHENTICATOR_NAME_RULE }],
      });
    }
    const at = this.settings.clock.now();
    await this.reauthentication.require(userId, { signIn, context, at, evenIfFrozen });
    const registering = {
      request,
      opensSession,
      removeAll,
      name,
      at,
      id: randomUUID(),
      backupCodes: drawBackupCodes(),
    };
    let confirmed: Confirmed | undefined;
    await this.verification.run<RegistrationMaterial>({
      subject: this.#subject(registering),
      method: 'passkey',
      hasBudget: false,
      // Room for the first codes. Whether they are needed is asked again where it counts: a factor may be turned on meanwhile.
      computations:
        removeAll === undefined && (await this.accounts.isEnabled(userId)) ? 0 : BACKUP_CODES_PER_SET,
      at,
      context,
      typeOf: (attempt) =>
        removeAll ? 'replaced' : attempt?.material?.isFirst === false ? 'authenticator_added' : 'enabled',
      material: this.ceremonies.material(),
      callerIsAlive: signIn.callerIsAlive,
      evenIfFrozen,
      check: async (attempt, room) => {
        const checked = await this.#check(response, attempt, { room, registering });
        ({ confirmed } = checked);
        return checked;
      },
      change: (transaction) => this.#activate(transaction, registering, confirmed),
    });
    return this.#answer(registering, confirmed);
  }

  #subject({ request: { userId, signIn }, at }: Registering): AttemptSubject<RegistrationMaterial> {
    const named = { userId, sessionId: signIn.sessionId ?? '', at };
    return {
      userId,
      read: () => [this.ceremonies.registering(named)],
      settled: ({ material }) => [this.ceremonies.registrable(named, challengeOf(material))],
      errors: { absent: 'TWO_FACTOR_PASSKEY_INVALID', gone: 'TWO_FACTOR_PASSKEY_INVALID' },
    };
  }

  async #check(
    response: RegistrationJson,
    { userId, material }: Attempt<RegistrationMaterial>,
    { room, registering }: { readonly room: Argon2Room; readonly registering: Registering },
  ): Promise<CheckedProof & { readonly confirmed: Confirmed | undefined }> {
    const challenge = challengeOf(material);
    const checked = await this.webauthn.checkRegistration(response, { challenge });
    const isRight = 'created' in checked;
    const set =
      isRight && (material?.isFirst === true || registering.removeAll !== undefined)
        ? await this.backupCodes.hashSet(registering.backupCodes, room)
        : undefined;
    return {
      proof: this.passkeys.registrationProof(userId, {
        credentialId: isRight ? checked.created.credentialId : undefined,
        // Those that are lost go with this one: there is room, however many they are.
        atMost: registering.removeAll ? LIMIT_BOUNDS.passkeys.loosest + 1 : this.settings.limits.passkeys,
        reason: isRight ? undefined : checked.reason,
      }),
      spend: [],
      always: [this.ceremonies.spend(userId, challenge)],
      refusal: 'TWO_FACTOR_PASSKEY_INVALID',
      // Told to the one who is signed in and whose they are; whatever fails in the answer itself is alike.
      refusals: {
        known: 'TWO_FACTOR_PASSKEY_KNOWN',
        too_many: 'TWO_FACTOR_TOO_MANY_AUTHENTICATORS',
        not_allowed: 'TWO_FACTOR_PASSKEY_NOT_ALLOWED',
      },
      confirmed: isRight ? { created: checked.created, set } : undefined,
    };
  }

  async #activate(
    transaction: TwoFactorTransaction,
    { request, opensSession, removeAll, name: given, id, at }: Registering,
    confirmed: Confirmed | undefined,
  ): Promise<void> {
    const { userId, sessionId, signIn, inSameCommit = [] } = request;
    if (confirmed === undefined) {
      throw new Error('A registration was accepted that nobody has checked');
    }
    const { created, set } = confirmed;
    const { rpId } = this.webauthn.settings;
    await removeAll?.(transaction, userId);
    await this.passkeys.add(transaction, {
      ...created,
      id,
      userId,
      rpId,
      name: given ?? nameOfMaker(created.aaguid),
      at,
    });
    const passed = { userId, method: 'passkey', at, isUserVerified: created.isUserVerified } as const;
    if (set === undefined) {
      await this.accounts.change(transaction, userId);
    } else {
      await this.enrolments.removeAll(transaction, userId);
      await this.codes.replaceAll(transaction, { userId, set, at });
      await this.accounts.enable(transaction, { userId, at });
    }
    if (set === undefined && !opensSession) {
      await this.assurances.renew(transaction, { ...passed, sessionId: signIn.sessionId ?? '' });
      return;
    }
    await runInTransaction(inSameCommit, transaction, userId);
    // Last of all: the host's part may draw its name.
    await this.assurances.renew(transaction, { ...passed, sessionId: nameOf(sessionId) });
  }

  #answer(
    { name: given, id, at, backupCodes }: Registering,
    confirmed: Confirmed | undefined,
  ): RegisteredPasskey {
    const name = given ?? nameOfMaker(confirmed?.created.aaguid ?? '');
    const enabled = confirmed?.set === undefined ? undefined : { enabledAt: at, backupCodes };
    return { id, name, createdAt: at, isUserVerified: confirmed?.created.isUserVerified ?? false, enabled };
  }
}

function challengeOf(material: RegistrationMaterial | null): Buffer {
  return Buffer.from(material?.challenge ?? '', 'hex');
}
