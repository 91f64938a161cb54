import { Inject, Injectable, Logger } from '@nestjs/common';
import type { SecurityEvent } from './security-event.js';
import type { TwoFactorSettings } from '../options/two-factor.options.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';

/** The name a host listens to: `@OnEvent('two-factor.event')`. The payload is a {@link SecurityEvent}. */
export const TWO_FACTOR_EVENT = 'two-factor.event';

/** Tells the host what has happened, after the commit: for mail, webhooks, metrics. */
@Injectable()
export class TwoFactorEvents {
  readonly #logger = new Logger('TwoFactor');

  constructor(@Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings) {}

  /** A listener that throws changes nothing: what it hears of is committed already. */
  publish(event: SecurityEvent): void {
    try {
      this.settings.eventEmitter?.emit(TWO_FACTOR_EVENT, event);
    } catch (error) {
      this.#logger.error({ err: error }, 'A listener of two-factor events failed');
    }
  }
}
