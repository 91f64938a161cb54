import { Inject, Injectable, Logger } from '@nestjs/common';
import { type PolicyReason, TwoFactorException } from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import { type RequestContext, type SecurityEvent, happened } from '../events/security-event.js';
import { AUTHENTICATOR_METHODS, type AuthenticatorMethod } from '../options/factor-method.js';
import { type TwoFactorPolicy, readPolicies } from '../options/policy.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TwoFactorDatabase } from '../sql/database.js';
import type { SqlRunner } from '../sql/one-statement.js';
import { DeadlineRepository } from './deadline.repository.js';
import { type PolicyDemand, type StrictestPolicy, strictestOf } from './policy.js';

/** A factor that a user has to have, and has not. */
export interface DueEnrolment {
  readonly dueAt: Date;
  /** Any one of these is enough. */
  readonly methods: readonly AuthenticatorMethod[];
}

/** The same as it was found, at one moment. */
export interface MissingFactor {
  readonly enrolment: DueEnrolment;
  readonly isOverdue: boolean;
  readonly reasons: readonly PolicyReason[];
}

/** How a user stood to a demand. Its event is told after the commit. */
export interface PolicyStanding {
  readonly missing: MissingFactor | undefined;
  readonly event: SecurityEvent | undefined;
}

/** What the host requires of its users, and how they stand to it (ADR 0034). */
@Injectable()
export class Policies {
  readonly #logger = new Logger('TwoFactor');
  readonly #known: readonly AuthenticatorMethod[];
  readonly #named = new Set<string>();

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly database: TwoFactorDatabase,
    private readonly deadlines: DeadlineRepository,
    private readonly events: TwoFactorEvents,
  ) {
    this.#known = AUTHENTICATOR_METHODS.filter(
      (method) => method !== 'passkey' || settings.webauthn !== undefined,
    );
  }

  /** Of these policies, with the methods that this application has. */
  strictestOf(policies: readonly TwoFactorPolicy[]): StrictestPolicy {
    return strictestOf(policies, this.#known);
  }

  /** @throws whatever the host's function throws, and TwoFactorHostError for what is no policy: neither means "nothing" */
  async demandOf(userId: string): Promise<PolicyDemand | undefined> {
    return (await this.#strictestOf(userId)).demand;
  }

  /** By which methods a user can enrol, so that nothing is missing. */
  async methodsFor(userId: string): Promise<readonly AuthenticatorMethod[]> {
    return (await this.demandOf(userId))?.methods ?? this.#known;
  }

  /** For how many days a device of the user can be trusted, of as many as the option says. */
  async trustedDaysOf(userId: string, days: number): Promise<number> {
    const { trustedDeviceDays = days } = await this.#strictestOf(userId);
    return Math.min(days, trustedDeviceDays);
  }

  /**
   * How a user stands to a demand at this moment. In a transaction that has locked the account it stays so until the commit.
   *
   * @param demand `undefined`: nothing is required, and so nothing missing
   */
  async standing(
    on: SqlRunner,
    userId: string,
    {
      demand,
      at,
      context = {},
    }: {
      readonly demand: PolicyDemand | undefined;
      readonly at: Date;
      readonly context?: RequestContext | undefined;
    },
  ): Promise<PolicyStanding> {
    if (demand === undefined) {
      return { missing: undefined, event: undefined };
    }
    const { methods, reasons } = demand;
    const event = happened('enrolment_demanded', { userId, at, context });
    const { dueAt, isNew } = await this.deadlines.standing(on, demand, event);
    const missing =
      dueAt === null ? undefined : { enrolment: { dueAt, methods }, isOverdue: dueAt <= at, reasons };
    return { missing, event: isNew ? event : undefined };
  }

  /** After the commit. */
  tell({ event }: PolicyStanding): void {
    if (event !== undefined) {
      this.events.publish(event);
    }
  }

  /** What is missing of a user now, in a commit of its own. */
  async missingOf(userId: string): Promise<MissingFactor | undefined> {
    const demand = await this.demandOf(userId);
    const standing = await this.standing(this.database, userId, { demand, at: this.settings.clock.now() });
    this.tell(standing);
    return standing.missing;
  }

  /** @throws TwoFactorException `TWO_FACTOR_ENROLMENT_REQUIRED` when a factor is missing that is due */
  async requireEnrolled(userId: string): Promise<void> {
    const missing = await this.missingOf(userId);
    if (missing?.isOverdue === true) {
      throw new TwoFactorException('TWO_FACTOR_ENROLMENT_REQUIRED', { details: missing.reasons });
    }
  }

  async #strictestOf(userId: string): Promise<StrictestPolicy> {
    const { policyOf } = this.settings;
    // A host that answers nothing has made a mistake: it is not taken for an empty list.
    const policies = policyOf === undefined ? [] : readPolicies(await policyOf(userId));
    const strictest = this.strictestOf(policies);
    this.#nameOnce(strictest.contradicting);
    return strictest;
  }

  /** Once in a process: it is a mistake of whoever wrote the policies, and not of the one who signs in. */
  #nameOnce(contradicting: readonly string[]): void {
    const scopes = contradicting.join(', ');
    if (scopes === '' || this.#named.has(scopes)) {
      return;
    }
    this.#named.add(scopes);
    this.#logger.error(
      `No method is in the methods of all of these policies, or this application has none of them: ${scopes}. ` +
        'Their methods are passed over; a factor of any method is required',
    );
  }
}

/** What a policy refuses, with its reasons. */
export function refusedByPolicy({ reasons }: PolicyDemand): TwoFactorException {
  return new TwoFactorException('TWO_FACTOR_REQUIRED_BY_POLICY', { details: reasons });
}
