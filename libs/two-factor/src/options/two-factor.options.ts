import { type Clock, systemClock } from './clock.js';
import { type KeyMaterial, KeyRing, keyFaults, sharedKeyFaults } from '../crypto/key-ring.js';
import { type KeySource, loadKeys } from '../crypto/key-source.js';
import type { PolicyOf } from './policy.js';
import { type SupportOption, type SupportSettings, supportFaults, supportFrom } from './support.js';
import { type TwoFactorLimits, limitFaults, limitsFrom } from './limits.js';
import type { NoticeSink } from './notice-sink.js';
import {
  type TrustedDevicesOption,
  type TrustedDevicesSettings,
  trustedDevicesFaults,
  trustedDevicesFrom,
} from './trusted-devices.js';
import {
  type WebAuthnOptions,
  type WebAuthnSettings,
  webAuthnFaults,
  webAuthnSettingsFrom,
} from './webauthn-options.js';

/** All the library knows of a user. */
export interface TwoFactorUser {
  /**
   * The host's id of the user, as text: `String(user.id)` for a number, a UUID in one spelling. Never give the
   * id of somebody who is gone to somebody else.
   */
  readonly id: string;
  /** The account's name as the authenticator app shows it, usually the e-mail address. */
  readonly label: string;
  /** Whose user it is, in a host with tenants. It is only handed on to {@link TwoFactorOptions.issuer}. */
  readonly tenant?: string;
}

/** The options of a module, one by one in the README. What is wrong with them is named at start, all at once. */
export interface TwoFactorOptions {
  /** The service's name in authenticator apps: one for all users, or a function of the user for tenants. */
  readonly issuer: string | ((user: TwoFactorUser) => string);
  /** Keys for the secrets, 32 random bytes each. The first one seals, all of them open. A variable may not be set. */
  readonly keys: KeySource | undefined;
  /** Peppers for the backup codes, of the same form. The first one hashes, all of them verify. */
  readonly peppers: KeySource | undefined;
  /** The relying party of passkeys. Default: there are none. It needs the package `@simplewebauthn/server`. */
  readonly webauthn?: WebAuthnOptions | undefined;
  /** What may be stricter than the default. Nothing can be looser. */
  readonly limits?: TwoFactorLimits;
  /** Whether devices can be trusted, and for how long. Default: none, each sign-in asks for a factor. */
  readonly trustedDevices?: TrustedDevicesOption | undefined;
  /**
   * What is required of a user, by its id: one policy, or several of an organisation, a role and so on, of which each
   * field's strictest counts; an empty list for nothing. It is asked at each sign-in and by each route with
   * `@RequireTwoFactor()`, so it should be quick. When it fails, so does what asked. Default: nothing is required.
   */
  readonly policyOf?: PolicyOf | undefined;
  /** How support helps who has lost all factors: `TwoFactorSupport`. Default: two people, and 24 hours. */
  readonly support?: SupportOption | undefined;
  /** Default: the system's clock. Every process that shares a database should keep time by NTP. */
  readonly clock?: Clock;
  /** Hears of every security event after its commit: Nest's `EventEmitter2`, or anything with its `emit`. */
  readonly eventEmitter?: EventSink;
  /** Takes what users should be told of, at least once each. Default: nobody is told, and nothing is written for it. */
  readonly noticeSink?: NoticeSink | undefined;
}

/** The part of an event emitter that the library uses. */
export interface EventSink {
  /** @param payload a `SecurityEvent` */
  emit(event: string, payload: object): unknown;
  /** What Node's `EventEmitter` and `EventEmitter2` have: who listens, so that each is called, and fails, alone. */
  rawListeners?(event: string): readonly unknown[];
  listeners?(event: string): readonly unknown[];
  listenersAny?(): readonly unknown[];
}

/** The options, validated, with every default filled in. */
export interface TwoFactorSettings {
  issuerOf(user: TwoFactorUser): string;
  readonly keys: KeyRing;
  readonly peppers: KeyRing;
  readonly webauthn: WebAuthnSettings | undefined;
  readonly limits: Required<TwoFactorLimits>;
  /** `undefined`: no device is trusted. */
  readonly trustedDevices: TrustedDevicesSettings | undefined;
  /** `undefined`: nothing is required of anybody. */
  readonly policyOf: PolicyOf | undefined;
  readonly support: SupportSettings;
  readonly clock: Clock;
  readonly eventEmitter: EventSink | undefined;
  readonly noticeSink: NoticeSink | undefined;
}

/** @throws RangeError with every fault of the options at once, never a key's value */
export async function settingsFrom(options: TwoFactorOptions): Promise<TwoFactorSettings> {
  const { issuer, webauthn, limits, trustedDevices, policyOf, support } = options;
  const { clock = systemClock, eventEmitter, noticeSink } = options;
  const keys = await ringFrom(options.keys);
  const peppers = await ringFrom(options.peppers);
  const areWhole = keys.faults.length === 0 && peppers.faults.length === 0;
  const sharedFaults = areWhole ? sharedKeyFaults(keys.material, peppers.material) : [];
  const faults = [
    ...issuerFaults(issuer),
    ...keys.faults.map((fault) => `keys: ${fault}`),
    ...[...peppers.faults, ...sharedFaults].map((fault) => `peppers: ${fault}`),
    ...(webauthn === undefined ? [] : webAuthnFaults(webauthn).map((fault) => `webauthn.${fault}`)),
    ...limitFaults(limits).map((fault) => `limits.${fault}`),
    ...trustedDevicesFaults(trustedDevices),
    ...(['function', 'undefined'].includes(typeof policyOf)
      ? []
      : ['policyOf: must be a function of the user']),
    ...methodFaults({
      clock: [clock, 'now'],
      eventEmitter: [eventEmitter, 'emit'],
      noticeSink: [noticeSink, 'send'],
    }),
    ...supportFaults(support),
  ];
  if (faults.length > 0) {
    throw new RangeError(`The options of TwoFactorModule are not valid: ${faults.join('; ')}`);
  }
  return {
    issuerOf: typeof issuer === 'string' ? () => issuer : (user) => requireIssuer(issuer(user)),
    keys: new KeyRing(keys.material),
    peppers: new KeyRing(peppers.material),
    webauthn: webauthn && webAuthnSettingsFrom(webauthn),
    limits: limitsFrom(limits),
    trustedDevices: trustedDevices && trustedDevicesFrom(trustedDevices),
    policyOf,
    support: supportFrom(support),
    clock,
    eventEmitter,
    noticeSink,
  };
}

/** An app without an issuer shows a nameless account, and two of them cannot be told apart. */
function requireIssuer(issuer: unknown): string {
  if (typeof issuer !== 'string' || issuer === '') {
    throw new Error('The option issuer of TwoFactorModule gave no name for a user');
  }
  return issuer;
}

function issuerFaults(issuer: unknown): string[] {
  if (typeof issuer === 'function') {
    return [];
  }
  if (typeof issuer !== 'string') {
    return ['issuer: must be a text, or a function of the user'];
  }
  return issuer === '' ? ['issuer: must not be empty'] : [];
}

/** A decorator runs when its file is loaded, which is before a `ConfigModule` has read anything. */
const NOT_LOADED =
  'undefined: the variable is not set, or was read before ConfigModule had loaded .env. ' +
  'Use forRootAsync, and take it from ConfigService';

async function ringFrom(
  source: KeySource | undefined,
): Promise<{ readonly material: readonly KeyMaterial[]; readonly faults: readonly string[] }> {
  if (source === undefined) {
    return { material: [], faults: [NOT_LOADED] };
  }
  try {
    const material = await loadKeys(source);
    return { material, faults: keyFaults(material) };
  } catch (error) {
    return { material: [], faults: [`could not be loaded: ${error instanceof Error ? error.message : ''}`] };
  }
}

/** A clock or an emitter from an untyped configuration may be anything. */
function methodFaults(
  options: Readonly<Record<string, readonly [value: unknown, method: string]>>,
): string[] {
  return Object.entries(options)
    .filter(([, [value, method]]) => value !== undefined && !hasMethod(value, method))
    .map(([name, [, method]]) => `${name}: must have a method ${method}`);
}

function hasMethod(value: unknown, method: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function';
}
