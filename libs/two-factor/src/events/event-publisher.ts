import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EventSink, TwoFactorSettings } from '../options/two-factor.options.js';
import { noticesOf } from '../notices/told.js';
import { TwoFactorNotices } from '../notices/two-factor-notices.service.js';
import { TWO_FACTOR_SETTINGS } from '../options/tokens.js';
import type { SecurityEvent } from './security-event.js';

/** The name a host listens to: `@OnEvent('two-factor.event')`. The payload is a {@link SecurityEvent}. */
export const TWO_FACTOR_EVENT = 'two-factor.event';

/** Tells the host what has happened, after the commit: for mail, webhooks, metrics. */
@Injectable()
export class TwoFactorEvents {
  readonly #logger = new Logger('TwoFactor');

  constructor(
    @Inject(TWO_FACTOR_SETTINGS) private readonly settings: TwoFactorSettings,
    @Inject(TwoFactorNotices) private readonly notices: Pick<TwoFactorNotices, 'wake'>,
  ) {}

  /** A listener that fails, now or later, changes nothing: what it hears of is committed already. */
  publish(event: SecurityEvent): void {
    if (noticesOf(event).length > 0) {
      this.notices.wake();
    }
    const { eventEmitter } = this.settings;
    for (const tell of eventEmitter === undefined ? [] : tellings(eventEmitter, event)) {
      void this.#safely(tell);
    }
  }

  async #safely(tell: () => unknown): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.#logger.error({ err: error }, 'A listener of two-factor events failed');
    }
  }
}

/**
 * One call for each listener. `emit` drops the promise of an async one, and its rejection would end the
 * process; and what one throws keeps those behind it from hearing. An emitter with an `emit` of its own is
 * called by it.
 */
function tellings(emitter: EventSink, event: SecurityEvent): (() => unknown)[] {
  // Node's has the wrappers of `once` in it, which `listeners` leaves out.
  if (isInherited(emitter, 'rawListeners')) {
    return callsOf(emitter, emitter.rawListeners?.(TWO_FACTOR_EVENT), [event]);
  }
  // EventEmitter2.
  if (isInherited(emitter, 'listenersAny')) {
    return [
      ...callsOf(emitter, emitter.listenersAny?.(), [TWO_FACTOR_EVENT, event]),
      ...callsOf(emitter, emitter.listeners?.(TWO_FACTOR_EVENT), [event]),
    ];
  }
  return [() => emitter.emit(TWO_FACTOR_EVENT, event)];
}

function callsOf(
  emitter: EventSink,
  listeners: readonly unknown[] = [],
  values: unknown[],
): (() => unknown)[] {
  return listeners.flatMap((listener) =>
    typeof listener === 'function' ? [() => Reflect.apply(listener, emitter, values)] : [],
  );
}

/** Whether an emitter has a method from where it has its `emit`, so that nobody has put another `emit` before that. */
function isInherited(emitter: EventSink, method: string): boolean {
  const owner = ownerOf(emitter, method);
  return owner !== null && owner === ownerOf(emitter, 'emit');
}

function ownerOf(object: object | null, name: string): object | null {
  return object === null || Object.hasOwn(object, name)
    ? object
    : ownerOf(Reflect.getPrototypeOf(object), name);
}
