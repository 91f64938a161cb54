import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { AccountRepository } from '../account/account.repository.js';
import { TwoFactorException } from '../errors/two-factor.errors.js';
import { TwoFactorEvents } from '../events/event-publisher.js';
import {
  type RequestContext,
  type SecurityEvent,
  type SecurityEventType,
  boundedContext,
} from '../events/security-event.js';
import type { FactorMethod } from '../options/factor-method.js';
import { isUuid, requireUserId } from '../options/ids.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { TrustedDevicesSettings } from '../options/trusted-devices.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { Policies } from '../policy/policies.service.js';
import type { TwoFactorTransaction } from '../sql/database.js';
import type { UseCase } from '../verification/use-case.js';
import {
  type PresentedTrust,
  type ShownTrust,
  TrustedDeviceRepository,
} from './trusted-device.repository.js';
import { drawTrustToken, readTrustToken } from './trust-token.js';

/** A trust, as the client that has it hears of it. */
export interface DeviceTrust {
  readonly id: string;
  /** What the client keeps from now on, in place of what it had. None: what it has is still the one. */
  readonly token?: string | undefined;
  readonly expiresAt: Date;
}

/** A trust that may be made in the commit of a sign-in. */
export interface DrawnTrust extends DeviceTrust {
  readonly token: string;
  readonly tokenHash: Buffer;
}

/** A trust that came with a password, and what its next token would be. */
export interface AskedTrust extends PresentedTrust {
  readonly next: string;
}

/** What a transaction has made of a trust. Its event is told after the commit. */
export interface TrustOutcome {
  readonly trusted?: DeviceTrust | undefined;
  readonly event?: SecurityEvent | undefined;
}

/** When, and from where. */
interface Moment {
  readonly at: Date;
  readonly context: RequestContext;
}

const DAY_MS = 86_400_000;

/** Devices that are not asked for a factor again, for some days: a password is enough on them, and nothing less. */
@Injectable()
export class TrustedDevices {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    private readonly devices: TrustedDeviceRepository,
    private readonly events: TwoFactorEvents,
    private readonly accounts: AccountRepository,
    private readonly policies: Policies,
  ) {}

  /** Whether devices can be trusted at all. */
  get areOn(): boolean {
    return this.settings.trustedDevices !== undefined;
  }

  /** For how many days a device of this user can be trusted. 0: not at all. */
  async daysFor(userId: string): Promise<number> {
    return (await this.#allowedFor(userId))?.days ?? 0;
  }

  /** A trust for a user whose devices may be trusted: nothing until {@link make} has run. */
  async draw(userId: string, at: Date): Promise<DrawnTrust | undefined> {
    const allowed = await this.#allowedFor(userId);
    // A panic has ended the trusts that there were: none takes their place for a day.
    if (allowed === undefined || (await this.accounts.frozenSeconds(userId, at)) !== undefined) {
      return undefined;
    }
    const id = randomUUID();
    const { token, hash: tokenHash } = drawTrustToken({ userId, id });
    return { id, token, tokenHash, expiresAt: new Date(at.getTime() + allowed.days * DAY_MS) };
  }

  /** In the transaction that has accepted an authenticator. @returns the event, to be told after the commit */
  async make(
    transaction: TwoFactorTransaction,
    drawn: DrawnTrust,
    { userId, method, ...moment }: Moment & { readonly userId: string; readonly method: FactorMethod },
  ): Promise<SecurityEvent> {
    const event = eventOf(userId, 'device_trusted', moment, method);
    await this.devices.make(transaction, { ...drawn, userId, method, at: moment.at }, event);
    return event;
  }

  /** What a client's token may be good for. @returns `undefined` when it is for nothing, whatever the database holds */
  async asked(userId: string, token: string, at: Date): Promise<AskedTrust | undefined> {
    const named = readTrustToken(token);
    if (named === undefined || named.userId !== userId) {
      return undefined;
    }
    const allowed = await this.#allowedFor(userId);
    if (allowed === undefined) {
      return undefined;
    }
    const { token: next, hash: nextHash } = drawTrustToken(named);
    return { ...named, next, nextHash, at, madeAfter: madeAfter(allowed, at) };
  }

  /** In the transaction that opens the session, or a challenge. */
  async use(
    transaction: TwoFactorTransaction,
    { next, ...trust }: AskedTrust,
    context: RequestContext,
  ): Promise<TrustOutcome> {
    const { userId, id, at } = trust;
    const moment = { at, context };
    const used = eventOf(userId, 'trusted_device_used', moment);
    const counted = await this.devices.use(transaction, trust, used);
    if (counted !== undefined) {
      const { isRotated, expiresAt } = counted;
      return { trusted: { id, token: isRotated ? next : undefined, expiresAt }, event: used };
    }
    const misused = {
      ...eventOf(userId, 'trusted_device_misused', moment),
      outcome: 'failure',
      reason: 'replayed',
    } as const;
    const isEnded = await this.devices.endMisused(transaction, trust, misused);
    return { event: isEnded ? misused : undefined };
  }

  /** After the commit. */
  tell(event: SecurityEvent | undefined): void {
    if (event === undefined) {
      return;
    }
    if (event.type === 'trusted_device_misused') {
      const { userId } = event;
      this.#logger.warn({ userId }, 'A spent token of a trusted device came back: the trust has ended');
    }
    this.events.publish(event);
  }

  /**
   * The devices of a user that are trusted, the latest used first.
   *
   * @param token of the client that asks, if it has one: that device is `current`
   */
  async listOf(userId: string, token?: string): Promise<ShownTrust[]> {
    requireUserId(userId);
    const { trustedDevices, clock } = this.settings;
    if (trustedDevices === undefined) {
      return [];
    }
    const at = clock.now();
    const days = await this.policies.trustedDaysOf(userId, trustedDevices.days);
    const named = token === undefined ? undefined : readTrustToken(token);
    const tokenHash = named?.userId === userId ? named.tokenHash : null;
    return this.devices.listOf({ userId, at, madeAfter: madeAfter({ days }, at), tokenHash });
  }

  /**
   * Ends one trust, or all. A session is enough for it. One that is not there has ended.
   *
   * @throws TwoFactorException `VALIDATION_FAILED` for an id that is none
   */
  async remove(
    userId: string,
    { id, context = {} }: { readonly id?: string | undefined } & Pick<UseCase, 'context'> = {},
  ): Promise<void> {
    requireUserId(userId);
    if (id !== undefined && !isUuid(id)) {
      throw new TwoFactorException('VALIDATION_FAILED', {
        details: [{ field: 'id', message: 'id must be a UUID' }],
      });
    }
    const event = eventOf(userId, 'trusted_device_removed', { at: this.settings.clock.now(), context });
    if (await this.devices.remove({ userId, id }, event)) {
      this.events.publish(event);
    }
  }

  async #allowedFor(userId: string): Promise<TrustedDevicesSettings | undefined> {
    const { trustedDevices } = this.settings;
    if (trustedDevices === undefined || !(await trustedDevices.allowFor(userId))) {
      return undefined;
    }
    const days = await this.policies.trustedDaysOf(userId, trustedDevices.days);
    return days === 0 ? undefined : { ...trustedDevices, days };
  }
}

/** A trust that was made under a longer option counts no longer than the present one. */
function madeAfter({ days }: Pick<TrustedDevicesSettings, 'days'>, at: Date): Date {
  return new Date(at.getTime() - days * DAY_MS);
}

function eventOf(
  userId: string,
  type: SecurityEventType,
  { at, context }: Moment,
  method: FactorMethod | null = null,
): SecurityEvent {
  return { userId, at, type, method, outcome: 'success', reason: null, ...boundedContext(context) };
}
