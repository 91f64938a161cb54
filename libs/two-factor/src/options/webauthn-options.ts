/** EdDSA, ES256 and RS256 (COSE). Pinned: two versions of Node behind one database must not disagree. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/** The relying party of a host's passkeys. None of it is ever taken from a request. */
export interface WebAuthnOptions {
  /**
   * The domain that passkeys are for: `example.com`, or `localhost`. Never change it: passkeys of another one open
   * nothing, and the start refuses it while there are any.
   */
  readonly rpId: string;
  /** The service's name, as the browser shows it. */
  readonly rpName: string;
  /**
   * The pages that may ask, as browsers write them: `https://app.example.com`. Each host is the `rpId`, or below it.
   * `http:` only for `localhost`, and only where that is the `rpId`. An Android app: `android:apk-key-hash:…`.
   */
  readonly origins: readonly string[];
  /** Whether the authenticator asks for a PIN, a finger, a face. Default `preferred`: the password came before. */
  readonly userVerification?: 'required' | 'preferred' | 'discouraged';
  /** Whether the authenticator can find the passkey without being told its id. Default `preferred`. */
  readonly residentKey?: 'required' | 'preferred' | 'discouraged';
  /** Which passkeys may be added. Without attestation, what an authenticator says of its model is a hint, no proof. */
  readonly allow?: {
    /** Models (AAGUIDs), as UUIDs. Default: all. */
    readonly aaguids?: readonly string[];
    /** Only passkeys that cannot leave their device. Default `false`. */
    readonly deviceBoundOnly?: boolean;
  };
  /**
   * What becomes of a passkey that is bound to its device when its counter goes back, which a copy would do too.
   * Default `refuse`; `report` accepts it and tells. That of a synced passkey is always told and never refused.
   */
  readonly counterRegress?: 'refuse' | 'report';
}

/** The options with every default filled in. */
export interface WebAuthnSettings extends Required<Omit<WebAuthnOptions, 'allow'>> {
  readonly allow: { readonly aaguids: readonly string[] | undefined; readonly deviceBoundOnly: boolean };
}

const CHOICES = {
  userVerification: ['required', 'preferred', 'discouraged'],
  residentKey: ['required', 'preferred', 'discouraged'],
  counterRegress: ['refuse', 'report'],
} as const;

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** At least two labels, the last no number: an address cannot be one (WebAuthn Level 3 §4, RP ID: a valid domain). */
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.(?=[a-z0-9-]*[a-z])${LABEL}$`);
const ANDROID_APP = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/;
const AAGUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LOCALHOST = 'localhost';
const AS_BROWSERS_WRITE_IT = 'an origin as browsers write it: scheme, host and port, no path';

export function webAuthnSettingsFrom({ allow = {}, ...options }: WebAuthnOptions): WebAuthnSettings {
  return {
    userVerification: 'preferred',
    residentKey: 'preferred',
    counterRegress: 'refuse',
    ...options,
    allow: { aaguids: allow.aaguids, deviceBoundOnly: allow.deviceBoundOnly ?? false },
  };
}

/** Names what is wrong with the options, all of it and no value; empty when nothing is. */
export function webAuthnFaults(options: WebAuthnOptions): string[] {
  const { rpId, rpName, origins } = options;
  return [
    ...(isRpId(rpId)
      ? []
      : ['rpId: must be a domain in lower case, without scheme, port or path, or localhost; no address']),
    ...(isText(rpName) ? [] : ['rpName: must be a text of 1 to 64 characters']),
    ...originFaults(origins, rpId),
    ...choiceFaults(options),
    ...allowFaults(options.allow),
  ];
}

function isRpId(rpId: unknown): boolean {
  return typeof rpId === 'string' && (rpId === LOCALHOST || DOMAIN.test(rpId));
}

function isText(name: unknown): boolean {
  return typeof name === 'string' && name.trim() !== '' && name.length <= 64;
}

function originFaults(origins: unknown, rpId: string): string[] {
  if (!Array.isArray(origins) || origins.length === 0) {
    return ['origins: must be a list of at least one'];
  }
  const faults = origins.flatMap((origin: unknown) => originFault(origin, rpId) ?? []);
  return [...new Set(faults)].map((fault) => `origins: each must be ${fault}`);
}

/** Every origin that a response may come from must be one whose pages may ask for the `rpId` (WebAuthn Level 3 §5.1.2). */
function originFault(origin: unknown, rpId: string): string | undefined {
  if (typeof origin !== 'string') {
    return AS_BROWSERS_WRITE_IT;
  }
  if (ANDROID_APP.test(origin)) {
    return undefined;
  }
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    return AS_BROWSERS_WRITE_IT;
  }
  const { protocol, hostname } = new URL(origin);
  if (hostname !== rpId && !hostname.endsWith(`.${rpId}`)) {
    return 'at the rpId or below it';
  }
  // No site of anybody else's can be at localhost, so that this needs no word about production.
  return protocol === 'https:' || (protocol === 'http:' && rpId === LOCALHOST) ? undefined : 'https';
}

function choiceFaults(options: WebAuthnOptions): string[] {
  const given = new Map<string, unknown>(Object.entries(options));
  return Object.entries(CHOICES).flatMap(([name, choices]) => {
    const value = given.get(name);
    return value === undefined || choices.some((choice) => choice === value)
      ? []
      : [`${name}: must be one of ${choices.join(', ')}`];
  });
}

function allowFaults({ aaguids, deviceBoundOnly }: NonNullable<WebAuthnOptions['allow']> = {}): string[] {
  return [
    ...(aaguids === undefined || (aaguids.length > 0 && aaguids.every((aaguid) => AAGUID.test(aaguid)))
      ? []
      : ['allow.aaguids: must be a list of UUIDs in lower case']),
    ...(deviceBoundOnly === undefined || typeof deviceBoundOnly === 'boolean'
      ? []
      : ['allow.deviceBoundOnly: must be true or false']),
  ];
}
