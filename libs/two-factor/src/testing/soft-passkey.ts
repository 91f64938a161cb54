import { type KeyObject, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { encodeCbor } from './cbor.js';
import type {
  SoftAssertion,
  SoftCreationOptions,
  SoftRegistration,
  SoftRequestOptions,
} from './soft-passkey-json.js';

/** What kind of authenticator it is. */
export interface SoftPasskeyTraits {
  /** Default `ES256`. `ES384` is one that nobody has asked for. */
  readonly algorithm?: 'ES256' | 'EdDSA' | 'RS256' | 'ES384';
  /** Whether it may be copied to other devices. Default `false`. */
  readonly isBackupEligible?: boolean;
  readonly isBackedUp?: boolean;
  /** Whether it asks for a PIN or a finger. Default `true`. */
  readonly isUserVerified?: boolean;
  /** Default: counts from 0, one more at each use; `false` for one that stays at 0, as synced ones do. */
  readonly counts?: boolean;
  /** A UUID. Default: all zeros. */
  readonly aaguid?: string;
}

/** What it can be made to say against the truth. */
export interface SoftPasskeyLies {
  readonly origin?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: string;
  readonly rpId?: string;
  readonly isUserPresent?: boolean;
  readonly isUserVerified?: boolean;
  readonly isBackupEligible?: boolean;
  readonly isBackedUp?: boolean;
  readonly counter?: number;
  /** base64url; `null` leaves it out. */
  readonly userHandle?: string | null;
  /** base64url: the id beside the signed data, not in it. */
  readonly id?: string;
  /** Of the attestation. */
  readonly fmt?: string;
  readonly attStmt?: ReadonlyMap<string, string | number | Uint8Array>;
  /** Signs with another key than the one that was created. */
  readonly isForged?: boolean;
  /** Takes bytes off the end of what is CBOR. */
  readonly truncatedBytes?: number;
}

interface Created {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
}

const ATTESTED = 0x40;

/**
 * A browser and its authenticator in one, for tests: it makes one passkey and signs with it. It shares no code with the
 * library, and none with what verifies. Every part of what it says can be made a lie.
 */
export class SoftPasskey {
  readonly #origin: string;
  readonly #traits: Required<SoftPasskeyTraits>;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  #counter = 0;
  #created: Created | undefined;

  /** @param origin the page that it is used on: `https://app.example.com` */
  constructor(origin: string, traits: SoftPasskeyTraits = {}) {
    this.#origin = origin;
    this.#traits = {
      algorithm: 'ES256',
      isBackupEligible: false,
      isBackedUp: false,
      isUserVerified: true,
      counts: true,
      aaguid: '00000000-0000-0000-0000-000000000000',
      ...traits,
    };
    this.#keys = generateKeys(this.#traits.algorithm);
  }

  /** The id of the passkey, base64url; empty before there is one. */
  get id(): string {
    return this.#created?.id.toString('base64url') ?? '';
  }

  /**
   * Answers `navigator.credentials.create()`. A second call makes another credential of the same key.
   *
   * @throws Error when it is told that it is known already, as browsers do
   */
  create(options: SoftCreationOptions, lies: SoftPasskeyLies = {}): SoftRegistration {
    if (options.excludeCredentials?.some(({ id }) => id === this.id)) {
      throw new Error('InvalidStateError: this authenticator has a passkey of the account already');
    }
    const created = { id: randomBytes(32), rpId: options.rp.id, userHandle: options.user.id };
    this.#created = created;
    return this.#registration(created, options.challenge, lies);
  }

  /** The same credential once more, for another challenge or another account: no browser would do it. */
  createAgain(
    { challenge }: Pick<SoftCreationOptions, 'challenge'>,
    lies: SoftPasskeyLies = {},
  ): SoftRegistration {
    return this.#registration(this.#own(), challenge, lies);
  }

  /**
   * Answers `navigator.credentials.get()`.
   *
   * @throws Error when it is not asked for its passkey, as browsers do; `lies.id` keeps it from that
   */
  get({ challenge, allowCredentials = [] }: SoftRequestOptions, lies: SoftPasskeyLies = {}): SoftAssertion {
    const isAsked = allowCredentials.length === 0 || allowCredentials.some(({ id }) => id === this.id);
    if (!isAsked && lies.id === undefined) {
      throw new Error('NotAllowedError: this authenticator has none of the passkeys that are asked for');
    }
    return this.sign(challenge, lies);
  }

  /** Signs a challenge, whoever asks. */
  sign(challenge: string, lies: SoftPasskeyLies = {}): SoftAssertion {
    const created = this.#own();
    this.#counter += this.#traits.counts ? 1 : 0;
    const clientData = this.#clientData('webauthn.get', challenge, lies);
    const authenticatorData = this.#authenticatorData(created, lies);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    const userHandle = lies.userHandle === undefined ? created.userHandle : lies.userHandle;
    const id = lies.id ?? created.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: this.#sign(signed, lies).toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
    };
  }

  #registration(created: Created, challenge: string, lies: SoftPasskeyLies): SoftRegistration {
    const clientData = this.#clientData('webauthn.create', challenge, lies);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(created.id.length);
    const authenticatorData = Buffer.concat([
      this.#authenticatorData(created, lies, ATTESTED),
      Buffer.from(this.#traits.aaguid.replaceAll('-', ''), 'hex'),
      length,
      created.id,
      this.#cosePublicKey(),
    ]);
    const attestation = encodeCbor(
      new Map<string, string | Uint8Array | ReadonlyMap<string, string | number | Uint8Array>>([
        ['fmt', lies.fmt ?? 'none'],
        ['attStmt', lies.attStmt ?? new Map()],
        ['authData', authenticatorData],
      ]),
    );
    const id = lies.id ?? created.id.toString('base64url');
    const whole = attestation.length - (lies.truncatedBytes ?? 0);
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestation.subarray(0, whole).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  #clientData(type: string, challenge: string, lies: SoftPasskeyLies): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? this.#origin,
        crossOrigin: 'crossOrigin' in lies ? lies.crossOrigin : false,
        ...(lies.topOrigin === undefined ? {} : { topOrigin: lies.topOrigin }),
      }),
    );
  }

  #authenticatorData({ rpId }: Created, lies: SoftPasskeyLies, flags = 0): Buffer {
    const traits = this.#traits;
    const bits = [
      (lies.isUserPresent ?? true) ? 0x01 : 0,
      (lies.isUserVerified ?? traits.isUserVerified) ? 0x04 : 0,
      (lies.isBackupEligible ?? traits.isBackupEligible) ? 0x08 : 0,
      (lies.isBackedUp ?? traits.isBackedUp) ? 0x10 : 0,
      flags,
    ];
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? this.#counter);
    const rpIdHash = createHash('sha256')
      .update(lies.rpId ?? rpId)
      .digest();
    return Buffer.concat([rpIdHash, Buffer.from([bits.reduce((sum, bit) => sum + bit, 0)]), counter]);
  }

  #sign(data: Buffer, { isForged = false }: SoftPasskeyLies): Buffer {
    const { algorithm } = this.#traits;
    const { privateKey } = isForged ? generateKeys(algorithm) : this.#keys;
    const digest = { ES256: 'sha256', RS256: 'sha256', ES384: 'sha384', EdDSA: null }[algorithm];
    return sign(digest, data, privateKey);
  }

  /** COSE (RFC 9053). */
  #cosePublicKey(): Buffer {
    const { x = '', y = '', n = '', e = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const keys = {
      ES256: [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ],
      ES384: [
        [1, 2],
        [3, -35],
        [-1, 2],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ],
      EdDSA: [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(x)],
      ],
      RS256: [
        [1, 3],
        [3, -257],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ],
    } as const;
    return encodeCbor(new Map<number, number | Uint8Array>(keys[this.#traits.algorithm]));
  }

  #own(): Created {
    if (this.#created === undefined) {
      throw new Error('There is no passkey yet: create one first');
    }
    return this.#created;
  }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function generateKeys(algorithm: Required<SoftPasskeyTraits>['algorithm']): {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
} {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}
