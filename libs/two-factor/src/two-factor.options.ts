import type { SecurityEvent } from './audit/security-event.js';
import { type Clock, systemClock } from './clock.js';
import { type KeyMaterial, KeyRing, keyFaults } from './sealing/key-ring.js';

/** All the library knows of a user. */
export interface TwoFactorUser {
  /** The host's id of the user, as text. Never reuse one. */
  readonly id: string;
  /** The account's name as the authenticator app shows it, usually the e-mail address. */
  readonly label: string;
}

export interface TwoFactorOptions {
  /** The service's name in authenticator apps: one for all users, or a function of the user for tenants. */
  readonly issuer: string | ((user: TwoFactorUser) => string);
  /** Keys for the secrets, 32 random bytes each. The first one seals, all of them open. */
  readonly keys: readonly KeyMaterial[];
  /** Peppers for the backup codes, of the same form. The first one hashes, all of them verify. */
  readonly peppers: readonly KeyMaterial[];
  /** Default: the system's clock. Every process that shares a database should keep time by NTP. */
  readonly clock?: Clock;
  /** Hears of every security event after its commit: Nest's `EventEmitter2`, or anything with its `emit`. */
  readonly eventEmitter?: EventSink;
}

/** The part of an event emitter that the library uses. */
export interface EventSink {
  emit(event: string, payload: SecurityEvent): unknown;
}

/** The options, validated, with every default filled in. */
export interface TwoFactorSettings {
  issuerOf(user: TwoFactorUser): string;
  readonly keys: KeyRing;
  readonly peppers: KeyRing;
  readonly clock: Clock;
  readonly eventEmitter: EventSink | undefined;
}

/** @throws RangeError with every fault of the options at once, never a key's value */
export function settingsFrom(options: TwoFactorOptions): TwoFactorSettings {
  const { issuer } = options;
  const faults = [
    ...(issuer === '' ? ['issuer: must not be empty'] : []),
    ...keyFaults(options.keys).map((fault) => `keys: ${fault}`),
    ...keyFaults(options.peppers).map((fault) => `peppers: ${fault}`),
  ];
  if (faults.length > 0) {
    throw new RangeError(`The options of TwoFactorModule are not valid: ${faults.join('; ')}`);
  }
  return {
    issuerOf: typeof issuer === 'string' ? () => issuer : issuer,
    keys: new KeyRing(options.keys),
    peppers: new KeyRing(options.peppers),
    clock: options.clock ?? systemClock,
    eventEmitter: options.eventEmitter,
  };
}
