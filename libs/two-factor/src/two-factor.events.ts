import { Injectable, Logger, Optional } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { SecurityEvent } from './audit/security-event.js';

/** The name a host listens to: `@OnEvent('two-factor.event')`. The payload is a {@link SecurityEvent}. */
export const TWO_FACTOR_EVENT = 'two-factor.event';

/** Tells the host what has happened, after the commit: for mail, webhooks, metrics. */
@Injectable()
export class TwoFactorEvents {
  readonly #logger = new Logger('TwoFactor');

  constructor(@Optional() private readonly emitter?: EventEmitter2) {}

  /** A listener that throws changes nothing: what it hears of is committed already. */
  publish(event: SecurityEvent): void {
    try {
      this.emitter?.emit(TWO_FACTOR_EVENT, event);
    } catch (error) {
      this.#logger.error({ err: error }, 'A listener of two-factor events failed');
    }
  }
}
