import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { Freeze, refuseFrozen } from '../../account/freeze.js';
import { AssuranceRepository } from '../../assurance/assurance.repository.js';
import { seal } from '../../crypto/sealed-secret.js';
import {
  type AllowedPlace,
  EnrolmentRepository,
  type PendingFactor,
} from '../../enrolment/enrolment.repository.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { type RequestContext, happened } from '../../events/security-event.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings, TwoFactorUser } from '../../options/two-factor.options.js';
import { TwoFactorDatabase, type TwoFactorTransaction } from '../../sql/database.js';
import {
  IS_ACCEPTED,
  IN_ANY_CASE,
  type NamedStatement,
  type SqlRunner,
  type Statement,
  effects,
  runAsOne,
} from '../../sql/one-statement.js';
import { isStillThere } from '../../sql/still-there.js';
import { accountSubject } from '../../verification/account-subject.js';
import type { ProofInput } from '../../verification/proof-input.js';
import { type Proof, Proofs, proving } from '../../verification/proof.js';
import { Reauthentication, type SignIn } from '../../verification/re-authentication.js';
import { Verification } from '../../verification/verification.js';
import { drawBackupCodes } from '../backup-codes/backup-code.js';
import { keyUri } from './key-uri.js';
import { drawQrCode } from './qr-code.js';
import { placeOfPayload, textOfPayload } from './totp-payload.js';
import { type Wish, readWish } from './setup-wish.js';
import { drawTotpSecret } from './totp.js';
import { UserSecretRepository } from './user-secret.repository.js';

/** What a setup hands out, this once. */
export interface TwoFactorSetup {
  /** Base32 without padding, 32 characters. */
  readonly secret: string;
  /** A PNG as a `data:` URI. */
  readonly qrCodeUri: string;
  /** Ten, `XXXXX-XXXXX-XXXXX`. They work once the setup is confirmed. Empty for one that is added: those there are stay. */
  readonly backupCodes: readonly string[];
  readonly otpauthUri: string;
  readonly expiresAt: Date;
}

export interface SetupRequest {
  readonly user: TwoFactorUser;
  /** Of the factor that is on, to replace an authenticator of it or to add one. */
  readonly proof?: ProofInput | undefined;
  /** Whether it will be one more beside those that there are. Default: it takes the place of one. */
  readonly add?: boolean | undefined;
  /** The one whose place it takes, when there are several. */
  readonly replaces?: string | undefined;
  /** What its owner calls it, 1 to 64 visible characters. */
  readonly name?: string | undefined;
  readonly signIn: SignIn;
  readonly context?: RequestContext | undefined;
}

/** Where a setup comes from, and the session that asks for it. */
interface Asked {
  readonly context: RequestContext;
  readonly signIn: SignIn;
}

type FirstAsked = Asked & { readonly evenIfFrozen: boolean };
type Saved = { readonly isAlive: boolean; readonly frozenSeconds: number | null; readonly isSaved: boolean };

/** Of a setup without a proof. */
const FIRST: AllowedPlace = { adds: false, replaces: null };

const SAVED: Statement = {
  sql: `SELECT EXISTS (SELECT FROM own_caller) AS "isAlive", (SELECT seconds FROM own_freeze) AS "frozenSeconds",
    ${IS_ACCEPTED} AS "isSaved"`,
  parameters: [],
};

/** Draws what becomes an authenticator once it is confirmed. Until then it changes nothing. */
@Injectable()
export class TotpSetup {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly assurances: AssuranceRepository,
    private readonly freeze: Freeze,
    private readonly enrolments: EnrolmentRepository,
    private readonly secrets: UserSecretRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  /**
   * @param isProved whether the sign-in has proved a factor just now, or support has reset them: then no other proof is asked for,
   *   and it adds one
   * @param replacesAll it takes the place of all factors instead
   * @param evenIfFrozen whether it is a first factor without which there is no sign-in: then a panic does not stop it
   */
  async run(
    request: SetupRequest,
    {
      isProved = false,
      replacesAll = false,
      evenIfFrozen = false,
    }: { readonly isProved?: boolean; readonly replacesAll?: boolean; readonly evenIfFrozen?: boolean } = {},
  ): Promise<TwoFactorSetup> {
    const { user, proof: input = {}, signIn, context = {} } = request;
    const hasProof = Object.values(input).some((value) => value !== undefined);
    const proof = hasProof ? this.proofs.parse(input) : undefined;
    const wish = readWish(request);
    const isFirst = proof === undefined && wish.replaces === undefined && (!isProved || replacesAll);
    const place = isFirst ? FIRST : await this.#placeFor(user.id, wish);
    const at = this.settings.clock.now();
    const secret = drawTotpSecret();
    // Codes are the account's, and not an authenticator's: a second one brings none.
    const backupCodes = (proof !== undefined || isProved) && place.adds ? [] : drawBackupCodes();
    const pending = this.#pending(user.id, { name: wish.name, secret, backupCodes, at });
    // Before a code is spent: the host's function of the user may throw.
    const otpauthUri = keyUri({ secret, issuer: this.settings.issuerOf(user), account: user.label });

    if (isProved) {
      await this.#saveBeside(pending, { place, context, signIn });
    } else if (proof === undefined) {
      if (!(await this.#save(pending, { context, signIn, evenIfFrozen }))) {
        await this.#saveRecovering(pending, { wish, context, signIn });
      }
    } else {
      await this.reauthentication.require(user.id, { signIn, context, at });
      await this.#saveAllowed(pending, { place, proof, context, signIn });
    }
    return {
      secret,
      qrCodeUri: await drawQrCode(otpauthUri),
      backupCodes,
      otpauthUri,
      expiresAt: pending.expiresAt,
    };
  }

  /** Asked before a code is spent. Whether the place is still there, the one who confirms asks again. */
  async #placeFor(userId: string, { adds, replaces }: Wish): Promise<AllowedPlace> {
    const ids = await this.secrets.idsOf(userId);
    if (replaces !== undefined) {
      if (!ids.includes(replaces)) {
        throw new TwoFactorException('TWO_FACTOR_AUTHENTICATOR_UNKNOWN');
      }
      return { adds: false, replaces };
    }
    const [only, another] = ids;
    if (adds || only === undefined) {
      if (ids.length >= this.settings.limits.totpAuthenticators) {
        throw new TwoFactorException('TWO_FACTOR_TOO_MANY_AUTHENTICATORS');
      }
      return { adds: true, replaces: null };
    }
    if (another !== undefined) {
      throw new TwoFactorException('TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS');
    }
    return { adds: false, replaces: only };
  }

  #pending(
    userId: string,
    {
      name,
      secret,
      backupCodes,
      at,
    }: Pick<Wish, 'name'> & {
      readonly secret: string;
      readonly backupCodes: readonly string[];
      readonly at: Date;
    },
  ): PendingFactor {
    const { keys, limits } = this.settings;
    const id = randomUUID();
    return {
      id,
      userId,
      method: 'totp',
      name,
      sealedPayload: seal(keys, textOfPayload({ secret, backupCodes }), placeOfPayload(userId, id)),
      createdAt: at,
      expiresAt: new Date(at.getTime() + limits.setupSeconds * 1000),
    };
  }

  /**
   * One statement, which also finds out whether a factor is on already:
   *
   * ```sql
   * WITH own_caller AS (…), own_freeze AS (…), admitted AS (…), accepted AS (INSERT INTO two_factor_enrolments … WHERE NOT EXISTS (SELECT FROM two_factor_accounts …)
   *     ON CONFLICT (user_id, method) DO UPDATE … RETURNING user_id),
   *   effect_1 AS (INSERT INTO two_factor_events … FROM accepted)
   * SELECT user_id FROM accepted
   * ```
   */
  async #save(
    pending: PendingFactor,
    { context, signIn: { callerIsAlive = IN_ANY_CASE }, evenIfFrozen }: FirstAsked,
  ): Promise<boolean> {
    const { userId, createdAt: at } = pending;
    const event = happened('setup_started', { userId, at, context });
    const statements: NamedStatement[] = [
      { ...callerIsAlive, name: 'own_caller' },
      ...this.freeze.admitting(userId, { at, evenIfFrozen }),
      this.enrolments.save(pending, { ifAny: 'admitted' }),
      ...effects(this.securityEvents.record(event)),
    ];
    const [answer] = await runAsOne<Saved>(this.database, statements, SAVED);
    if (answer?.isAlive === false) {
      throw new TwoFactorException('AUTH_TOKEN_INVALID');
    }
    refuseFrozen(answer?.frozenSeconds);
    if (answer?.isSaved === true) {
      this.events.publish(event);
    }
    return answer?.isSaved === true;
  }

  /**
   * A factor is on. A session that was signed in by a backup code just now has proved what it has: that may take the place
   * of the authenticator that is lost, and nothing else.
   */
  async #saveRecovering(
    pending: PendingFactor,
    { wish, context, signIn }: Asked & { readonly wish: Wish },
  ): Promise<void> {
    const { userId, createdAt: at } = pending;
    const { sessionId } = signIn;
    if (sessionId === undefined || wish.adds) {
      throw new TwoFactorException('TWO_FACTOR_ALREADY_ENABLED');
    }
    const session = { userId, sessionId, at };
    const withinSeconds = this.settings.limits.recentSignInSeconds;
    const requireRecovery = async (on?: SqlRunner): Promise<void> => {
      if ((await this.assurances.recoveryUntil(session, { withinSeconds }, on)) === null) {
        throw new TwoFactorException('TWO_FACTOR_ALREADY_ENABLED');
      }
    };
    await requireRecovery();
    const place = await this.#placeFor(userId, wish);
    if (place.replaces === null) {
      throw new TwoFactorException('TWO_FACTOR_ALREADY_ENABLED');
    }
    await this.#saveBeside(pending, { place, context, signIn }, requireRecovery);
  }

  /**
   * For a session, or a sign-in that waits, that has proved a factor.
   *
   * @param require throws when it has not, under the account's lock
   */
  async #saveBeside(
    pending: PendingFactor,
    { place, context, signIn: { callerIsAlive = IN_ANY_CASE } }: Asked & { readonly place: AllowedPlace },
    require: (transaction: TwoFactorTransaction) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const event = happened('setup_started', { userId: pending.userId, at: pending.createdAt, context });
    await this.database.transaction(async (transaction) => {
      await this.accounts.lock(transaction, pending.userId);
      if (!(await isStillThere(transaction, callerIsAlive))) {
        throw new TwoFactorException('AUTH_TOKEN_INVALID', { reason: 'session_ended' });
      }
      await this.freeze.requireThawed(pending.userId, pending.createdAt, transaction);
      await require(transaction);
      await this.enrolments.saveAllowed(transaction, pending, place);
      await this.securityEvents.append(event, transaction);
    });
    this.events.publish(event);
  }

  async #saveAllowed(
    pending: PendingFactor,
    { place, proof, context, signIn }: Asked & { readonly place: AllowedPlace; readonly proof: Proof },
  ): Promise<void> {
    await this.verification.run({
      ...proving(proof),
      subject: accountSubject(this.accounts, { userId: pending.userId, signIn, at: pending.createdAt }),
      at: pending.createdAt,
      context,
      typeOf: () => 'setup_started',
      callerIsAlive: signIn.callerIsAlive,
      change: (transaction) => this.enrolments.saveAllowed(transaction, pending, place),
    });
  }
}
