import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { TWO_FACTOR_EVENT, TwoFactorEvents } from '../../libs/two-factor/src/events/event-publisher.js';
import type { SecurityEvent } from '../../libs/two-factor/src/events/security-event.js';
import { type EventSink, settingsFrom } from '../../libs/two-factor/src/options/two-factor.options.js';

async function failLater(): Promise<void> {
  await delay(1);
  throw new Error('the mail server is gone');
}

function fail(): never {
  throw new Error('the mail server is down');
}

function hear({ type }: SecurityEvent): void {
  console.log(`heard of ${type}`);
}

/** In the worst order: whoever calls them in turn loses the promise of the first at the throw of the second. */
const LISTENERS = [failLater, fail, failLater, hear];

function listenedTo<Emitter extends EventEmitter | EventEmitter2>(emitter: Emitter, name: string): Emitter {
  for (const listener of LISTENERS) {
    emitter.on(name, listener);
  }
  return emitter;
}

function listenedToOnce(emitter: EventEmitter | EventEmitter2): EventEmitter | EventEmitter2 {
  for (const listener of LISTENERS) {
    emitter.once(TWO_FACTOR_EVENT, listener);
  }
  return emitter;
}

class Listeners {
  @OnEvent(TWO_FACTOR_EVENT, { suppressErrors: false })
  first(): Promise<void> {
    return failLater();
  }

  @OnEvent(TWO_FACTOR_EVENT)
  second(): void {
    fail();
  }

  @OnEvent(TWO_FACTOR_EVENT)
  third(): Promise<void> {
    return failLater();
  }

  @OnEvent(TWO_FACTOR_EVENT)
  fourth(event: SecurityEvent): void {
    hear(event);
  }
}

@Module({ imports: [EventEmitterModule.forRoot()], providers: [Listeners] })
class Host {}

/** A host's own: it sends on what it emits, and says when that fails. */
class Bus extends EventEmitter {
  override emit(name: string, event: SecurityEvent): boolean {
    console.log('sent on');
    return super.emit(name, event);
  }
}

/** The library logs an object with the error; Nest a text. */
const LOGGER = {
  log: () => {},
  warn: () => {},
  error: (told: { readonly err: Error } | string) =>
    console.log(typeof told === 'string' ? `Nest logged: ${told}` : `logged: ${told.err.message}`),
};
Logger.overrideLogger(LOGGER);

/** What a host may pass as `eventEmitter`. */
const EMITTERS: Readonly<Record<string, () => EventSink | Promise<EventSink>>> = {
  EventEmitter: () => listenedTo(new EventEmitter(), TWO_FACTOR_EVENT),
  'EventEmitter that captures': () =>
    listenedTo(new EventEmitter({ captureRejections: true }), TWO_FACTOR_EVENT),
  'EventEmitter, once': () => listenedToOnce(new EventEmitter()),
  EventEmitter2: () => listenedTo(new EventEmitter2(), TWO_FACTOR_EVENT),
  'EventEmitter2, once': () => listenedToOnce(new EventEmitter2()),
  'EventEmitter2 with a wildcard': () => listenedTo(new EventEmitter2({ wildcard: true }), 'two-factor.*'),
  'EventEmitter2 with onAny': () => {
    const emitter = new EventEmitter2();
    for (const listener of LISTENERS) {
      emitter.onAny((_, event: SecurityEvent) => listener(event));
    }
    return emitter;
  },
  'Nest with @OnEvent': async () =>
    (await NestFactory.createApplicationContext(Host, { logger: LOGGER })).get(EventEmitter2),
  'an emit of the host': () => ({
    emit: async (_: string, event: SecurityEvent) => {
      hear(event);
      await Promise.all([failLater(), failLater()]);
    },
  }),
  'an override of emit': () => new Bus().on(TWO_FACTOR_EVENT, hear),
};

for (const [name, emitter] of Object.entries(EMITTERS)) {
  const settings = await settingsFrom({
    issuer: 'Acme',
    keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }],
    peppers: [{ id: 'p1', key: Buffer.alloc(32, 2) }],
    eventEmitter: await emitter(),
  });
  const events = new TwoFactorEvents(settings, { wake: () => {} });
  const about = { userId: '1', at: new Date(), method: 'totp', outcome: 'success', reason: null } as const;
  console.log(`> ${name}`);
  events.publish({ ...about, type: 'enabled' });
  events.publish({ ...about, type: 'disabled' });
  await delay(20);
}
console.log('> alive');
