/**
 * What a browser's `PublicKeyCredential.toJSON()` gives (WebAuthn Level 3 §5.1), as far as it is looked at. Everything
 * is base64url, and bounded before it is decoded.
 */
export interface AssertionJson {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly userHandle: string | undefined;
}

export interface RegistrationJson {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
}

export const ASSERTION_RULE =
  'passkey must be what PublicKeyCredential.toJSON() gives after navigator.credentials.get()';
export const REGISTRATION_RULE =
  'response must be what PublicKeyCredential.toJSON() gives after navigator.credentials.create()';

/** In characters of base64url. A credential id has at most 1,023 bytes, a user handle 64 (WebAuthn Level 3 §4). */
export const LONGEST = {
  id: 1364,
  clientDataJSON: 4096,
  authenticatorData: 2048,
  // RSA with 4,096 bits is 512 bytes.
  signature: 1024,
  userHandle: 86,
  attestationObject: 12_288,
} as const;

const NOTHING: ReadonlySet<unknown> = new Set([undefined, null, '']);

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Transports a later browser may name are kept, to be given back to it. */
const TRANSPORT = /^[a-z0-9-]{1,32}$/;
const MOST_TRANSPORTS = 8;

type Fields = ReadonlyMap<string, unknown>;

/** @returns `undefined` when it is no assertion in form; whether it is right is another question */
export function readAssertion(value: unknown): AssertionJson | undefined {
  const credential = readCredential(value);
  if (credential === undefined) {
    return undefined;
  }
  const { id, response } = credential;
  const clientDataJSON = encoded(response, 'clientDataJSON');
  const authenticatorData = encoded(response, 'authenticatorData');
  const signature = encoded(response, 'signature');
  // Older browsers say null, or an empty text, for one that is not there.
  const isWithoutHandle = NOTHING.has(response.get('userHandle'));
  const userHandle = isWithoutHandle ? undefined : encoded(response, 'userHandle');
  if (
    clientDataJSON === undefined ||
    authenticatorData === undefined ||
    signature === undefined ||
    (userHandle === undefined && !isWithoutHandle)
  ) {
    return undefined;
  }
  return { id, clientDataJSON, authenticatorData, signature, userHandle };
}

/** @returns `undefined` when it is no registration in form */
export function readRegistration(value: unknown): RegistrationJson | undefined {
  const credential = readCredential(value);
  if (credential === undefined) {
    return undefined;
  }
  const { id, response } = credential;
  const clientDataJSON = encoded(response, 'clientDataJSON');
  const attestationObject = encoded(response, 'attestationObject');
  if (clientDataJSON === undefined || attestationObject === undefined) {
    return undefined;
  }
  return { id, clientDataJSON, attestationObject, transports: transportsOf(response.get('transports')) };
}

function readCredential(value: unknown): { readonly id: string; readonly response: Fields } | undefined {
  const credential = fieldsOf(value);
  const response = fieldsOf(credential?.get('response'));
  const id = credential && encoded(credential, 'id');
  const isPublicKey = credential?.get('type') === 'public-key' && credential.get('rawId') === id;
  return id === undefined || response === undefined || !isPublicKey ? undefined : { id, response };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}

function encoded(fields: Fields, name: keyof typeof LONGEST): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' && value.length <= LONGEST[name] && BASE64URL.test(value)
    ? value
    : undefined;
}

function transportsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const transports = list.filter(
    (transport): transport is string => typeof transport === 'string' && TRANSPORT.test(transport),
  );
  return [...new Set(transports)].slice(0, MOST_TRANSPORTS);
}
