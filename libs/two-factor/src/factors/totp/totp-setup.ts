import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccountRepository } from '../../account/account.repository.js';
import { seal } from '../../crypto/sealed-secret.js';
import { EnrolmentRepository, type PendingFactor } from '../../enrolment/enrolment.repository.js';
import { TwoFactorException } from '../../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../../events/event-publisher.js';
import { type RequestContext, boundedContext } from '../../events/security-event.js';
import { SecurityEventRepository } from '../../events/security-event.repository.js';
import { TWO_FACTOR_SETTINGS } from '../../options/tokens.js';
import type { TwoFactorSettings, TwoFactorUser } from '../../options/two-factor.options.js';
import { TwoFactorDatabase } from '../../sql/database.js';
import {
  IS_ACCEPTED,
  type NamedStatement,
  type Statement,
  effects,
  runAsOne,
} from '../../sql/one-statement.js';
import { accountSubject } from '../../verification/account-subject.js';
import type { ProofInput } from '../../verification/proof-input.js';
import { type Proof, Proofs, proving } from '../../verification/proof.js';
import { Reauthentication, type SignIn } from '../../verification/re-authentication.js';
import { Verification } from '../../verification/verification.js';
import { drawBackupCodes } from '../backup-codes/backup-code.js';
import { keyUri } from './key-uri.js';
import { drawQrCode } from './qr-code.js';
import { placeOfPayload, textOfPayload } from './totp-payload.js';
import { drawTotpSecret } from './totp.js';

/** What a setup hands out, this once. */
export interface TwoFactorSetup {
  /** Base32 without padding, 32 characters. */
  readonly secret: string;
  /** A PNG as a `data:` URI. */
  readonly qrCodeUri: string;
  /** Ten, `XXXXX-XXXXX-XXXXX`. They work once the setup is confirmed. */
  readonly backupCodes: readonly string[];
  readonly otpauthUri: string;
  readonly expiresAt: Date;
}

export interface SetupRequest {
  readonly user: TwoFactorUser;
  /** Of the factor that is on, to prepare the replacement of its authenticator. */
  readonly proof?: ProofInput | undefined;
  readonly signIn: SignIn;
  readonly context?: RequestContext | undefined;
}

/** Where a setup comes from, and the session that asks for it. */
interface Asked {
  readonly context: RequestContext;
  readonly callerIsAlive?: Statement | undefined;
}

/** For a host that leaves the last word to its guard. */
const ALWAYS: Statement = { sql: 'SELECT 1 AS one', parameters: [] };

const SAVED: Statement = {
  sql: `SELECT EXISTS (SELECT FROM own_caller) AS "isAlive", ${IS_ACCEPTED} AS "isSaved"`,
  parameters: [],
};

/** Draws what becomes an authenticator once it is confirmed. Until then it changes nothing. */
@Injectable()
export class TotpSetup {
  constructor(
    private readonly database: TwoFactorDatabase,
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly accounts: AccountRepository,
    private readonly enrolments: EnrolmentRepository,
    private readonly proofs: Proofs,
    private readonly verification: Verification,
    private readonly reauthentication: Reauthentication,
    private readonly securityEvents: SecurityEventRepository,
    private readonly events: TwoFactorEvents,
  ) {}

  async run({ user, proof: input = {}, signIn, context = {} }: SetupRequest): Promise<TwoFactorSetup> {
    const hasProof = Object.values(input).some((value) => value !== undefined);
    const proof = hasProof ? this.proofs.parse(input) : undefined;
    const at = this.settings.clock.now();
    const secret = drawTotpSecret();
    const backupCodes = drawBackupCodes();
    const pending = this.#pending(user.id, { secret, backupCodes, at });
    // Before a code is spent: the host's function of the user may throw.
    const otpauthUri = keyUri({ secret, issuer: this.settings.issuerOf(user), account: user.label });

    if (proof === undefined) {
      await this.#save(pending, { context, callerIsAlive: signIn.callerIsAlive });
    } else {
      await this.reauthentication.require(user.id, { signIn, context, at });
      await this.#saveReplacement(pending, { proof, context, callerIsAlive: signIn.callerIsAlive });
    }
    return {
      secret,
      qrCodeUri: await drawQrCode(otpauthUri),
      backupCodes,
      otpauthUri,
      expiresAt: pending.expiresAt,
    };
  }

  #pending(
    userId: string,
    {
      secret,
      backupCodes,
      at,
    }: { readonly secret: string; readonly backupCodes: readonly string[]; readonly at: Date },
  ): PendingFactor {
    const { keys, limits } = this.settings;
    const id = randomUUID();
    return {
      id,
      userId,
      method: 'totp',
      sealedPayload: seal(keys, textOfPayload({ secret, backupCodes }), placeOfPayload(userId, id)),
      createdAt: at,
      expiresAt: new Date(at.getTime() + limits.setupSeconds * 1000),
    };
  }

  /**
   * One statement, which also finds out whether a factor is on already:
   *
   * ```sql
   * WITH own_caller AS (…), accepted AS (INSERT INTO two_factor_enrolments … WHERE NOT EXISTS (SELECT FROM two_factor_accounts …)
   *     ON CONFLICT (user_id, method) DO UPDATE … RETURNING user_id),
   *   effect_1 AS (INSERT INTO two_factor_events … FROM accepted)
   * SELECT user_id FROM accepted
   * ```
   */
  async #save(pending: PendingFactor, { context, callerIsAlive = ALWAYS }: Asked): Promise<void> {
    const event = {
      userId: pending.userId,
      at: pending.createdAt,
      type: 'setup_started',
      method: null,
      outcome: 'success',
      reason: null,
      ...boundedContext(context),
    } as const;
    const statements: NamedStatement[] = [
      { ...callerIsAlive, name: 'own_caller' },
      this.enrolments.save(pending, { ifAny: 'own_caller' }),
      ...effects([this.securityEvents.record(event)]),
    ];
    const [answer] = await runAsOne<{ isAlive: boolean; isSaved: boolean }>(this.database, statements, SAVED);
    if (answer?.isSaved !== true) {
      throw new TwoFactorException(
        answer?.isAlive === false ? 'AUTH_TOKEN_INVALID' : 'TWO_FACTOR_ALREADY_ENABLED',
      );
    }
    this.events.publish(event);
  }

  async #saveReplacement(
    pending: PendingFactor,
    { proof, context, callerIsAlive }: Asked & { readonly proof: Proof },
  ): Promise<void> {
    await this.verification.run({
      ...proving(proof),
      subject: accountSubject(this.accounts, pending.userId),
      at: pending.createdAt,
      context,
      typeOf: () => 'setup_started',
      callerIsAlive,
      change: (transaction) => this.enrolments.saveReplacement(transaction, pending),
    });
  }
}
